"""Collects the faults of one record while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from cimara.trials.issue import Issue, IssueCode


@dataclass(slots=True)
class IssueLog:
    """Faults of one record; the number is filled in as soon as it is known."""

    nct_id: str | None = None
    _faults: list[tuple[IssueCode, str, str]] = field(default_factory=list)

    def add(self, code: IssueCode, path: str, message: str) -> None:
        """Log a fault at `path`. The message names kinds and registry words, never a person's value."""
        self._faults.append((code, path, message))

    def issues(self) -> list[Issue]:
        """The faults, each with the record's number."""
        return [
            Issue(code=code, nct_id=self.nct_id, path=path, message=message)
            for code, path, message in self._faults
        ]
