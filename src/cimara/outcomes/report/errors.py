"""What can be wrong with a plan, with its data, or with the folder to write."""

from __future__ import annotations

from collections.abc import Iterable

from cimara.outcomes.endpoints.errors import Problem
from cimara.terms.errors import CimaraError


class PlanError(CimaraError):
    """All that is wrong with a plan, or with a plan beside its data, at once."""

    def __init__(self, problems: Iterable[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(one) for one in self.problems), where=source or None)


class DataFolderError(CimaraError):
    """A data folder that cannot be used, with every fault at once."""

    def __init__(self, problems: Iterable[str], source: str = "", hint: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems), where=source or None, hint=hint)


class ReportError(CimaraError):
    """A report that cannot be written."""
