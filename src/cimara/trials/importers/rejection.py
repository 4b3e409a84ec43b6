"""Why a record can't become a study."""

from __future__ import annotations

from cimara.trials.issue import IssueCode


class RejectedRecordError(ValueError):
    """A record that can't become a study; `code` says why."""

    def __init__(self, code: IssueCode, message: str, nct_id: str | None = None) -> None:
        self.code = code
        self.nct_id = nct_id
        super().__init__(message)
