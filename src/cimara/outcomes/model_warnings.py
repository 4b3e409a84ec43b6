"""What an estimator says about awkward data: a code with a sentence, or a refusal with the same codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.errors import CimaraError


class Concern(StrEnum):
    """Codes of warnings and refusals (statistics.md, section 2.6)."""

    NO_EVENTS = "NO_EVENTS"
    ONE_GROUP = "ONE_GROUP"
    EMPTY_STRATUM = "EMPTY_STRATUM"
    EMPTY_LEVEL = "EMPTY_LEVEL"
    ROWS_DROPPED = "ROWS_DROPPED"
    ALIASED = "ALIASED"
    MONOTONE_LIKELIHOOD = "MONOTONE_LIKELIHOOD"
    NO_CONVERGENCE = "NO_CONVERGENCE"
    ILL_CONDITIONED = "ILL_CONDITIONED"
    EARLY_EMPTY_RISK_SET = "EARLY_EMPTY_RISK_SET"
    RISK_SET_GAP = "RISK_SET_GAP"
    WEIGHTS_EXTREME = "WEIGHTS_EXTREME"
    FEW_EVENTS = "FEW_EVENTS"
    FEW_CLUSTERS = "FEW_CLUSTERS"
    NON_PROPORTIONAL = "NON_PROPORTIONAL"
    CIF_SUM = "CIF_SUM"
    REACHES_ZERO = "REACHES_ZERO"
    NAIVE_VARIANCE = "NAIVE_VARIANCE"
    NON_ROOT_N = "NON_ROOT_N"
    TAU_TOO_LATE = "TAU_TOO_LATE"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    HEAVY_WORK = "HEAVY_WORK"
    IMBALANCE = "IMBALANCE"
    COARSE_GRID = "COARSE_GRID"


@dataclass(frozen=True, slots=True)
class ModelWarning:
    """One thing a reader of the estimate must know; `columns` are the columns it is about."""

    code: Concern
    message: str
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def rows_dropped(dropped: Mapping[str, int]) -> ModelWarning:
    """How many rows were left out for an empty cell, by its column."""
    count = sum(dropped.values())
    each = ", ".join(f"{number} for {column}" for column, number in dropped.items())
    said = "row with an empty cell was" if count == 1 else "rows with an empty cell were"
    return ModelWarning(Concern.ROWS_DROPPED, f"{count} {said} left out: {each}", tuple(dropped))


class NotEstimable(CimaraError):  # noqa: N818  (the name that statistics.md gives it)
    """The data cannot answer what was asked; `code` says why, as in `ModelWarning`."""

    def __init__(
        self, code: Concern, problem: str, *, columns: tuple[str, ...] = (), hint: str | None = None
    ) -> None:
        self.code = code
        self.columns = columns
        super().__init__(f"{code}: {problem}", where=", ".join(columns) or None, hint=hint)
