"""Rows of a propensity model: who had the treatment, and what may have led to it; no outcome among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cimara.outcomes.frame_columns import BoolArray
from cimara.outcomes.named_columns import Named
from cimara.outcomes.rows import Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Treatment(Rows):
    """`treated` is True for the treatment in question, False for its comparator; one row a treated unit."""

    treated: BoolArray

    @classmethod
    def from_frame(cls, frame: Any, *, treatment: str, **named: Any) -> Treatment:
        """Rows of a polars, pandas or pyarrow frame.

        Parameters
        ----------
        treatment
            Column of 0 and 1, or boolean.
        **named
            As `Named` has them: covariates, levels, site, cluster, weights, id, missing, source.

        Raises
        ------
        RowError
            Every unusable row by number, column and kind of fault.
        """
        asked = Named(**named)
        columns, dropped = asked.complete(frame, treatment)
        values = columns.numbers(treatment)
        columns.fault((values != 0) & (values != 1), treatment, "a treatment that is neither 0 nor 1")
        columns.raise_faults("Recode the treatment of interest as 1 and its comparator as 0.")
        return cls(treated=np.asarray(values == 1), **asked.shared(columns, dropped))
