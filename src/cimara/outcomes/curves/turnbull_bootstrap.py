"""Bootstrap limits of Turnbull's estimate, drawn by patient; a guide only, since it is not root-n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cimara.outcomes.curves.turnbull import NO_ERROR, TurnbullCurve, TurnbullFit, turnbull
from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.rows import IntervalCensored


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnbullLimits:
    """Percentile limits of survival at the times asked, one row a group and time in `table`."""

    frame: pl.DataFrame
    replicates: int
    conf_level: float
    unit: str
    warnings: tuple[ModelWarning, ...]

    def table(self) -> pl.DataFrame:
        """`least` and `greatest` are what the masses of the data allow, `lower` and `upper` the limits."""
        return self.frame


def turnbull_limits(
    rows: IntervalCensored,
    times: Sequence[float] | FloatArray,
    *,
    replicates: int,
    rng: np.random.Generator,
    conf_level: float = 0.95,
) -> TurnbullLimits:
    """Percentile limits of the survival at some times.

    Parameters
    ----------
    times
        Where inside a box the lower limit is of the least survival that the masses allow, the upper of the
        greatest.
    replicates, rng
        Each replicate draws patients (clusters, ids or rows) with a child of `rng` of its own, so that the
        order in which replicates run does not matter.
    """
    if replicates < 2:
        raise NotEstimable(
            Concern.NOT_SUPPORTED, "fewer than two replicates", hint="1,000 or more are usual."
        )
    asked = np.asarray(times, dtype=np.float64)
    found = turnbull(rows)
    patient = np.unique(rows.cluster_codes(), return_inverse=True)[1]
    drawn = [_drawn(rows, patient, child) for child in rng.spawn(replicates)]
    fits = [turnbull(one) for one in drawn]
    frames = [_limits(curve, asked, fits, conf_level) for curve in found.curves]
    return TurnbullLimits(
        frame=pl.concat(frames),
        replicates=replicates,
        conf_level=conf_level,
        unit="patient" if rows.cluster is not None or rows.id is not None else "row",
        warnings=(ModelWarning(Concern.NON_ROOT_N, NO_ERROR),),
    )


def _drawn(rows: IntervalCensored, patient: IntArray, rng: np.random.Generator) -> IntervalCensored:
    """Patients drawn with replacement, as weights."""
    size = int(patient.max()) + 1
    times_drawn = np.bincount(rng.integers(size, size=size), minlength=size)[patient]
    chosen = times_drawn > 0
    kept = rows.take(chosen)
    return replace(kept, weights=kept.weight() * times_drawn[chosen])


def _limits(
    curve: TurnbullCurve, asked: FloatArray, fits: Sequence[TurnbullFit], conf_level: float
) -> pl.DataFrame:
    own = [one for fit in fits for one in fit.curves if one.group == curve.group]
    least, greatest = (np.stack(bounds) for bounds in zip(*(one.between(asked) for one in own), strict=True))
    outside = (1 - conf_level) / 2
    at_least, at_most = curve.between(asked)
    return pl.DataFrame(
        {
            "group": [curve.group] * len(asked),
            "time": asked,
            "least": at_least,
            "greatest": at_most,
            "lower": np.quantile(least, outside, axis=0),
            "upper": np.quantile(greatest, 1 - outside, axis=0),
        }
    )
