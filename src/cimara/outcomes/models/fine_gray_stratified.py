"""Fine-Gray models whose risk sets lie inside one part: log-likelihood, score and information leave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from dataclasses import replace as changed
from weakref import WeakKeyDictionary

import numpy as np

from cimara.outcomes.contract import ContractError, Scope, Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.fine_gray_options import CensorTies, FineGrayOptions
from cimara.outcomes.models.fine_gray_part import FineGrayPart, cross_product, part_of
from cimara.outcomes.models.fine_gray_places import PlaceCounts, own_places
from cimara.outcomes.models.fine_gray_state import (
    FineGrayState,
    after_evaluation,
    blank,
    counts_of,
    squares_inside_strata,
)
from cimara.outcomes.models.fine_gray_sums import carried_of, evaluated, influence_of
from cimara.outcomes.rows import CompetingRisks


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedFineGray:
    """Estimator of a Fine-Gray model with a baseline and a censoring distribution in each stratum.

    Rounds: one an iteration, and the last for the variance. `held` are coefficients (place, value) that are
    not estimated. Rows are placed once for as long as they are in use.
    """

    names: tuple[str, ...]
    options: FineGrayOptions
    held: tuple[tuple[int, float], ...] = ()
    scope: Scope = Scope.WITHIN_PART
    placed: WeakKeyDictionary[CompetingRisks, FineGrayPart] = field(
        default_factory=WeakKeyDictionary, repr=False, compare=False
    )

    def start(self) -> FineGrayState:
        """Coefficients 0, but those that are held."""
        return FineGrayState(**blank(len(self.names), self.held))

    def part(self, rows: CompetingRisks) -> FineGrayPart:
        """The rows against the event times of their strata."""
        found = self.placed.get(rows)
        if found is None:
            check_rows(rows, self.names, self.options)
            cause = rows.cause(self.options.cause)
            places = own_places(rows, cause, by_group=self.options.censoring_groups)
            counts = PlaceCounts.of(places, rows.weight())
            found = self.placed[rows] = part_of(rows, places, counts, self.options)
        return found

    def summarise(self, rows: CompetingRisks, state: FineGrayState) -> Summary:
        """Log-likelihood (1), score (p) and information (p x p); in the last round the cross-product."""
        part = self.part(rows)
        sums = evaluated(part, state.coefficients)
        if not state.trace:
            sums["spread"] = squares_inside_strata(part)
        if not state.trace or state.last:
            n = state.count("n")
            sums["counts"] = counts_of(rows, part, state.count("weight") / n if n else 0.0)
        if state.last:
            sums["cross"] = self._cross(rows, part, state.coefficients)
        return Summary("fine_gray", sums)

    def update(self, total: Summary, state: FineGrayState) -> FineGrayState:
        """One Newton step, or the end."""
        sums = total.sums
        state = changed(state, round=state.round + 1, counts=sums.get("counts", state.counts))
        if "spread" in sums:
            state = changed(state, spread=np.sqrt(sums["spread"] / state.count("weight")))
        cross = sums.get("cross")
        return after_evaluation(state, float(sums["loglik"][0]), sums["score"], sums["information"], cross)

    def result(self, state: FineGrayState) -> FineGrayState:
        """The final state, of which `fine_gray` makes the fit."""
        return state

    def _cross(self, rows: CompetingRisks, part: FineGrayPart, coefficients: FloatArray) -> FloatArray:
        relative = part.relative(coefficients)
        carried = carried_of(part, relative, self.options)
        influence = influence_of(part, relative, part.risk_sums(relative), carried, self.options)
        return cross_product(rows, influence, len(self.names))


def check_rows(rows: CompetingRisks, names: tuple[str, ...], options: FineGrayOptions) -> None:
    """Parts must agree on the covariates, and have one row each subject.

    Raises
    ------
    NotEstimable
        NOT_SUPPORTED: several rows of one id; delayed entry with ties that count events as censorable.
    """
    if rows.names != names:
        raise ContractError(
            "covariates that differ between parts",
            where=", ".join(sorted(set(rows.names) ^ set(names))) or "their order",
            expected=", ".join(names),
            hint="Name the levels of labelled covariates, so that each part makes the same columns.",
        )
    if options.censoring_groups and rows.group is None:
        raise ContractError("censoring groups without a column of groups", where="group")
    if rows.id is not None and np.bincount(rows.id).max(initial=0) > 1:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "several rows of one id: a Fine-Gray model has no time-varying covariates here",
            hint="Give one row an id; rows that depend on each other are told by cluster.",
        )
    if rows.start is not None and options.censor_ties is CensorTies.WITH_EVENTS:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "with delayed entry, censoring comes after the events of its day",
            hint="Say censor_ties='after_events', or leave it to the default.",
        )
