"""Firth's penalised Cox model: finite hazard ratios with profile intervals, where events lie on one side.

The penalty half log det I of the information takes the first-order bias off the estimate and has its greatest
value away from infinity. An iteration takes two rounds: likelihood, score and information; then, with the
inverse of the total information, what the penalty adds to the score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import optimize, stats  # type: ignore[import-untyped]

from cimara.outcomes.contract import ContractError, Scope, State, Summary, run
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox_fit import ChiSquare, Ties
from cimara.outcomes.models.cox_result import chi_square
from cimara.outcomes.models.cox_stratified import check_names, likelihood_sums
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.models.firth_sums import penalty_slope
from cimara.outcomes.models.newton import dependent_columns, inverse
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival

CONVERGED = 1e-9
"""Longest step, in standard deviations of a covariate, that ends the search."""
MOST_EVALUATIONS = 180
LONGEST_STEP = 1.0
FARTHEST_LIMIT = 60.0
"""How far, in standard deviations of a covariate, a limit of an interval is looked for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FirthFit:
    """Penalised log hazard ratios (p) with profile-likelihood intervals and tests; NaN where `aliased`.

    `se` is of the inverse information; it does not go with the interval, which need not be symmetric. A
    limit that is not found within 60 standard deviations of the covariate is null, and named.
    """

    names: tuple[str, ...]
    coef: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    covariance: FloatArray
    aliased: BoolArray
    loglik_null: float
    loglik: float
    likelihood_ratio: ChiSquare
    n: int
    events: int
    ties: Ties
    confidence: float
    strata_columns: tuple[str, ...]
    evaluations: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a covariate: coefficient, standard error, hazard ratio with profile interval, p."""
        named = {
            "coef": self.coef,
            "se": self.se,
            "hr": np.exp(self.coef),
            "hr_lower": np.exp(self.lower),
            "hr_upper": np.exp(self.upper),
            "p": self.p,
        }
        columns = {name: pl.Series(values).fill_nan(None) for name, values in named.items()}
        return pl.DataFrame({"covariate": list(self.names), **columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class FirthState(State):
    """The `coefficients` under evaluation, the best ones before them, and the sums at either.

    `loglik` is penalised; `inverse` is of the total information at `coefficients` and is what the second
    round of an iteration (`sloping`) needs.
    """

    coefficients: FloatArray
    best: FloatArray
    loglik: float = -np.inf
    sloping: bool = False
    score: FloatArray
    inverse: FloatArray
    spread: FloatArray
    aliased: BoolArray
    counts: FloatArray
    evaluations: int = 0
    started: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FirthCox:
    """Estimator of the penalised model; `fixed` is a covariate (index) held at its starting value, or -1."""

    names: tuple[str, ...]
    begin: tuple[float, ...]
    ties: Ties = Ties.EFRON
    fixed: int = -1
    scope: Scope = Scope.WITHIN_PART

    def start(self) -> FirthState:
        """The coefficients of `begin`."""
        p = len(self.names)
        begin = np.array(self.begin, dtype=np.float64)
        nothing = np.zeros(p)
        return FirthState(
            coefficients=begin,
            best=begin,
            score=nothing,
            inverse=np.zeros((p, p)),
            spread=nothing,
            aliased=np.zeros(p, dtype=bool),
            counts=np.zeros(2),
        )

    def summarise(self, rows: Survival, state: FirthState) -> Summary:
        """Likelihood, score and information; or what the penalty adds to the score."""
        check_names(rows, self.names)
        _refuse_probability_weights(rows)
        model = evaluate(risk_sets(rows), state.coefficients, self.ties)
        if state.sloping:
            return Summary("firth.slope", {"slope": penalty_slope(model, state.inverse)})
        sums = likelihood_sums(model)
        often = rows.weight()
        centred = rows.covariates - (often @ rows.covariates) / max(often.sum(), 1.0)
        sums["counts"] = np.array([often.sum(), often[rows.event].sum()])
        sums["squares"] = often @ centred**2
        return Summary("firth", sums)

    def update(self, total: Summary, state: FirthState) -> FirthState:
        """Half an iteration."""
        state = replace(state, round=state.round + 1)
        if state.sloping:
            return self._stepped(state, state.score + total.sums["slope"] / 2)
        if not state.started:
            state = _described(state, total)
        return self._judged(state, total)

    def result(self, state: FirthState) -> FirthState:
        """The final state, of which `firth` makes the fit."""
        return state

    def _judged(self, state: FirthState, total: Summary) -> FirthState:
        """Go on from here if the penalised likelihood rose, else halve the step."""
        active = ~state.aliased
        information = total.sums["information"]
        sign, log_determinant = np.linalg.slogdet(information[np.ix_(active, active)])
        loglik = float(total.sums["loglik"][0] + log_determinant / 2) if sign > 0 else -np.inf
        state = replace(state, evaluations=state.evaluations + 1)
        if state.evaluations > MOST_EVALUATIONS:
            raise NotEstimable(
                Concern.NO_CONVERGENCE,
                f"Firth's likelihood had no maximum in {MOST_EVALUATIONS} evaluations",
                hint="Use fewer covariates; the penalty cannot replace events.",
            )
        if not np.isfinite(loglik) or loglik < state.loglik - CONVERGED * (1 + abs(state.loglik)):
            return replace(state, coefficients=(state.coefficients + state.best) / 2)
        made = np.where(np.outer(active, active), inverse(information, active), 0.0)
        return replace(
            state,
            best=state.coefficients,
            loglik=loglik,
            score=total.sums["score"],
            inverse=made,
            sloping=True,
        )

    def _stepped(self, state: FirthState, score: FloatArray) -> FirthState:
        """A step with the information for the second derivative (Heinze & Schemper 2001, section 2)."""
        free = ~state.aliased & (np.arange(len(score)) != self.fixed)
        step = np.zeros(len(score))
        if free.any():
            precision = np.linalg.pinv(state.inverse[np.ix_(~state.aliased, ~state.aliased)], hermitian=True)
            own = precision[np.ix_(free[~state.aliased], free[~state.aliased])]
            step[free] = np.linalg.solve(own, score[free])
        longest = float(np.abs(step * state.spread).max(initial=0.0))
        if longest < CONVERGED:
            return replace(state, score=score, sloping=False, finished=True)
        step /= max(1.0, longest / LONGEST_STEP)
        return replace(state, coefficients=state.coefficients + step, sloping=False)


def firth(
    rows: Survival | Iterable[Survival], *, ties: Ties | str = Ties.EFRON, confidence: float = 0.95
) -> FirthFit:
    """Penalised log hazard ratios, for few events or a monotone likelihood.

    Parameters
    ----------
    rows
        Rows, or parts of them whose strata differ; frequencies as weights are allowed, clusters are not.
    ties
        "efron" or "breslow".
    confidence
        Of the profile-likelihood intervals.

    Raises
    ------
    NotEstimable
        NO_EVENTS, NO_CONVERGENCE; NOT_SUPPORTED for probability weights or clusters.

    Source: Firth 1993; Heinze & Schemper 2001, sections 2 and 3. Limits of a coefficient are where twice the
    fall of the penalised likelihood, maximised over the others, is the chi-square quantile with 1 df.
    """
    parts = [rows] if isinstance(rows, Survival) else list(rows)
    if not parts:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    profile = _Profile(parts, _checked_ties(ties))
    zero = np.zeros(len(parts[0].names))
    fitted = profile.at(zero)
    aliased, spread = fitted.aliased, fitted.spread
    drop = stats.chi2.ppf(confidence, 1) / 2
    p, lower, upper = (np.full(len(zero), np.nan) for _ in range(3))
    for column in np.flatnonzero(~aliased):
        p[column] = stats.chi2.sf(2 * (fitted.loglik - profile.held(fitted, int(column), 0.0).loglik), 1)
        lower[column], upper[column] = (
            profile.limit(fitted, int(column), sign * 1.0, drop) for sign in (-1, 1)
        )
    null = profile.null(aliased)
    covariance = np.where(np.outer(aliased, aliased), np.nan, fitted.inverse)
    covariance[aliased, :] = covariance[:, aliased] = np.nan
    df = int((~aliased).sum())
    names = parts[0].names
    return FirthFit(
        names=names,
        coef=np.where(aliased, np.nan, fitted.best),
        se=np.sqrt(np.diag(covariance)),
        lower=lower,
        upper=upper,
        p=p,
        covariance=covariance,
        aliased=aliased,
        loglik_null=null,
        loglik=fitted.loglik,
        likelihood_ratio=chi_square(2 * (fitted.loglik - null), df),
        n=int(fitted.counts[0]),
        events=int(fitted.counts[1]),
        ties=Ties(ties),
        confidence=confidence,
        strata_columns=parts[0].strata_columns,
        evaluations=profile.evaluations,
        warnings=_warnings(names, aliased, (lower, upper), spread),
        r_call=_r_call(parts[0]),
    )


class _Profile:
    """The penalised likelihood of the parts, free or with one coefficient held."""

    def __init__(self, parts: Sequence[Survival], ties: Ties) -> None:
        self.parts, self.ties = parts, ties
        self.names = parts[0].names
        self.evaluations = 0

    def at(self, begin: FloatArray, fixed: int = -1) -> FirthState:
        estimator = FirthCox(names=self.names, begin=tuple(begin.tolist()), ties=self.ties, fixed=fixed)
        found = run(estimator, self.parts)
        self.evaluations += found.evaluations
        return found

    def held(self, fitted: FirthState, column: int, value: float) -> FirthState:
        """The maximum over the other coefficients, looked for from where they would move with this one."""
        along = fitted.inverse[:, column] / fitted.inverse[column, column]
        begin = fitted.best + along * (value - fitted.best[column])
        begin[column] = value
        return self.at(begin, column)

    def limit(self, fitted: FirthState, column: int, sign: float, drop: float) -> float:
        """Where the profile has fallen by `drop`; NaN when it does not within FARTHEST_LIMIT."""
        estimate = fitted.best[column]

        def excess(value: float) -> float:
            """Of the root of the fall, which is about a straight line, over the root of `drop`."""
            fallen = fitted.loglik - self.held(fitted, column, value).loglik
            return float(np.sqrt(max(fallen, 0.0)) - np.sqrt(drop))

        reach = np.sqrt(2 * drop * fitted.inverse[column, column])
        farthest = FARTHEST_LIMIT / fitted.spread[column]
        inner, outer = 0.0, reach
        while outer <= farthest:
            if excess(estimate + sign * outer) >= 0:
                near, far = sorted((estimate + sign * inner, estimate + sign * outer))
                return float(optimize.brentq(excess, near, far, xtol=1e-10 * max(1.0, reach), rtol=1e-12))
            inner, outer = outer, 1.6 * outer
        return float("nan")

    def null(self, aliased: BoolArray) -> float:
        """The penalised likelihood with all coefficients 0."""
        zero = np.zeros(len(self.names))
        estimator = FirthCox(names=self.names, begin=tuple(zero.tolist()), ties=self.ties)
        state = estimator.start()
        summaries = [estimator.summarise(part, state) for part in self.parts]
        loglik = sum(float(one.sums["loglik"][0]) for one in summaries)
        information = np.sum([one.sums["information"] for one in summaries], axis=0)
        return float(loglik + np.linalg.slogdet(information[np.ix_(~aliased, ~aliased)])[1] / 2)


def _described(state: FirthState, total: Summary) -> FirthState:
    """Counts, spread and dependence of the covariates, from the first round."""
    n, events = total.sums["counts"]
    if events == 0:
        raise NotEstimable(Concern.NO_EVENTS, f"none of {n:,.0f} rows has an event")
    spread = np.sqrt(total.sums["squares"] / n)
    aliased = dependent_columns(total.sums["information"], spread, float(events))
    return replace(state, counts=total.sums["counts"], spread=spread, aliased=aliased, started=True)


def _checked_ties(ties: Ties | str) -> Ties:
    rule = Ties(ties)
    if rule is Ties.EXACT:
        raise NotEstimable(
            Concern.NOT_SUPPORTED, "Firth's penalty is worked out for Efron's and Breslow's ties only"
        )
    return rule


def _refuse_probability_weights(rows: Survival) -> None:
    weighted = rows.weights is not None and rows.weight_kind is WeightKind.PROBABILITY
    if weighted or rows.cluster is not None:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "a penalised likelihood is not one for probability weights or dependent rows",
            columns=("weights" if weighted else "cluster",),
            hint="Take one row a patient, unweighted.",
        )


def _warnings(
    names: tuple[str, ...], aliased: BoolArray, limits: tuple[FloatArray, FloatArray], spread: FloatArray
) -> tuple[ModelWarning, ...]:
    found = []
    gone = tuple(name for name, one in zip(names, aliased, strict=True) if one)
    if gone:
        said = f"{', '.join(gone)}: constant in every risk set, or given by the covariates before"
        found.append(ModelWarning(Concern.ALIASED, said, gone))
    missing = ~aliased & (np.isnan(limits[0]) | np.isnan(limits[1]))
    open_ended = tuple(name for name, one in zip(names, missing, strict=True) if one)
    if open_ended:
        said = f"{', '.join(open_ended)}: the profile likelihood has no limit on one side"
        found.append(ModelWarning(Concern.MONOTONE_LIKELIHOOD, said, open_ended))
    return tuple(found)


def _r_call(rows: Survival) -> str:
    response = "Surv(start, time, event)" if rows.start is not None else "Surv(time, event)"
    return f"coxphf::coxphf({response} ~ {' + '.join(rows.terms)}, data = rows)  # Breslow ties there"
