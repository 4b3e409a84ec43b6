"""What can be wrong with a study file: each fault with its line, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cimara.cohort.errors import CohortError

if TYPE_CHECKING:
    from cimara.cohort.study.model import StudyFile


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a study file: the line (0: not known), the key, and what."""

    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.key}: {self.text}" if self.line else f"{self.key}: {self.text}"


class StudyError(CohortError):
    """All that is wrong with one study file; `study` is as much of it as could be read."""

    def __init__(self, faults: Iterable[Fault], source: str = "", study: StudyFile | None = None) -> None:
        self.study = study
        self.faults = tuple(sorted(set(faults), key=lambda one: (one.line, one.key, one.text)))
        super().__init__("; ".join(str(one) for one in self.faults), where=source or None)


class StudyRefusedError(CohortError):
    """A study that may not be run: not signed, expired, not allowed by the terms of the data, or unsound."""
