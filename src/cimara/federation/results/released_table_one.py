"""The first table of a federated study as people may see it: levels, groups and totals audited together."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure import CountRule, LinkedCounts, Part, means_shown
from cimara.federation.disclosure.release_limits import release_limit
from cimara.outcomes.description.table_one import LevelRow, NumberRow, TableOne

Row = NumberRow | LevelRow
COUNTS, MEANS = ("n", "missing"), ("mean", "sd")


def released_table_one(value: TableOne, limits: Disclosure) -> pl.DataFrame:
    """The table with counts hidden that are small, or that would tell of a small one.

    Links: rows of a column and its missing cells are the rows of the group, those of all groups are those of
    everyone. How many rows a group has counts as known, since other results of a study say it. Shares are
    of the counts that are shown, where no large one is hidden. Means and deviations stand on 10 patients or
    more, and none follows from those of the other groups and of everyone.
    """
    rows: list[Row] = [*value.numbers, *value.levels]
    linked = LinkedCounts(CountRule.of(limits))
    places = _linked(value, rows, linked)
    shown = linked.shown()
    seen = pl.DataFrame(
        {name: [shown[one[place]] for one in places] for place, name in enumerate(COUNTS)},
        schema=dict.fromkeys(COUNTS, pl.Int64),
    )
    with_mean = _with_mean(value, max(release_limit("statistic_n"), float(limits.min_n)))
    kept = pl.Series([(one.column, one.group) in with_mean for one in rows], dtype=pl.Boolean)
    large_hidden = pl.lit(
        pl.Series(
            [
                shown[n] is None and one.n >= linked.rule.least
                for one, (n, _) in zip(rows, places, strict=True)
            ]
        )
    )
    whole = pl.when(~large_hidden.any().over("column", "group")).then(
        pl.col("n").sum().over("column", "group")
    )
    share = pl.when(pl.col("level").is_not_null() & (whole > 0)).then(pl.col("n") / whole)
    return value.table().with_columns(
        *seen.get_columns(), *(pl.when(kept).then(pl.col(name)).alias(name) for name in MEANS)
    ).with_columns(share=share)  # fmt: skip


def _linked(value: TableOne, rows: list[Row], linked: LinkedCounts) -> list[tuple[int, int]]:
    """Adds the counts and what they sum to; of each row the places of its rows and of its missing cells."""
    sizes = {group: linked.add(n, Part.KNOWN) for group, n in zip(value.groups, value.n, strict=True)}
    missing: dict[tuple[str, str], int] = {}
    own: dict[tuple[str, str, str], int] = {}
    for one in rows:
        key = (one.column, one.group)
        if key not in missing:
            missing[key] = linked.add(one.missing, Part.COVER)
        own[(one.column, _level(one), one.group)] = linked.add(one.n)
    for (column, group), empty in missing.items():
        parts = [place for (name, _, of), place in own.items() if (name, of) == (column, group)]
        linked.link(sizes[group], (*parts, empty))
    *groups, everyone = value.groups
    if groups:
        linked.link(sizes[everyone], [sizes[one] for one in groups])
        for (column, level, of), place in own.items():
            if of == everyone:
                linked.link(place, [own[(column, level, one)] for one in groups])
        for (column, of), place in missing.items():
            if of == everyone:
                linked.link(place, [missing[(column, one)] for one in groups])
    return [(own[(one.column, _level(one), one.group)], missing[(one.column, one.group)]) for one in rows]


def _level(row: Row) -> str:
    """A column of numbers has one row, without a level."""
    return row.level if isinstance(row, LevelRow) else ""


def _with_mean(value: TableOne, least: float) -> set[tuple[str, str]]:
    """Columns and groups whose means may be shown."""
    return {
        (column, one.group)
        for column in dict.fromkeys(one.column for one in value.numbers)
        for one in _means_of([one for one in value.numbers if one.column == column], least)
    }


def _means_of(rows: list[NumberRow], least: float) -> Iterator[NumberRow]:
    """Of the groups of one column, and everyone in the last row where there are several."""
    *groups, everyone = rows
    if everyone.n >= least:
        yield everyone
    for one, is_shown in zip(groups, means_shown([one.n for one in groups], least=least), strict=True):
        if is_shown:
            yield one
