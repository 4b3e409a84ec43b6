"""The methods paragraph of a federated analysis: who, what, how it was computed, and what was held back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cimara
from cimara.federation.estimators import EstimatorKind
from cimara.federation.grid import Grid, GridKind
from cimara.outcomes.model_warnings import Concern, ModelWarning
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.report.numbers import listed

TIES = {Ties.EFRON: "Efron's", Ties.BRESLOW: "Breslow's"}
GRIDS = {
    GridKind.EXACT: "the days that occurred",
    GridKind.WEEKLY: "a weekly grid",
    GridKind.MONTHLY: "a monthly grid",
    GridKind.QUARTERLY: "a quarterly grid",
    GridKind.MIXED: "a grid of months to 24 months and of quarters to 60",
    GridKind.CUSTOM: "a grid of the study file",
}
COARSE = (
    "Breslow's method was used on a grid coarser than a week, which moves coefficients by up to half a "
    "standard error; use Efron's"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the paragraph is made of; counts are as they may be seen, None where they may not."""

    study: str
    study_hash: str
    sites: tuple[str, ...]
    patients: int | None
    events: int | None
    dropped: Mapping[str, int | None]
    rounds: int
    masked: bool
    grid: Grid
    kind: EstimatorKind | None
    value: Any
    rules: tuple[str, ...]
    warnings: tuple[str, ...]


def methods_text(told: Told) -> str:
    """The paragraph."""
    return " ".join(_sentences(told))


def warnings_of(value: Any, grid: Grid, kind: EstimatorKind | None) -> tuple[str, ...]:
    """Codes of an estimator's warnings in words, with columns but without counts; and the grid's."""
    codes = [one for one in getattr(value, "warnings", ()) if one.code is not Concern.COARSE_GRID]
    given = [_in_words(one) for one in codes]
    on_coarse = kind is not None and kind.regression and kind.by_time and grid.coarse
    if on_coarse and ties_of(value) is Ties.BRESLOW:
        given.append(COARSE)
    return tuple(dict.fromkeys(given))


def _in_words(warning: ModelWarning) -> str:
    words = str(warning.code).replace("_", " ").lower()
    return f"{words} ({', '.join(warning.columns)})" if warning.columns else words


def ties_of(value: Any) -> Ties | None:
    """How a model met tied events; None for what has no ties."""
    for one in (value, getattr(value, "fit", None)):
        found = getattr(one, "ties", None)
        if isinstance(found, Ties):
            return found
    return None


def _sentences(told: Told) -> Iterator[str]:
    yield (
        f"The analysis ran over {len(told.sites)} sites ({listed(told.sites)}) whose rows stayed at home: "
        f"{_count(told.patients, 'patients')} with {_count(told.events, 'events')} (counts rounded)."
    )
    if told.dropped and any(told.dropped.values()):
        each = [f"{count} for {name}" for name, count in told.dropped.items() if count]
        yield f"Rows with an empty cell were left out: {listed(each)}; nothing was imputed."
    if told.kind is not None:
        yield f"In each of {told.rounds} rounds a site sent sums over its rows only: {told.kind.words}."
    yield from _model(told)
    if told.masked:
        yield (
            "The sums were masked between sites (pairwise ChaCha20 streams that cancel in the total), so "
            "that only the total over all sites could be read; the estimates are those of the pooled rows up "
            "to rounding."
        )
    else:
        yield "The sums of each site could be read by the coordinating centre, as all sites had agreed."
    yield " ".join(told.rules)
    if told.warnings:
        yield f"Warnings: {'; '.join(told.warnings)}."
    yield f"Computed with CIMARa {cimara.__version__}, study {told.study}, version {told.study_hash[:12]}."


def _model(told: Told) -> Iterator[str]:
    ties = ties_of(told.value)
    if ties is not None and ties in TIES:
        yield f"Tied events were met by {TIES[ties]} method."
    if told.kind is None or not told.kind.by_time:
        return
    if told.grid.kind is GridKind.EXACT:
        yield "Sums by time were on the days that occurred, as all sites had agreed."
    else:
        yield f"Times were moved up to {GRIDS[told.grid.kind]}, which is fixed in the study file."


def _count(count: int | None, what: str) -> str:
    return f"too few {what} to be shown" if count is None else f"{count:,} {what}"
