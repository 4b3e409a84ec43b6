"""Which estimator fits a Fine-Gray model, and its rounds over the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cimara.outcomes.contract import State, run
from cimara.outcomes.grid import Cells
from cimara.outcomes.models.choices import Baseline
from cimara.outcomes.models.fine_gray_common import CommonFineGray
from cimara.outcomes.models.fine_gray_options import FineGrayOptions
from cimara.outcomes.models.fine_gray_state import FineGrayState
from cimara.outcomes.models.fine_gray_stratified import StratifiedFineGray
from cimara.outcomes.rows import CompetingRisks

FineGrayEstimator = StratifiedFineGray | CommonFineGray


def estimator_for(
    parts: Iterable[CompetingRisks],
    options: FineGrayOptions,
    held: tuple[tuple[int, float], ...] = (),
) -> FineGrayEstimator:
    """The estimator of the baseline asked for; `held` are coefficients (place, value) not estimated."""
    names = next(iter(parts)).names
    if options.baseline is Baseline.STRATIFIED:
        return StratifiedFineGray(names=names, options=options, held=held)
    cells = Cells.of(parts, by_stratum=True, by_group=options.censoring_groups)
    return CommonFineGray(names=names, options=options, cells=cells, held=held)


def rounds(
    estimator: FineGrayEstimator,
    parts: Iterable[CompetingRisks],
    progress: Callable[[State], None] | None = None,
) -> FineGrayState:
    """The final state."""
    if isinstance(estimator, StratifiedFineGray):
        return run(estimator, parts, progress=progress)
    return run(estimator, parts, progress=progress)
