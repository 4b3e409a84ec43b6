"""What the analyses of a study's report let leave a site: several estimators each, one after the other."""

from __future__ import annotations

from typing import Any

from cimara.outcomes.report.plan import Analysis, Plan
from cimara.outcomes.report.plan_words import Kind

MODEL, MODEL_OVER_SITES, CURVE, RATE, SITES, DESCRIPTION = (
    "report_model", "report_model_over_sites", "report_curve", "report_rate", "report_sites",
    "report_description",
)  # fmt: skip
_CHECKS = {"in_all", "concordance", "proportionality.times", "proportionality.counts", "proportionality.sums"}
_CURVES = {"in_all", "grid", "counts", "influence", "comparison"}
REPORT_KINDS: tuple[dict[str, Any], ...] = (
    {
        "id": MODEL,
        "words": "counts, log-likelihoods, scores and information matrices, each summed inside the site; "
        "pairs for the concordance; at each cell of the grid how many are at risk and have the event",
        "regression": True,
        "newton": True,
        "schemas": frozenset(_CHECKS | {"cox", "cox.extremes", "fine_gray", *_CURVES}),
    },
    {
        "id": MODEL_OVER_SITES,
        "words": "for each cell of the grid: events, and sums of relative hazards and of covariates over "
        "those at risk and over the events; matrices over all rows; pairs for the concordance",
        "regression": True,
        "by_time": True,
        "newton": True,
        "schemas": frozenset(
            _CHECKS
            | {"cox.grid", "cox.sums", "cox.information", "fine_gray.counts", "fine_gray.risk"}
            | {"fine_gray.information", *_CURVES}
        ),
    },
    {
        "id": CURVE,
        "words": "for each group and cell of the grid: events by cause, censored and entered, and squared "
        "influences; for a test inside sites its own score and variance",
        "by_time": True,
        "schemas": frozenset(_CURVES),
    },
    {"id": RATE, "words": "rows and events of each group", "schemas": frozenset({"in_all"})},
    {
        "id": SITES,
        "words": "log-likelihood, score and information of this site alone, at coefficients that it checks",
        "regression": True,
        "by_site": True,
        "newton": True,
        "schemas": frozenset({"in_all", "cox", "cox.extremes", "site_scores", "at_once"}),
    },
    {
        "id": DESCRIPTION,
        "words": "counts of patients by step of the selection, by level, and without a value; counts at or "
        "below cuts for quartiles",
        "schemas": frozenset({"in_all"}),
    },
)
"""Fields of `estimators.EstimatorKind`, which are rows of `ESTIMATORS`."""


def kind_of(plan: Plan, analysis: Analysis) -> str:
    """The id of what an analysis is, in `estimators.ESTIMATORS`."""
    if analysis.kind is Kind.HETEROGENEITY:
        return SITES
    if analysis.kind is Kind.RATE:
        return RATE
    if analysis.kind in (Kind.COX, Kind.FINE_GRAY):
        return MODEL if plan.population.site in analysis.strata else MODEL_OVER_SITES
    return CURVE
