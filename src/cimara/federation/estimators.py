"""The estimators that a federated study may ask for: what leaves a site in each, and what must be checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cimara.federation.reports.kinds import REPORT_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorKind:
    """One estimator, as guards, plans and people need to know it.

    Parameters
    ----------
    words
        What leaves a site in each round, in plain English.
    regression
        It has coefficients: a grid of quarters or coarser is refused, and Breslow's ties on one coarser than
        weekly are warned of.
    by_time
        It sums by time, so its rows are moved onto the study's grid.
    by_site
        Its total shows the sums of single sites, so every site must pass the thresholds of plain sums.
    newton
        Its rounds are Newton steps: the coefficients of a state must lie in the trust region.
    schemas
        The kinds of sums that its rounds may ask for.
    """

    id: str
    words: str
    regression: bool = False
    by_time: bool = False
    by_site: bool = False
    newton: bool = False
    schemas: frozenset[str] = frozenset()

    @property
    def fixes_roster(self) -> bool:
        """Whether its total with and without a site would show more of that site than plain sums may.

        Such an analysis is asked with the sites of its study's first answer or not at all (federation.md, 5).
        """
        return self.by_time or self.by_site


_BY_CELL = "by cell of the grid: events, and sums of relative hazards and of covariates over those at risk"
_COUNTS = frozenset({"grid", "counts"})
_STRATIFIED = frozenset({"cox", "cox.extremes"})
_COMMON = frozenset({"cox.grid", "cox.sums", "cox.information"})
_KINDS = (
    EstimatorKind(
        id="cox_strat",
        words="counts, a log-likelihood, a score and an information matrix a round; no times",
        regression=True,
        newton=True,
        schemas=_STRATIFIED,
    ),
    EstimatorKind(
        id="cox_shared",
        words=f"{_BY_CELL} and over the events; then a matrix over all rows",
        regression=True,
        by_time=True,
        newton=True,
        schemas=_COMMON,
    ),
    EstimatorKind(
        id="fine_gray",
        words="for each cell of the grid: events, competing events, censored and entered; then weighted sums "
        "of relative hazards and of covariates over those at risk; at the end a matrix over all rows",
        regression=True,
        by_time=True,
        newton=True,
        schemas=frozenset({"grid", "fine_gray.counts", "fine_gray.risk", "fine_gray.information"}),
    ),
    EstimatorKind(
        id="km",
        words="for each group and cell of the grid: events, censored and entered; for clusters or weights "
        "also the squared influence",
        by_time=True,
        schemas=_COUNTS | {"influence"},
    ),
    EstimatorKind(
        id="rmst",
        words="for each group and cell of the grid: events, censored and entered; for clusters or weights "
        "also the squared influence on the areas",
        by_time=True,
        schemas=_COUNTS | {"influence"},
    ),
    EstimatorKind(
        id="aalen_johansen",
        words="for each group and cell of the grid: events by cause, censored and entered; then the squared "
        "influence",
        by_time=True,
        schemas=_COUNTS | {"influence"},
    ),
    EstimatorKind(
        id="logrank",
        words="for each stratum, group and cell of the grid: events, censored and entered; stratified by "
        "site: observed and expected events of each group and their covariance, and no times",
        by_time=True,
        schemas=_COUNTS | {"comparison"},
    ),
    EstimatorKind(
        id="gray",
        words="for each stratum, group and cell of the grid: events by cause, and censored; stratified by "
        "site: scores of each group and their covariance, and no times",
        by_time=True,
        schemas=_COUNTS | {"comparison"},
    ),
    EstimatorKind(
        id="logistic",
        words="counts and sums of the covariates; then a log-likelihood, a score and an information matrix a "
        "round",
        regression=True,
        newton=True,
        schemas=frozenset({"regression.counts", "regression.binomial"}),
    ),
    EstimatorKind(
        id="poisson",
        words="counts and sums of the covariates; then a log-likelihood, a score and an information matrix a "
        "round",
        regression=True,
        newton=True,
        schemas=frozenset({"regression.counts", "regression.poisson"}),
    ),
    EstimatorKind(
        id="table1",
        words="for each group: rows, missing cells, sums and sums of squares of numbers, rows at each level",
        schemas=frozenset({"table_one"}),
    ),
    EstimatorKind(
        id="quantile",
        words="for each group: rows, and rows at or below cuts of a column, which close in on the quantiles",
        schemas=frozenset({"quantiles.rows", "quantiles.below", "quantiles.cuts"}),
    ),
    EstimatorKind(
        id="iptw_cox",
        words="a log-likelihood, a score and an information matrix of the treatment a round; sums of weights "
        f"and weighted sums of the covariates by treatment; then {_BY_CELL}",
        regression=True,
        by_time=True,
        newton=True,
        schemas=frozenset({"propensity", "weights", "weights.heavy", "balance"}) | _STRATIFIED | _COMMON,
    ),
    EstimatorKind(
        id="cox_zph",
        words="as the Cox model; then, for each cell where the scale needs it, those at risk and events, and "
        "sums of residuals and information times the scale",
        regression=True,
        by_time=True,
        newton=True,
        schemas=frozenset({"proportionality.times", "proportionality.counts", "proportionality.sums"})
        | _STRATIFIED
        | _COMMON,
    ),
    EstimatorKind(
        id="site_panel",
        words="as the stratified Cox model; then rows, events, score and information of each site by itself, "
        "and the rounds of each site's own model",
        regression=True,
        by_site=True,
        newton=True,
        schemas=_STRATIFIED | {"site_scores", "at_once"},
    ),
)
ESTIMATORS: Mapping[str, EstimatorKind] = {
    one.id: one for one in (*_KINDS, *(EstimatorKind(**kind) for kind in REPORT_KINDS))
}
"""By id."""
