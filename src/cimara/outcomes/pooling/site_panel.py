"""What each site says beside all together: its own estimate, the estimate without it, and their spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.contract import ContractError, run
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox import cox, cox_at_once
from cimara.outcomes.models.cox_fit import ChiSquare, CoxFit, Ties
from cimara.outcomes.models.newton import inverse, newton_step
from cimara.outcomes.pooling.meta_analysis import SitePool, pool_sites
from cimara.outcomes.pooling.site_scores import SiteScores, SiteScoresState, site_of, whole_information
from cimara.outcomes.rows import Survival

EVENTS_A_COEFFICIENT = 5
"""Fewer events than this for each coefficient: a site gets no estimate of its own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteOfPanel:
    """One site; arrays have one entry a coefficient (p), NaN where there is no estimate (`why_not`).

    `coef` and `variance` are of the site's own model; `one_step` is b + I_k^-1 U_k from the common estimate
    b; `without` leaves the site out: b - (I - I_k)^-1 U_k by one step, or by a fit where refitted.
    """

    site: str
    n: int
    events: int
    coef: FloatArray
    variance: FloatArray
    one_step: FloatArray
    without: FloatArray
    why_not: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class SitePanel:
    """The stratified estimate (`fit`), its sites, and for each coefficient the spread of the sites' own.

    `pools` holds for each coefficient the random-effects mean with tau2, I2, Q and prediction interval (None
    with fewer than two sites that can estimate it); `tests` the score test that it is alike in all sites.
    """

    fit: CoxFit
    sites: tuple[SiteOfPanel, ...]
    pools: tuple[SitePool | None, ...]
    tests: tuple[ChiSquare, ...]
    refitted: bool
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a site and coefficient."""
        records = [
            {
                "site": one.site, "n": one.n, "events": one.events, "covariate": name,
                "coef": one.coef[place], "se": np.sqrt(one.variance[place]),
                "one_step": one.one_step[place], "without": one.without[place], "why_not": one.why_not,
            }
            for one in self.sites
            for place, name in enumerate(self.fit.names)
        ]  # fmt: skip
        return pl.DataFrame(records).with_columns(pl.selectors.float().fill_nan(None))


def site_panel(
    parts: Survival | Iterable[Survival],
    *,
    sites: tuple[str, ...],
    ties: Ties | str = Ties.EFRON,
    refit: bool = False,
    confidence: float = 0.95,
) -> SitePanel:
    """Estimates of every site, and of all without it, beside the site-stratified Cox model.

    Parameters
    ----------
    parts
        One part a site, whose `site` is one of `sites`; a part may have no rows.
    refit
        True: the model is fitted again without each site; False: one Newton step (error below 0.005 on the
        rotterdam cohort in three sites).

    Raises
    ------
    NotEstimable
        As `cox`.
    ContractError
        A part without a site.

    Source: one-step estimates, Therneau & Grambsch 2000, section 7.1; the mean over sites as `pool_sites`.
    """
    kept = [parts] if isinstance(parts, Survival) else list(parts)
    if any(part.site is None for part in kept):
        raise ContractError("no site column was named", where="site", hint="Say site= when rows are made.")
    fit = cox(kept, ties=ties, confidence=confidence)
    columns = np.flatnonzero(fit.estimable)
    if not len(columns):
        raise NotEstimable(Concern.ALIASED, "no coefficient is estimable, so none can be compared")
    begin = tuple(np.where(fit.estimable, fit.evaluated_at, 0.0).tolist())
    scorer = SiteScores(names=fit.names, coefficients=begin, sites=sites, ties=fit.ties, robust=fit.robust)
    scores = run(scorer, kept)
    enough = scores.counts[:, 1] >= EVENTS_A_COEFFICIENT * len(columns)
    alone = _fits(kept, sites, enough, ties=fit.ties, others=False)
    without = _without(scores, fit)
    if refit:
        again = _fits(kept, sites, scores.counts[:, 1] > 0, ties=fit.ties, others=True)
        for place, found in again.items():
            without[place] = found.coef if isinstance(found, CoxFit) else np.nan
    panel = tuple(
        _site(site, place, scores, fit, alone.get(place), without[place]) for place, site in enumerate(sites)
    )
    estimable, whole = fit.estimable.tolist(), whole_information(scores, fit)
    return SitePanel(
        fit=fit,
        sites=panel,
        pools=tuple(_pool(panel, place) for place in range(len(fit.names))),
        tests=tuple(
            scorer.site_test(scores, place, fit.estimable, whole) if known else ChiSquare(0.0, 0, 1.0)
            for place, known in enumerate(estimable)
        ),
        refitted=refit,
        warnings=(*fit.warnings, *_left_out(panel)),
        r_call=f'metafor::rma(coef, var, method = "REML", test = "knha")  # of each site\'s {fit.r_call}',
    )


def _fits(
    parts: Sequence[Survival], sites: tuple[str, ...], wanted: BoolArray, *, ties: Ties, others: bool
) -> dict[int, CoxFit | NotEstimable]:
    """The model of each wanted site's own rows, or of all rows but its own, by the place of the site."""
    places = np.flatnonzero(wanted).tolist()
    none = np.zeros(0, dtype=np.int64)
    several = [
        [part if _is_of(part, sites[place]) is not others else part.take(none) for part in parts]
        for place in places
    ]
    return dict(zip(places, cox_at_once(several, ties=ties), strict=True))


def _is_of(part: Survival, site: str) -> bool:
    return part.n > 0 and site_of(part) == site


def _site(
    site: str,
    place: int,
    scores: SiteScoresState,
    fit: CoxFit,
    own: CoxFit | NotEstimable | None,
    without: FloatArray,
) -> SiteOfPanel:
    n, events = (int(one) for one in scores.counts[place])
    nothing = np.full(len(fit.names), np.nan)
    known = isinstance(own, CoxFit) and bool((own.estimable | ~fit.estimable).all())
    fitted = own if isinstance(own, CoxFit) and known else None
    return SiteOfPanel(
        site=site,
        n=n,
        events=events,
        coef=nothing if fitted is None else np.where(fit.estimable, fitted.coef, np.nan),
        variance=nothing if fitted is None else np.where(fit.estimable, np.diag(fitted.covariance), np.nan),
        one_step=nothing if fitted is None else _one_step(scores, place, fit),
        without=np.where(fit.estimable, without, np.nan) if n else nothing,
        why_not="" if known else "not shown" if not n else "too few events" if own is None else "no estimate",
    )


def _without(scores: SiteScoresState, fit: CoxFit) -> FloatArray:
    """b - (I - I_k)^-1 U_k for every site (sites x p)."""
    total = whole_information(scores, fit)
    steps = [
        newton_step(score, total - information, fit.estimable)
        for score, information in zip(scores.score, scores.information, strict=True)
    ]
    return np.asarray(fit.evaluated_at - np.stack(steps))


def _one_step(scores: SiteScoresState, place: int, fit: CoxFit) -> FloatArray:
    """b + I_k^-1 U_k (p)."""
    own = inverse(scores.information[place], fit.estimable)
    moved = fit.evaluated_at + np.nan_to_num(own) @ scores.score[place]
    return np.where(fit.estimable, moved, np.nan)


def _pool(panel: tuple[SiteOfPanel, ...], place: int) -> SitePool | None:
    able = [one for one in panel if np.isfinite(one.variance[place]) and one.variance[place] > 0]
    if len(able) < 2:
        return None
    return pool_sites(
        [one.coef[place] for one in able],
        [one.variance[place] for one in able],
        sites=[one.site for one in able],
    )


def _left_out(panel: tuple[SiteOfPanel, ...]) -> Iterator[ModelWarning]:
    missing = [f"{one.site} ({one.why_not})" for one in panel if one.why_not]
    if missing:
        said = f"no estimate of their own, so not in the mean over sites: {', '.join(missing)}"
        yield ModelWarning(Concern.EMPTY_STRATUM, said, ("site",))
