"""The reason that a person gives for accepting soft hits: recorded, so it may hold no identifier itself."""

from __future__ import annotations

import polars as pl

from cimara.cohort.deid.cells import cells_of
from cimara.cohort.deid.hits import HitKind
from cimara.cohort.deid.national_ids import national_hits
from cimara.cohort.deid.values import value_hits
from cimara.cohort.errors import CohortError

SHORTEST = 10


def checked_reason(reason: str) -> str:
    """The reason, fit to be recorded. Raises CohortError if it is too short or looks like an identifier."""
    plain = reason.strip()
    if len(plain) < SHORTEST:
        raise CohortError(
            "the reason for accepting soft hits is too short",
            expected=f"a sentence of {SHORTEST} characters or more",
            hint="Say what the column holds, as: center holds names of hospitals.",
        )
    cells = cells_of({"reason": pl.Series([plain])})
    if any(rule.kind is HitKind.HARD for _, rule, _ in value_hits(cells)) or national_hits(cells):
        raise CohortError(
            "the reason looks as if it held an identifier itself", expected="a reason without one"
        )
    return plain
