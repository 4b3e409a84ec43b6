"""The effect of a treatment on a hazard by inverse probability weights, over parts that only share sums.

The probability of treatment is fitted over all parts, each part weighs its own rows, and the weighted Cox
model and the balance of the covariates are fitted over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cimara.outcomes.causal.balance import Balance, balance
from cimara.outcomes.causal.propensity import PropensityModel, propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weights import HEAVIEST, LEAST_EFFECTIVE, Estimand, treatment_weights
from cimara.outcomes.contract import ContractError, Scope, State, Summary, run
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning
from cimara.outcomes.models.choices import Baseline
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit, Ties
from cimara.outcomes.rows import Survival


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightedCox:
    """A weighted Cox model (`fit`, robust), the model of the treatment, and the balance it reached.

    `effective` is the effective sample size of all rows, (sum w)^2 / sum w^2; `truncated` the rows whose
    weight was set to a limit.
    """

    fit: CoxFit
    propensity: PropensityModel
    balance: Balance
    estimand: Estimand
    limits: tuple[float, float] | None
    effective: float
    effective_treated: float
    effective_control: float
    truncated: int
    n: int
    events: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a covariate of the weighted model."""
        return self.fit.table()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightState(State):
    """Rows, sums of weights, of their squares, and truncated rows by arm (2 x 4: control, treated); then rows
    of more than ten times the mean weight."""

    sums: FloatArray
    heavy: float = 0.0


@dataclass(frozen=True, slots=True)
class WeightCounts:
    """Estimator of what the weights leave: two rounds of sums, the second for rows of extreme weight."""

    limits: tuple[float, float] | None
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> WeightState:
        """Nothing is counted."""
        return WeightState(sums=np.zeros((2, 4)))

    def summarise(self, rows: Treatment, state: WeightState) -> Summary:
        """Sums by arm; then the rows of extreme weight."""
        weights = rows.weight()
        if state.round:
            mean = state.sums[:, 1].sum() / state.sums[:, 0].sum()
            return Summary("weights.heavy", {"heavy": np.array([float((weights > HEAVIEST * mean).sum())])})
        sums = np.zeros((2, 4))
        for arm in (0, 1):
            own = weights[rows.treated == bool(arm)]
            beyond = 0 if self.limits is None else np.isin(own, self.limits).sum()
            sums[arm] = len(own), own.sum(), own @ own, beyond
        return Summary("weights", {"sums": sums})

    def update(self, total: Summary, state: WeightState) -> WeightState:
        """The sums are the result."""
        if state.round:
            return replace(state, round=2, finished=True, heavy=float(total.sums["heavy"][0]))
        return replace(state, round=1, sums=total.sums["sums"])

    def result(self, state: WeightState) -> WeightState:
        """The sums themselves."""
        return state


def weighted_cox_of_parts(
    parts: Iterable[tuple[Treatment, Survival]],
    *,
    estimand: Estimand | str = Estimand.STABILISED_ATE,
    limits: tuple[float, float] | None = None,
    ties: Ties | str = Ties.EFRON,
    baseline: Baseline | str = Baseline.COMMON,
    confidence: float = 0.95,
) -> WeightedCox:
    """A Cox model weighted for treatment; its variance takes the weights as known (Lin & Wei 1989).

    Parameters
    ----------
    parts
        For each part its rows with treatment and confounders, and its rows with the outcome, of one frame; as
        a rule the treatment is the only covariate of the latter.
    limits
        Least and greatest weight; those beyond are set to them.
    baseline
        "common": risk sets span parts; "stratified": each part has its own baseline hazard.

    Raises
    ------
    NotEstimable
        As `propensity` and `cox`.
    WeightError
        An outcome row without a weight.
    """
    kept = list(parts)
    if not kept:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    target = Estimand(estimand)
    model = propensity([treatment for treatment, _ in kept])
    weights = [treatment_weights(one, model, estimand=target, limits=limits) for one, _ in kept]
    weighted = [own.applied_to(one) for own, (one, _) in zip(weights, kept, strict=True)]
    left = run(WeightCounts(limits), weighted)
    even = balance(weighted)
    outcome = [own.applied_to(rows) for own, (_, rows) in zip(weights, kept, strict=True)]
    fit = cox(outcome, ties=ties, robust=True, baseline=baseline, confidence=confidence)
    n, weight, squares, truncated = left.sums.sum(axis=0).tolist()
    effective = weight**2 / squares
    warnings = [*fit.warnings, *model.warnings, *even.warnings]
    if effective < LEAST_EFFECTIVE * n or left.heavy:
        said = f"the weights leave {effective / n:.0%} of the rows' information; {left.heavy:.0f} rows weigh "
        warnings.append(ModelWarning(Concern.WEIGHTS_EXTREME, f"{said}more than ten times the mean"))
    return WeightedCox(
        fit=fit,
        propensity=model,
        balance=even,
        estimand=target,
        limits=limits,
        effective=effective,
        effective_treated=even.effective_treated,
        effective_control=even.effective_control,
        truncated=int(truncated),
        n=fit.n,
        events=fit.events,
        warnings=tuple(dict.fromkeys(warnings)),
        r_call=fit.r_call,
    )
