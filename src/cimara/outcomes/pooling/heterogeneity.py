"""Whether sites agree on an exposure: interaction, estimates by site, one site left out, funnel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cimara.outcomes.contract import ContractError, run
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox import cox, cox_at_once
from cimara.outcomes.models.cox_fit import ChiSquare, CoxFit, Ties
from cimara.outcomes.models.cox_result import chi_square
from cimara.outcomes.models.newton import newton_step
from cimara.outcomes.models.site_strata import sites_as_strata
from cimara.outcomes.pooling.funnel import Funnel, site_funnel
from cimara.outcomes.pooling.meta_analysis import Prediction, SitePool, TauMethod, pool_sites
from cimara.outcomes.pooling.site_scores import SiteScores, SiteScoresState, site_of
from cimara.outcomes.rows import Survival

FAR_STEP = 0.25
"""Standard errors that one step may move a coefficient before the model is fitted again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEstimate:
    """The exposure's coefficient in one site, and in all others; None where it is not estimable.

    `without` is the estimate that leaves the site out, by one Newton step or, where `refitted`, by a fit.
    """

    site: str
    n: int
    events: int
    estimate: float | None
    se: float | None
    why_not: str
    without: float | None
    without_se: float | None
    refitted: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Heterogeneity:
    """All that is said of sites; `fit` is the stratified likelihood, the primary estimate.

    `likelihood_ratio` is None where rows are clustered or weighted, since then there is no likelihood (the
    score test is the robust one there), and where a coefficient of it was not to be followed further. `pool`
    and `funnel` are None with fewer than two estimable sites.
    """

    exposure: str
    fit: CoxFit
    score: ChiSquare
    likelihood_ratio: ChiSquare | None
    by_site: tuple[SiteEstimate, ...]
    pool: SitePool | None
    funnel: Funnel | None
    robust: bool
    n: int
    events: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a site."""
        schema = dict.fromkeys(("estimate", "se", "without", "without_se"), pl.Float64)
        records = [{name: getattr(one, name) for name in SiteEstimate.__slots__} for one in self.by_site]
        return pl.DataFrame(records, schema_overrides=schema)


def heterogeneity(
    rows: Survival | Iterable[Survival],
    *,
    exposure: str,
    ties: Ties | str = Ties.EFRON,
    method: TauMethod | str = TauMethod.REML,
    prediction: Prediction | str = Prediction.SAME_AS_MEAN,
    far_step: float = FAR_STEP,
    furthest: float | None = None,
) -> Heterogeneity:
    """How the effect of one covariate differs between sites, beside the site-stratified estimate.

    Parameters
    ----------
    rows
        Rows with a site, or one part a site; strata are crossed with the site.
    exposure
        Name of the covariate in question.
    far_step
        Standard errors of any coefficient beyond which leaving a site out is fitted, not stepped.
    furthest
        Largest coefficient at which the fit of a site alone, or without one, goes on; None: no limit.

    Raises
    ------
    NotEstimable
        As `cox` for the common model; ALIASED or MONOTONE_LIKELIHOOD when it has no finite coefficient of
        the exposure; ONE_GROUP for a single site.

    The pooled mean of site estimates is a display: the stratified likelihood is the estimate.
    """
    parts = _parts(rows)
    sites = tuple(site_of(part) for part in parts)
    fit = cox(parts, ties=ties)
    column = _exposure_column(fit, exposure)
    estimator = SiteScores(
        names=fit.names,
        coefficients=tuple(fit.evaluated_at.tolist()),
        sites=sites,
        ties=fit.ties,
        robust=fit.robust,
    )
    scores = run(estimator, parts)
    alone = [
        _own(one, column) for one in cox_at_once([[part] for part in parts], ties=fit.ties, furthest=furthest)
    ]
    without = _each_left_out(parts, fit, column, scores, (far_step, furthest))
    by_site = tuple(
        _site_estimate(site, scores.counts[place], alone[place], without[place])
        for place, site in enumerate(sites)
    )
    known = [one for one in by_site if one.estimate is not None and one.se is not None]
    pool, funnel = _pooled(known, float(fit.coef[column]), method, prediction)
    return Heterogeneity(
        exposure=exposure,
        fit=fit,
        score=estimator.site_test(scores, column, fit.estimable),
        likelihood_ratio=None if fit.robust else _interaction_test(parts, fit, column, furthest),
        by_site=by_site,
        pool=pool,
        funnel=funnel,
        robust=fit.robust,
        n=fit.n,
        events=fit.events,
        warnings=(*fit.warnings, *_left_out(by_site)),
        r_call=f"anova(fit, update(fit, . ~ . + {exposure}:site)); metafor::rma(estimate, sei = se)",
    )


def _parts(rows: Survival | Iterable[Survival]) -> list[Survival]:
    parts = rows.by_site() if isinstance(rows, Survival) else list(rows)
    if len(parts) < 2:
        raise NotEstimable(Concern.ONE_GROUP, "there is only one site", columns=("site",))
    return [part if "site" in part.strata_columns else sites_as_strata(part) for part in parts]


def _exposure_column(fit: CoxFit, exposure: str) -> int:
    if exposure not in fit.names:
        raise ContractError(
            "the exposure is not among the covariates", where=exposure, expected=", ".join(fit.names)
        )
    column = fit.names.index(exposure)
    if not fit.estimable[column]:
        code = Concern.ALIASED if fit.aliased[column] else Concern.MONOTONE_LIKELIHOOD
        raise NotEstimable(code, "the common model has no finite coefficient of it", columns=(exposure,))
    return column


Known = tuple[float, float]
"""A coefficient and its standard error."""


def _site_estimate(
    site: str,
    counts: FloatArray,
    alone: tuple[float | None, float | None, str],
    left_out: tuple[Known | None, bool],
) -> SiteEstimate:
    estimate, se, why_not = alone
    without, without_se = left_out[0] or (None, None)
    return SiteEstimate(
        site=site,
        n=int(counts[0]),
        events=int(counts[1]),
        estimate=estimate,
        se=se,
        why_not=why_not,
        without=without,
        without_se=without_se,
        refitted=left_out[1],
    )


def _own(fit: CoxFit | NotEstimable, column: int) -> tuple[float | None, float | None, str]:
    """A site's own estimate with its standard error, or why there is none."""
    if isinstance(fit, NotEstimable):
        return None, None, str(fit.code)
    if not fit.estimable[column]:
        return None, None, str(Concern.ALIASED if fit.aliased[column] else Concern.MONOTONE_LIKELIHOOD)
    if not fit.se[column] > 0:
        return None, None, str(Concern.FEW_CLUSTERS)
    return float(fit.coef[column]), float(fit.se[column]), ""


def _each_left_out(
    parts: Sequence[Survival],
    fit: CoxFit,
    column: int,
    scores: SiteScoresState,
    limits: tuple[float, float | None],
) -> list[tuple[Known | None, bool]]:
    """The estimate without each site: a Newton step of what is left, or a fit (true) where it goes far."""
    stepped = [_stepped(fit, column, scores, place, limits[0]) for place in range(len(parts))]
    far = [place for place, one in enumerate(stepped) if one is None]
    others = [[part for other, part in enumerate(parts) if other != place] for place in far]
    again = dict(zip(far, cox_at_once(others, ties=fit.ties, furthest=limits[1]), strict=True))
    return [
        (one, False) if one is not None else (_refitted(again[place], column), True)
        for place, one in enumerate(stepped)
    ]


def _stepped(fit: CoxFit, column: int, scores: SiteScoresState, place: int, far_step: float) -> Known | None:
    active = fit.estimable
    left = scores.information.sum(axis=0) - scores.information[place]
    own = np.ix_(active, active)
    if np.linalg.cond(left[own]) > 1e12:
        return None
    step = newton_step(-scores.score[place], left, active)
    if not (np.abs(step)[active] <= far_step * fit.se[active]).all():
        return None
    se = _stepped_se(scores, place, left, active, fit.robust)[column]
    return float(fit.coef[column] + step[column]), float(se)


def _refitted(fit: CoxFit | NotEstimable, column: int) -> Known | None:
    if isinstance(fit, NotEstimable) or not fit.estimable[column]:
        return None
    return float(fit.coef[column]), float(fit.se[column])


def _stepped_se(
    scores: SiteScoresState, place: int, left: FloatArray, active: BoolArray, robust: bool
) -> FloatArray:
    own = np.ix_(active, active)
    inverse = np.linalg.inv(left[own])
    if robust:
        middle = (scores.cross.sum(axis=0) - scores.cross[place])[own]
        inverse = inverse @ middle @ inverse
    se = np.full(len(left), np.nan)
    se[active] = np.sqrt(np.diag(inverse))
    return se


def _interaction_test(
    parts: Sequence[Survival], fit: CoxFit, column: int, furthest: float | None
) -> ChiSquare | None:
    """Likelihood ratio of a coefficient of the exposure for each site against one for all.

    None where a coefficient goes beyond `furthest`: then the likelihood's supremum is not reached.
    """
    widened = [_own_exposure(part, place, len(parts), column) for place, part in enumerate(parts)]
    full = cox(widened, ties=fit.ties) if furthest is None else _bounded(widened, fit.ties, furthest)
    if full is None:
        return None
    more = int((~full.aliased).sum() - (~fit.aliased).sum())
    return chi_square(2 * (full.loglik - fit.loglik), more)


def _bounded(parts: Sequence[Survival], ties: Ties, furthest: float) -> CoxFit | None:
    found = cox_at_once([parts], ties=ties, furthest=furthest)[0]
    return None if isinstance(found, NotEstimable) else found


def _own_exposure(part: Survival, place: int, sites: int, column: int) -> Survival:
    """The rows with the exposure times an indicator of each site after the first."""
    products = np.zeros((part.n, sites - 1))
    if place:
        products[:, place - 1] = part.covariates[:, column]
    names = tuple(f"{part.names[column]} in site {other}" for other in range(2, sites + 1))
    matrix = np.asfortranarray(np.column_stack((part.covariates, products)))
    return replace(part, covariates=matrix, names=(*part.names, *names), terms=(*part.terms, *names))


def _pooled(
    known: Sequence[SiteEstimate], target: float, method: TauMethod | str, prediction: Prediction | str
) -> tuple[SitePool | None, Funnel | None]:
    if len(known) < 2:
        return None, None
    estimates = np.array([one.estimate for one in known], dtype=np.float64)
    se = np.array([one.se for one in known], dtype=np.float64)
    sites = [one.site for one in known]
    pool = pool_sites(estimates, se**2, sites=sites, method=method, prediction=prediction)
    return pool, site_funnel(estimates, se, target=target, sites=sites)


def _left_out(by_site: Sequence[SiteEstimate]) -> tuple[ModelWarning, ...]:
    missing = [f"{one.site} ({one.why_not})" for one in by_site if one.estimate is None]
    if not missing:
        return ()
    said = f"no estimate of their own, so neither in the pooled mean nor in the funnel: {', '.join(missing)}"
    return (ModelWarning(Concern.EMPTY_STRATUM, said, ("site",)),)
