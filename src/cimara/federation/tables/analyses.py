"""What each estimator does with the rows of a flat table; every function runs alike at all houses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from cimara.federation.grid import Grid
from cimara.federation.tables.asked import Asked
from cimara.federation.tables.columns import TableColumns
from cimara.federation.tables.rows import described_rows, outcome_rows, timed_rows, treatment_rows
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weighted_parts import WeightedCox, weighted_cox_of_parts
from cimara.outcomes.comparisons.gray import GrayTest, gray_test
from cimara.outcomes.comparisons.log_rank import LogRankTest, log_rank
from cimara.outcomes.contract import Scope
from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.incidence_curve import AalenJohansenFit
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.rmst import RmstFit, rmst
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.description.described_rows import Described
from cimara.outcomes.description.sample_quantiles import SampleQuantiles, sample_quantiles
from cimara.outcomes.description.table_one import TableOne, table_one
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.choices import Baseline
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.fine_gray import fine_gray
from cimara.outcomes.models.fine_gray_fit import FineGrayFit
from cimara.outcomes.models.fine_gray_options import CensorTies
from cimara.outcomes.models.proportionality import ProportionalityTest, proportionality
from cimara.outcomes.pooling.site_panel import SitePanel, site_panel
from cimara.outcomes.regression.fit import RegressionFit
from cimara.outcomes.regression.models import logistic, poisson
from cimara.outcomes.regression.outcome_rows import Outcomes
from cimara.outcomes.rows import CompetingRisks, Rows, Survival

Forms = Mapping[str, Rows]
"""Rows by what they are for; the first are those that the study's grid is counted of."""
FEWEST_AT_TAU = 10
"""Patients who must still be at risk at the horizon of a restricted mean."""
BESIDE = 10
"""Patients who must lie on either side of a quantile."""
FAR = 10.0
"""Quantiles are looked for within so many scales of a covariate's centre."""
F = TypeVar("F", CoxFit, ProportionalityTest, WeightedCox)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAnalysis:
    """How rows are made of a site's columns, and what is run on them.

    `needs` are fields of `Asked` that must be filled in; "a or b" means one of them.
    """

    rows: Callable[[TableColumns, Asked], Forms]
    run: Callable[[Forms, Asked, Grid], Any]
    needs: tuple[str, ...] = ()


def _timed(columns: TableColumns, asked: Asked) -> Forms:
    return {"rows": timed_rows(columns, asked)}


def _of_a_site(columns: TableColumns, asked: Asked) -> Forms:
    """Rows whose risk sets lie inside their site: the site is the first of the strata."""
    rows = timed_rows(columns, asked)
    return {"rows": replace(rows, strata_columns=("site", *rows.strata_columns))}


def _weighted(columns: TableColumns, asked: Asked) -> Forms:
    """Rows of the outcome, whose only covariate is the treatment, and of the treatment with confounders."""
    treated = treatment_rows(columns, asked)
    rows = replace(
        timed_rows(columns, asked),
        covariates=treated.treated.astype(float).reshape(-1, 1),
        names=(asked.treatment,),
        terms=(asked.treatment,),
    )
    return {"rows": rows, "treatment": treated}


def _survival(forms: Forms) -> Survival:
    return cast("Survival", forms["rows"])


def _risks(forms: Forms) -> CompetingRisks:
    return cast("CompetingRisks", forms["rows"])


def _cox_strat(forms: Forms, asked: Asked, grid: Grid) -> CoxFit:
    return _cox(forms, asked, Baseline.STRATIFIED)


def _cox_shared(forms: Forms, asked: Asked, grid: Grid) -> CoxFit:
    return _with_grid_warning(_cox(forms, asked, Baseline.COMMON), asked, grid)


def _cox(forms: Forms, asked: Asked, baseline: Baseline) -> CoxFit:
    return cox(
        [_survival(forms)], ties=asked.ties, robust=asked.robust, small_sample=asked.small_sample,
        confidence=asked.confidence, baseline=baseline,
    )  # fmt: skip


def _with_grid_warning(fit: F, asked: Asked, grid: Grid) -> F:
    """Breslow's ties on a grid coarser than weekly shift coefficients by up to half a standard error."""
    if asked.ties != "breslow" or not grid.coarse:
        return fit
    said = f"Breslow's ties on the {grid.kind} grid shift coefficients towards 0; use Efron's"
    return replace(fit, warnings=(*fit.warnings, ModelWarning(Concern.COARSE_GRID, said)))


def _zph(forms: Forms, asked: Asked, grid: Grid) -> ProportionalityTest:
    fit = _cox(forms, asked, Baseline(asked.baseline))
    found = proportionality(
        [_survival(forms)], fit, time_scale=asked.time_scale, exposure=asked.exposure or None
    )
    return _with_grid_warning(found, asked, grid)


def _fine_gray(forms: Forms, asked: Asked, grid: Grid) -> FineGrayFit:
    """As cmprsk::crr, or as survival::finegray: events before censorings of their day, weights known."""
    as_crr = asked.convention == "crr"
    return fine_gray(
        [_risks(forms)],
        cause=asked.cause,
        baseline=Baseline.COMMON,
        censoring_groups=asked.censoring_groups,
        censor_ties=CensorTies.WITH_EVENTS if as_crr else CensorTies.AFTER_EVENTS,
        weight_variance=as_crr,
        small_sample=asked.small_sample,
        confidence=asked.confidence,
    )


def _km(forms: Forms, asked: Asked, grid: Grid) -> KaplanMeierFit:
    fit = kaplan_meier(
        [_survival(forms)],
        conf_level=asked.confidence,
        variance=asked.variance or None,
        cause=asked.cause or None,
        cause_specific=bool(asked.cause),
    )
    return replace(fit, grid=_told(grid))


def _rmst(forms: Forms, asked: Asked, grid: Grid) -> RmstFit:
    assert asked.tau is not None
    curves = kaplan_meier([_survival(forms)], variance="greenwood").curves
    few = [
        one.group
        for one in curves
        if one.counted is not None and one.counted.at([asked.tau])["at_risk"][0] < FEWEST_AT_TAU
    ]
    if few:
        raise NotEstimable(
            Concern.TAU_TOO_LATE,
            f"fewer than {FEWEST_AT_TAU} patients are at risk at tau {asked.tau:g}",
            hint="Name an earlier tau in the study file.",
        )
    fit = rmst(
        [_survival(forms)],
        tau=asked.tau,
        conf_level=asked.confidence,
        variance=asked.variance or None,
        reference=asked.reference or None,
    )
    return replace(fit, grid=_told(grid))


def _aalen_johansen(forms: Forms, asked: Asked, grid: Grid) -> AalenJohansenFit:
    fit = aalen_johansen([_risks(forms)], conf_level=asked.confidence, variance=asked.variance or "ij")
    return replace(fit, grid=_told(grid))


def _told(grid: Grid) -> str:
    return f"the study's {grid.kind} grid"


def _log_rank(forms: Forms, asked: Asked, grid: Grid) -> LogRankTest:
    return log_rank([_survival(forms)], rho=asked.rho, scope=_scope(asked))


def _gray(forms: Forms, asked: Asked, grid: Grid) -> GrayTest:
    return gray_test([_risks(forms)], cause=asked.cause, rho=asked.rho, scope=_scope(asked))


def _scope(asked: Asked) -> Scope:
    return Scope.WITHIN_PART if asked.baseline == "stratified" else Scope.ACROSS_PARTS


def _logistic(forms: Forms, asked: Asked, grid: Grid) -> RegressionFit:
    rows = cast("Outcomes", forms["rows"])
    return logistic([rows], robust=asked.robust, confidence=asked.confidence)


def _poisson(forms: Forms, asked: Asked, grid: Grid) -> RegressionFit:
    rows = cast("Outcomes", forms["rows"])
    return poisson([rows], robust=asked.robust, confidence=asked.confidence)


def _table_one(forms: Forms, asked: Asked, grid: Grid) -> TableOne:
    return table_one([cast("Described", forms["rows"])])


def _quantile(forms: Forms, asked: Asked, grid: Grid) -> SampleQuantiles:
    numbers = [one for one in asked.covariates if not one.levels]
    reach = {one.name: (one.centre - FAR * one.scale, one.centre + FAR * one.scale) for one in numbers}
    return sample_quantiles(
        [cast("Described", forms["rows"])],
        probabilities=asked.probabilities,
        ranges=reach,
        digits=asked.digits,
        cuts=dict(asked.cuts) or None,
        beside=BESIDE,
    )


def _iptw(forms: Forms, asked: Asked, grid: Grid) -> WeightedCox:
    found = weighted_cox_of_parts(
        [(cast("Treatment", forms["treatment"]), _survival(forms))],
        estimand=asked.estimand,
        limits=asked.weight_limits,
        ties=asked.ties,
        baseline=asked.baseline,
        confidence=asked.confidence,
    )
    return _with_grid_warning(found, asked, grid)


def _panel(forms: Forms, asked: Asked, grid: Grid) -> SitePanel:
    assert asked.site is not None
    return site_panel(
        [_survival(forms)],
        sites=asked.site.levels,
        ties=asked.ties,
        refit=asked.refit,
        confidence=asked.confidence,
    )


SURVIVAL = ("time", "event")
RISKS = ("time", "status", "causes")
ANALYSES: Mapping[str, TableAnalysis] = {
    "cox_strat": TableAnalysis(rows=_of_a_site, run=_cox_strat, needs=(*SURVIVAL, "covariates")),
    "cox_shared": TableAnalysis(rows=_timed, run=_cox_shared, needs=(*SURVIVAL, "covariates")),
    "cox_zph": TableAnalysis(rows=_timed, run=_zph, needs=(*SURVIVAL, "covariates")),
    "fine_gray": TableAnalysis(rows=_timed, run=_fine_gray, needs=(*RISKS, "cause", "covariates")),
    "km": TableAnalysis(rows=_timed, run=_km, needs=("time", "event or status")),
    "rmst": TableAnalysis(rows=_timed, run=_rmst, needs=(*SURVIVAL, "tau")),
    "aalen_johansen": TableAnalysis(rows=_timed, run=_aalen_johansen, needs=RISKS),
    "logrank": TableAnalysis(rows=_timed, run=_log_rank, needs=(*SURVIVAL, "group")),
    "gray": TableAnalysis(rows=_timed, run=_gray, needs=(*RISKS, "cause", "group")),
    "logistic": TableAnalysis(
        rows=lambda columns, asked: {"rows": outcome_rows(columns, asked)},
        run=_logistic,
        needs=("outcome", "covariates"),
    ),
    "poisson": TableAnalysis(
        rows=lambda columns, asked: {"rows": outcome_rows(columns, asked)},
        run=_poisson,
        needs=("outcome", "covariates"),
    ),
    "table1": TableAnalysis(
        rows=lambda columns, asked: {"rows": described_rows(columns, asked)},
        run=_table_one,
        needs=("covariates",),
    ),
    "quantile": TableAnalysis(
        rows=lambda columns, asked: {"rows": described_rows(columns, asked)},
        run=_quantile,
        needs=("covariates",),
    ),
    "iptw_cox": TableAnalysis(rows=_weighted, run=_iptw, needs=(*SURVIVAL, "treatment", "covariates")),
    "site_panel": TableAnalysis(rows=_of_a_site, run=_panel, needs=(*SURVIVAL, "covariates", "site")),
}
"""By the id of the estimator."""
