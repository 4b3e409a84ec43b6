"""Round numbers for axes."""

from __future__ import annotations

import math

import numpy as np

from cimara.outcomes.frame_columns import FloatArray

STEPS = {
    "months": (1, 3, 6, 12, 24, 36, 60, 120),
    "weeks": (1, 2, 4, 8, 12, 24, 26, 52, 104, 156),
}
"""Steps of axes of time that readers count in; other units go by 1, 2 and 5."""
LOG_STEPS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0))


def time_ticks(last: float, unit: str, most: int = 8) -> FloatArray:
    """Ticks from 0 to at most `last`, at most `most` steps apart in round numbers of the unit."""
    fitting = (one for one in STEPS.get(unit, ()) if math.floor(last / one) <= most)
    step = next(fitting, None) or round_step(last / most)
    return np.asarray(np.arange(0, math.floor(last / step + 1e-9) + 1) * float(step))


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `least`."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(one * power for one in (1.0, 2.0, 5.0, 10.0) if one * power >= least * (1 - 1e-12))


def even_ticks(low: float, high: float, most: int = 6) -> FloatArray:
    """Round numbers within low to high, at most `most` steps apart."""
    step = round_step((high - low) / most)
    return np.asarray(np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step)


def ratio_ticks(low: float, high: float) -> FloatArray:
    """Ticks of a ratio on a log axis: powers of 2 over a short span, else 1, 2, 5 or powers of ten."""
    if high / low <= 40:
        exponents = np.arange(math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9) + 1)
        return np.asarray(2.0**exponents)
    decades = np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = LOG_STEPS[2] if len(decades) <= 3 else LOG_STEPS[1] if len(decades) <= 5 else LOG_STEPS[0]
    ticks = np.sort(np.outer(10.0**decades, steps).ravel())
    return np.asarray(ticks[(ticks >= low * (1 - 1e-9)) & (ticks <= high * (1 + 1e-9))])
