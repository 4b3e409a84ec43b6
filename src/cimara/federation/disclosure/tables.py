"""Tables as people see them: columns of counts by their heads, shares made anew of what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from cimara.federation.disclosure.counts import behind, rounded_count
from cimara.federation.disclosure.interval_audit import Sum
from cimara.federation.disclosure.suppression import suppressed
from cimara.federation.results.counted_columns import counted_by


def redacted_table(
    frame: pl.DataFrame,
    *,
    counts: Sequence[str] | None = None,
    within: Sequence[str] = (),
    whole: float | None = None,
    total: pl.Expr | None = None,
    shares: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """A table whose counts may be shown: null where not.

    Parameters
    ----------
    counts
        Columns of counts; without it those whose heads count people or events (`counted_by`).
    within
        Columns of which each combination is one whole in parts: the levels of a variable, say.
    whole
        How many the parts of each whole come to, where people see that number too (as `rounded_count` shows
        it): further counts are then hidden, so that small ones do not follow by subtraction.
    total
        Rows that are totals of the others of their whole; they become the sums of what is shown.
    shares
        Columns of shares in percent, each with the column of counts that it is a share of: made anew of the
        shown counts of its whole, null where the count is.
    """
    names = [one for one in frame.columns if counted_by(one)] if counts is None else list(counts)
    numbered = frame.with_row_index("_row").with_columns(
        (pl.lit(value=False) if total is None else total).alias("_total")
    )
    parts = numbered.partition_by(list(within), maintain_order=True) if within else [numbered]
    made = pl.concat([_whole(part, names, whole, shares or {}) for part in parts])
    return made.sort("_row").drop("_row", "_total")


def _whole(
    part: pl.DataFrame, names: Sequence[str], whole: float | None, shares: Mapping[str, str]
) -> pl.DataFrame:
    is_total = part["_total"].to_list()
    for name in names:
        values = part[name].to_list()
        places = [place for place, held in enumerate(values) if held is not None and not is_total[place]]
        seen = _shown([float(values[place]) for place in places], whole)
        column: list[int | None] = [None] * len(values)
        for place, one in zip(places, seen, strict=True):
            column[place] = one
        summed = sum(one for one in seen if one is not None)
        column = [summed if is_total[place] else one for place, one in enumerate(column)]
        part = part.with_columns(pl.Series(name, column, dtype=pl.Int64))
        of_it = [share for share, count in shares.items() if count == name]
        percent = pl.col(name) * 100.0 / summed if summed else pl.lit(None, dtype=pl.Float64)
        part = part.with_columns(percent.alias(share) for share in of_it)
    return part


def _shown(values: Sequence[float], whole: float | None) -> tuple[int | None, ...]:
    known = None if whole is None else rounded_count(whole)
    if known is None:
        return tuple(rounded_count(one) for one in values)
    least, most = behind(known)
    return suppressed(values, [Sum(tuple(range(len(values))), least, most)])
