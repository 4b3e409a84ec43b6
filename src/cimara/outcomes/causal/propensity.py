"""The probability of treatment given covariates: logistic regression whose sums add up over sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import polars as pl
from scipy import special  # type: ignore[import-untyped]
from scipy.special import expit, log_expit  # type: ignore[import-untyped]

from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.contract import ContractError, Scope, Summary, run
from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.newton import NewtonState, dependent_columns, inverse, newton_step, next_step

INTERCEPT = "(intercept)"
MOVES = 0.01
"""A further step of a coefficient, in standard deviations of its column, that says it has no end."""


class SiteEffect(StrEnum):
    """How sites enter the model."""

    NONE = "none"
    """They do not."""
    FIXED = "fixed"
    """An intercept each, common coefficients."""
    STRATUM = "stratum"
    """A model each: intercept and all coefficients."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PropensityModel:
    """Log odds ratios (q, the intercept first) and what they were made of; NaN where `aliased`.

    With sites as strata there are sites x (1 + p) coefficients. `treated_share` is the weighted share of
    rows with the treatment.
    """

    names: tuple[str, ...]
    coef: FloatArray
    se: FloatArray
    z: FloatArray
    p: FloatArray
    covariance: FloatArray
    aliased: BoolArray
    loglik: float
    treated_share: float
    n: int
    treated: int
    covariates: tuple[str, ...]
    site_effect: SiteEffect
    sites: tuple[str, ...]
    iterations: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a coefficient."""
        columns = {name: pl.Series(getattr(self, name)).fill_nan(None) for name in ("coef", "se", "z", "p")}
        return pl.DataFrame({"term": list(self.names), **columns})

    def probability(self, rows: Treatment) -> FloatArray:
        """The probability of treatment of each row (n), 0 to 1."""
        return np.asarray(expit(self.log_odds(rows)))

    def log_odds(self, rows: Treatment) -> FloatArray:
        """The linear predictor of each row (n)."""
        used = np.where(self.aliased, 0.0, self.coef)
        linear = np.zeros(rows.n)
        for block in _blocks(rows, self.site_effect, self.sites):
            linear[block.rows] = block.design @ used[block.columns]
        return linear

    def spread_over_columns(self, rows: Treatment, factor: FloatArray) -> FloatArray:
        """The derivative (n x q) of a function of the log odds whose own derivative is `factor` (n)."""
        made = np.zeros((rows.n, len(self.names)))
        for block in _blocks(rows, self.site_effect, self.sites):
            made[block.rows, block.columns] = factor[block.rows, None] * block.design
        made[:, self.aliased] = 0.0
        return made

    def influence(self, rows: Treatment) -> FloatArray:
        """What each row moves the coefficients by (n x q): inverse information times its score."""
        residual = rows.weight() * (rows.treated - self.probability(rows))
        known = np.where(np.isnan(self.covariance), 0.0, self.covariance)
        return np.asarray(self.spread_over_columns(rows, residual) @ known)


@dataclass(frozen=True, slots=True, kw_only=True)
class PropensityState(NewtonState):
    """Where the search is, with the final sums and the counts of the rows.

    `arms` counts rows (sites x 2: comparator, treatment); `spread` is the standard deviation of each column;
    `share` the weight of the treated and of all.
    """

    information: FloatArray
    spread: FloatArray
    arms: FloatArray
    share: FloatArray
    loglik: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Propensity:
    """Estimator of a logistic model, one round an iteration; sums add up over any parts.

    `sites` are agreed beforehand, so that every part has the same columns.
    """

    covariates: tuple[str, ...]
    site_effect: SiteEffect = SiteEffect.NONE
    sites: tuple[str, ...] = ()
    scope: Scope = Scope.ACROSS_PARTS

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        own = (INTERCEPT, *self.covariates)
        if self.site_effect is SiteEffect.STRATUM:
            return tuple(f"site={site}: {name}" for site in self.sites for name in own)
        fixed = self.sites[1:] if self.site_effect is SiteEffect.FIXED else ()
        return (*own, *(f"site={site}" for site in fixed))

    def start(self) -> PropensityState:
        """All coefficients 0."""
        q = len(self.names)
        zero = np.zeros(q)
        return PropensityState(
            coefficients=zero,
            previous=zero,
            aliased=np.zeros(q, dtype=bool),
            information=np.zeros((q, q)),
            spread=zero,
            arms=np.zeros((max(len(self.sites), 1), 2)),
            share=np.zeros(2),
        )

    def summarise(self, rows: Treatment, state: PropensityState) -> Summary:
        """Log-likelihood, score and information at the coefficients of the state."""
        self._check(rows)
        q, weights = len(self.names), rows.weight()
        loglik, score, information = 0.0, np.zeros(q), np.zeros((q, q))
        moments = np.zeros((2, q))
        for block in _blocks(rows, self.site_effect, self.sites):
            own, design, at = weights[block.rows], block.design, block.columns
            treated = rows.treated[block.rows]
            linear = design @ state.coefficients[at]
            chance = expit(linear)
            loglik += float(own @ log_expit(np.where(treated, linear, -linear)))
            score[at] += (own * (treated - chance)) @ design
            information[at, at] += (design * (own * chance * (1 - chance))[:, None]).T @ design
            moments[:, at] += own @ design, own @ design**2
        site = _site_codes(rows, self.sites) if self.sites else np.zeros(rows.n, dtype=np.int64)
        arms = np.bincount(site * 2 + rows.treated, minlength=2 * len(state.arms)).astype(np.float64)
        share = np.array([weights[rows.treated].sum(), weights.sum()])
        sums = {"score": score, "information": information, "moments": moments, "share": share}
        return Summary("propensity", sums | {"loglik": np.array([loglik]), "arms": arms.reshape(-1, 2)})

    def update(self, total: Summary, state: PropensityState) -> PropensityState:
        """One Newton step, or the end."""
        sums, loglik = total.sums, float(total.sums["loglik"][0])
        state = replace(state, round=state.round + 1)
        if not state.trace:
            state = self._described(state, total)
        if loglik > -1e-7 * sums["arms"].sum():
            raise _separated(tuple(self.covariates))
        if not state.last:
            return next_step(state, loglik, sums["score"], sums["information"])
        further = newton_step(sums["score"], sums["information"], ~state.aliased) * state.spread
        endless = tuple(np.array(self.names)[np.abs(further) > MOVES].tolist())
        if endless:
            raise _separated(endless)
        trace = (*state.trace, loglik)
        return replace(state, information=sums["information"], loglik=loglik, trace=trace, finished=True)

    def result(self, state: PropensityState) -> PropensityModel:
        """Coefficients with the inverse information."""
        covariance = inverse(state.information, ~state.aliased)
        coef = np.where(state.aliased, np.nan, state.coefficients)
        se = np.sqrt(np.diag(covariance))
        gone = tuple(name for name, one in zip(self.names, state.aliased, strict=True) if one)
        said = f"{', '.join(gone)}: constant, or given by the covariates before; no coefficient"
        right = [*self.covariates, *(["site"] if self.site_effect is SiteEffect.FIXED else [])]
        own_sites = ", by site" if self.site_effect is SiteEffect.STRATUM else ""
        return PropensityModel(
            names=self.names,
            coef=coef,
            se=se,
            z=coef / se,
            p=2 * special.ndtr(-np.abs(coef / se)),
            covariance=covariance,
            aliased=state.aliased,
            loglik=state.loglik,
            treated_share=float(state.share[0] / state.share[1]),
            n=int(state.arms.sum()),
            treated=int(state.arms[:, 1].sum()),
            covariates=self.covariates,
            site_effect=self.site_effect,
            sites=self.sites,
            iterations=len(state.trace) - 1,
            warnings=(ModelWarning(Concern.ALIASED, said, gone),) if gone else (),
            r_call=f"glm(treatment ~ {' + '.join(right) or '1'}, family = binomial, data = rows){own_sites}",
        )

    def _described(self, state: PropensityState, total: Summary) -> PropensityState:
        arms, (first, second) = total.sums["arms"], total.sums["moments"]
        single = (arms == 0).any(axis=1)
        if single.any():
            where = ", ".join(np.array(self.sites)[single].tolist()) if self.sites else "the rows"
            raise NotEstimable(
                Concern.ONE_GROUP,
                f"only one of the two treatments was given in {where}",
                columns=("site",) if self.sites else (),
                hint="Such sites hold no comparison: leave them out and say so, or fit without site_effect.",
            )
        weight = total.sums["share"][1]
        spread = np.sqrt(np.maximum(second / weight - (first / weight) ** 2, 0.0))
        size = np.sqrt(second / weight)
        aliased = dependent_columns(total.sums["information"], size, float(weight))
        return replace(state, spread=spread, arms=arms, share=total.sums["share"], aliased=aliased)

    def _check(self, rows: Treatment) -> None:
        if rows.names != self.covariates:
            raise ContractError(
                "covariates that differ between parts",
                where="covariates",
                expected=", ".join(self.covariates),
                hint="Name the levels of labelled covariates, so that each part makes the same columns.",
            )


def propensity(
    rows: Treatment | Iterable[Treatment],
    *,
    site_effect: SiteEffect | str = SiteEffect.NONE,
    progress: Callable[[PropensityState], None] | None = None,
) -> PropensityModel:
    """Logistic regression of the treatment on the covariates by iteratively reweighted least squares.

    Parameters
    ----------
    rows
        Rows, or parts of them (sites).
    site_effect
        "none"; "fixed": an intercept for each site; "stratum": a model for each site.

    Raises
    ------
    NotEstimable
        ONE_GROUP where all rows (or all of a site that has its own intercept) had one treatment;
        MONOTONE_LIKELIHOOD where covariates separate the treatments, so that some rows could not have had
        the other; NO_CONVERGENCE.

    Source: McCullagh & Nelder 1989, section 4.4; the propensity score, Rosenbaum & Rubin 1983.
    """
    parts = [rows] if isinstance(rows, Treatment) else list(rows)
    if not parts:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    effect = SiteEffect(site_effect)
    sites = () if effect is SiteEffect.NONE else _sites_of(parts)
    estimator = Propensity(covariates=parts[0].names, site_effect=effect, sites=sites)
    return run(estimator, parts, progress=progress)


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows that share coefficients, which these are, and their design matrix."""

    rows: IntArray
    columns: slice
    design: FloatArray


def _blocks(rows: Treatment, effect: SiteEffect, sites: tuple[str, ...]) -> Iterator[_Block]:
    own = np.column_stack((np.ones(rows.n), rows.covariates))
    everyone = np.arange(rows.n)
    if effect is SiteEffect.NONE:
        yield _Block(everyone, slice(0, own.shape[1]), own)
        return
    codes = _site_codes(rows, sites)
    if effect is SiteEffect.FIXED:
        indicators = codes[:, None] == np.arange(1, len(sites))
        design = np.column_stack((own, indicators))
        yield _Block(everyone, slice(0, design.shape[1]), design)
        return
    width = own.shape[1]
    for code in np.unique(codes):
        here = np.flatnonzero(codes == code)
        yield _Block(here, slice(int(code) * width, (int(code) + 1) * width), own[here])


def _sites_of(parts: Iterable[Treatment]) -> tuple[str, ...]:
    """Sites with rows in any part, sorted."""
    found: set[str] = set()
    for part in parts:
        if part.site is None:
            raise ContractError(
                "no site column was named", where="site", hint="Say site= when rows are made."
            )
        found |= {part.site.levels[code] for code in np.unique(part.site.codes)}
    return tuple(sorted(found))


def _site_codes(rows: Treatment, sites: tuple[str, ...]) -> IntArray:
    if rows.site is None:
        raise ContractError("no site column was named", where="site", hint="Say site= when rows are made.")
    place = np.array([sites.index(one) if one in sites else -1 for one in rows.site.levels], dtype=np.int64)
    codes = place[rows.site.codes]
    if (codes < 0).any():
        raise ContractError("rows of a site that the model does not know", where="site")
    return codes


def _separated(columns: tuple[str, ...]) -> NotEstimable:
    return NotEstimable(
        Concern.MONOTONE_LIKELIHOOD,
        "the covariates tell the two treatments apart, so that some rows could have had only one of them",
        columns=columns,
        hint="Restrict the population to those who could have had either, or leave out what decides it.",
    )
