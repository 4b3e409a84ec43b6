"""Rows of a regression without times: an outcome a row, and what counts were made over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.named_columns import Named
from cimara.outcomes.rows import Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcomes(Rows):
    """`value` is the outcome of each row; `exposure` what counts were made over (time, persons), or None."""

    value: FloatArray
    exposure: FloatArray | None = None

    @classmethod
    def from_frame(cls, frame: Any, *, outcome: str, exposure: str | None = None, **named: Any) -> Outcomes:
        """Rows of a polars, pandas or pyarrow frame.

        Parameters
        ----------
        outcome
            Column of 0 and 1 (or boolean), or of counts.
        exposure
            Column above 0, for counts.
        **named
            As `Named` has them: covariates, levels, cluster, weights, id, site, missing, source.

        Raises
        ------
        RowError
            Every unusable row by number, column and kind of fault.
        """
        asked = Named(**named)
        columns, dropped = asked.complete(frame, outcome, *([exposure] if exposure else []))
        values = columns.numbers(outcome)
        columns.fault(
            ~(values >= 0) | np.isinf(values) | (values != np.floor(values)),
            outcome,
            "neither 0, 1 nor a count",
        )
        over = columns.numbers(exposure) if exposure else None
        if over is not None and exposure:
            columns.fault(~(over > 0) | np.isinf(over), exposure, "an exposure that is not above 0")
        columns.raise_faults()
        return cls(value=values, exposure=over, **asked.shared(columns, dropped))
