"""What Firth's penalty adds to the score of a Cox model: half the derivative of the log determinant of I.

The derivative of I with respect to beta_m is a sum of third central moments of the covariates inside the
risk sets, so tr(J dI/dbeta_m) with J the inverse of I is a sum of E[(x - mean)' J (x - mean) (x - mean)_m].
Written out, it takes sums over risk sets of r h and r x with h = x' J x, and no p x p matrix a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.models.cox_sums import Evaluation


def penalty_slope(model: Evaluation, inverse: FloatArray) -> FloatArray:
    """tr(J dI/dbeta) (p) of the rows, for J (p x p) the inverse of the information of all rows.

    Source: Firth 1993, eq. 5; Heinze & Schemper 2001, section 2, with Efron's or Breslow's risk-set means.
    """
    sets, sums, terms = model.sets, model.sums, model.terms
    projected = sets.covariates @ inverse
    form = np.einsum("ij,ij->i", projected, sets.covariates)
    weighted_form = model.relative * form
    slope = (weighted_form * model.hazard_exposure()) @ sets.covariates
    slope -= 2 * (model.relative * _shared_with_means(model, projected)) @ sets.covariates
    risk, risk_form = sums.at_risk_covariates, sets.at_risk(weighted_form)
    slope -= (terms.square * risk_form) @ risk
    cubes = _cubes(model)
    slope += 2 * (cubes.none * _form(risk, risk, inverse)) @ risk
    if len(terms.tied):
        dying_form = sets.of_events(weighted_form[sets.event_rows])[terms.tied]
        slope += _tied_part(model, inverse, cubes, (risk_form[terms.tied], dying_form))
    return np.asarray(slope)


@dataclass(frozen=True, slots=True)
class _Cubes:
    """c sum f^k/den^3: `none` (k = 0) at each event time, k = 1, 2, 3 at the tied ones."""

    none: FloatArray
    once: FloatArray
    twice: FloatArray
    thrice: FloatArray


def _tied_part(
    model: Evaluation, inverse: FloatArray, cubes: _Cubes, forms: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """What the fractions f of the events take off the risk set at tied times."""
    terms, dying = model.terms, model.sums.dying_covariates
    risk = model.sums.at_risk_covariates[terms.tied]
    risk_form, dying_form = forms
    slope = (terms.square_shared * dying_form) @ risk + (terms.square_shared * risk_form) @ dying
    slope -= (terms.square_twice * dying_form) @ dying
    both, own, cross = (
        _form(risk, risk, inverse),
        _form(dying, dying, inverse),
        _form(risk, dying, inverse),
    )
    slope -= 2 * ((2 * cubes.once * cross) @ risk + (cubes.once * both) @ dying)
    slope += 2 * ((cubes.twice * own) @ risk + (2 * cubes.twice * cross) @ dying)
    return np.asarray(slope - 2 * (cubes.thrice * own) @ dying)


def _shared_with_means(model: Evaluation, projected: FloatArray) -> FloatArray:
    """For each row x' J m, m the sum of hazard times risk-set mean over its times at risk."""
    sets, sums, terms = model.sets, model.sums, model.terms
    total = np.zeros(sets.n)
    for column, values in enumerate(projected.T):
        at_risk, dying = sums.at_risk_covariates[:, column], sums.dying_covariates[:, column]
        step = terms.square * at_risk
        step[terms.tied] -= terms.square_shared * dying
        mean = sets.exposed(step)
        if len(terms.tied):
            own = np.zeros(len(sets.times))
            own[terms.tied] = terms.square_shared * at_risk[terms.tied] - terms.square_twice * dying
            mean[sets.event_rows] -= sets.to_events(own)
        total += values * mean
    return total


def _cubes(model: Evaluation) -> _Cubes:
    sets, sums, tied = model.sets, model.sums, model.terms.tied
    none = sets.death_weight / sums.at_risk**3
    if not len(tied):
        nothing = np.zeros(0)
        return _Cubes(none, nothing, nothing, nothing)
    count = sets.deaths[tied]
    first = np.cumsum(count) - count
    fraction = (np.arange(count.sum()) - np.repeat(first, count)) / np.repeat(count, count)
    inverse = (np.repeat(sums.at_risk[tied], count) - fraction * np.repeat(sums.dying, count)) ** -3.0
    each = sets.death_weight[tied] / count
    powers = [each * np.add.reduceat(fraction**k * inverse, first) for k in range(4)]
    none[tied] = powers[0]
    return _Cubes(none, *powers[1:])


def _form(one: FloatArray, other: FloatArray, inverse: FloatArray) -> FloatArray:
    """a' J b, row by row."""
    return np.asarray(np.einsum("ij,ij->i", one @ inverse, other))
