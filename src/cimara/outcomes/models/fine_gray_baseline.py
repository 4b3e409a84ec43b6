"""The baseline subdistribution hazard of a fitted model, stratum by stratum."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.fine_gray_common import CommonFineGray, CommonState
from cimara.outcomes.models.fine_gray_fit import BaselineHazard
from cimara.outcomes.models.fine_gray_state import FineGrayState
from cimara.outcomes.models.fine_gray_stratified import StratifiedFineGray
from cimara.outcomes.rows import CompetingRisks


def baseline_of(
    estimator: StratifiedFineGray | CommonFineGray, state: FineGrayState, parts: Iterable[CompetingRisks]
) -> BaselineHazard:
    """Jumps d/S0 at covariates 0 (Breslow 1974): of strata inside their parts, or those that parts share."""
    if isinstance(estimator, CommonFineGray) and isinstance(state, CommonState):
        return _common(estimator, state)
    pieces = [_own(estimator, part, state) for part in parts if isinstance(estimator, StratifiedFineGray)]
    before = np.concatenate(([0], np.cumsum([len(piece.strata) for piece in pieces])))
    return BaselineHazard(
        strata=tuple(label for piece in pieces for label in piece.strata),
        stratum=np.concatenate([piece.stratum + first for piece, first in zip(pieces, before, strict=False)]),
        time=np.concatenate([piece.time for piece in pieces]),
        jump=np.concatenate([piece.jump for piece in pieces]),
        last=np.concatenate([piece.last for piece in pieces]),
    )


def _own(estimator: StratifiedFineGray, rows: CompetingRisks, state: FineGrayState) -> BaselineHazard:
    part = estimator.part(rows)
    sums = part.risk_sums(part.relative(state.coefficients))
    stratum = part.places.stratum_of_place[part.at.place]
    jump = _at_zero(part.at.weight_of_events / sums[:, 0], part.centre, stratum, state.coefficients)
    last = part.places.times[part.places.first[1:] - 1]
    return BaselineHazard(rows.strata_present(), stratum, part.places.times[part.at.place], jump, last)


def _common(estimator: CommonFineGray, state: CommonState) -> BaselineHazard:
    width = len(state.grid) + 1
    place = np.flatnonzero(state.events.sum(axis=0))
    stratum, when = place // width, place % width
    jump = _at_zero(state.deaths / state.sums[:, 0], state.centre, stratum, state.coefficients)
    left = (state.events + state.competing + state.censored).sum(axis=0).reshape(-1, width) > 0
    latest = width - 1 - np.argmax(left[:, ::-1], axis=1)
    last = state.grid[np.minimum(latest, width - 2)]
    return BaselineHazard(estimator.cells.strata, stratum, state.grid[when], jump, last)


def _at_zero(jump: FloatArray, centre: FloatArray, stratum: IntArray, coefficients: FloatArray) -> FloatArray:
    return np.asarray(jump * np.exp(-(centre @ coefficients))[stratum])
