"""What a report over sites says before any outcome: flow, missing data and Table 1, from sums of counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure import CountRule, LinkedCounts, Part, means_shown
from cimara.federation.disclosure.release_limits import release_limit
from cimara.federation.reports.kinds import DESCRIPTION
from cimara.federation.study import Facts
from cimara.outcomes.contract import Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.in_all import in_all
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.description import ALL, Description, used_columns
from cimara.outcomes.report.endpoint_rows import PATIENT, endpoint_rows
from cimara.outcomes.report.findings import Cell, Sheet
from cimara.outcomes.report.numbers import number, significant
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.population import population_rows
from cimara.outcomes.report.wording import endpoint_label, group_label

ID = "description"
"""Its id among the analyses of a job."""
HIDDEN = "not shown"
PLATFORM = Disclosure()
"""The limits of a study that asks for no stricter ones."""
RULE = (
    "Counts below {least:g} are not shown, nor are others that would give them away; the rest is rounded to "
    "the nearest {base:g}."
)


@dataclass(frozen=True, slots=True)
class DescriptionWork:
    """The description of a plan's population; `nobody` is a data folder without rows.

    `limits` are the study's, for what people see.
    """

    plan: Plan
    nobody: DataFolder
    limits: Disclosure = PLATFORM
    id: str = ID
    estimator: str = DESCRIPTION

    def prepare(self, data: DataFolder) -> DescriptionPrepared:
        """The counts of a site's own data folder."""
        return DescriptionPrepared(self.plan, data, self.limits)

    def empty(self) -> DescriptionPrepared:
        """The counts of nobody."""
        return DescriptionPrepared(self.plan, self.nobody, self.limits)


@dataclass(eq=False)
class DescriptionPrepared:
    """The description on the rows of one house: all its counts go in one round."""

    plan: Plan
    data: DataFolder
    limits: Disclosure = PLATFORM
    times: FloatArray | None = None

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The population."""
        return population_rows(self.plan.population.where, self.data.rows)

    @cached_property
    def facts(self) -> Facts:
        """How many there are; counts of levels are released later, each by itself."""
        patients = self.rows[PATIENT]
        return Facts(
            patients=patients.n_unique(),
            rows=self.rows.height,
            events={},
            units=frozenset(patients.to_list()),
        )

    @cached_property
    def own(self) -> dict[str, FloatArray]:
        """The counts of the rows here, by name."""
        plan, rows = self.plan, self.rows
        found: dict[str, list[list[float]]] = {
            "flow": [[_number(one[1]), _number(one[2])] for one in self._steps]
        }
        ends = [endpoint_rows(plan, self.data, one.name).frame.height for one in plan.endpoints if one.use]
        found["sizes"] = [[rows.height, *ends]]
        found["empty"] = [[rows[name].null_count() for name in _columns(plan, rows)]]
        by = plan.table_one.by
        texts = pl.col(by).cast(pl.String)
        groups = [rows, *(rows.filter(texts == one) for one in _levels(plan, by))]
        found["groups"] = [[one.height for one in groups]]
        for name in plan.table_one.columns:
            levels = plan.covariate(name).levels
            found[f"of {name}"] = (
                [[int((one[name].cast(pl.String) == level).sum()) for one in groups] for level in levels]
                if levels
                else [_moments(one[name]) for one in groups]
            )
        return {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}

    @property
    def _steps(self) -> tuple[tuple[Cell, ...], ...]:
        return self.data.cohort.tables[0].rows if self.data.cohort.tables else ()

    def run(self, pooled: Summary) -> Described:
        """The counts of all houses."""
        own = self.own
        total = in_all("description", np.concatenate([values.ravel() for values in own.values()]))
        ends = np.cumsum([values.size for values in own.values()])
        pieces = np.split(total, ends[:-1])
        counts = {
            name: piece.reshape(values.shape)
            for (name, values), piece in zip(own.items(), pieces, strict=True)
        }
        steps = tuple(str(one[0]) for one in self._steps)
        return Described(self.plan, steps, _columns(self.plan, self.rows), counts, self.limits)


@dataclass(frozen=True, eq=False)
class Described:
    """The counts of all houses; `released` makes the tables that may be seen."""

    plan: Plan
    steps: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[str, FloatArray]
    limits: Disclosure = PLATFORM

    @property
    def released(self) -> Description:
        """The tables, as they may be seen."""
        note = RULE.format(least=self._rule.least, base=self._rule.base)
        return Description(
            flow=self._flow(note),
            missing=self._missing(note),
            follow_up=_left_out(),
            table_one=self._table_one(note),
        )

    @property
    def _rule(self) -> CountRule:
        return CountRule.of(self.limits)

    def _flow(self, note: str) -> Sheet:
        """Each step of the selection at the sites, then the population and who has each endpoint.

        Whoever is kept in a step and whoever is left out were kept in the step before; so were those with an
        endpoint, and those without it, in the population.
        """
        linked = LinkedCounts(self._rule)
        lines: list[tuple[str, int, int | None]] = []
        for step, (kept, gone) in zip(self.steps, self.counts["flow"], strict=True):
            place, left = linked.add(kept), linked.add(gone) if gone else None
            if lines and left is not None and linked.counts[lines[-1][1]] == kept + gone:
                linked.link(lines[-1][1], (place, left))
            lines.append((step, place, left))
        whole, *ends = self.counts["sizes"][0]
        everybody = linked.add(whole, Part.KNOWN)
        lines.append(("In the population", everybody, None))
        named = [one for one in self.plan.endpoints if one.use]
        for one, count in zip(named, ends, strict=True):
            has, lacks = linked.add(count), linked.add(whole - count) if whole > count else None
            if lacks is not None:
                linked.link(everybody, (has, lacks))
            lines.append((f"{endpoint_label(one)}: has the endpoint", has, lacks))
        shown = linked.shown()
        cells = tuple(
            (step, _told(shown[kept]), None if gone is None else _told(shown[gone]))
            for step, kept, gone in lines
        )
        unit = f"{self.plan.population.unit.capitalize()}s"
        title, columns = f"Flow of {unit.lower()}", ("Step", unit, "Left out")
        return Sheet(name="flow", title=title, columns=columns, rows=cells, note=note)

    def _missing(self, note: str) -> Sheet:
        whole = self.counts["sizes"][0, 0]
        cells = [
            (
                self.plan.label(name),
                _told(self._rule.shown(empty)) if empty else 0,
                _percent(empty, whole, self._rule),
            )
            for name, empty in zip(self.columns, self.counts["empty"][0], strict=True)
        ]
        title, columns = "Missing data", ("Column", "Empty", "Share")
        return Sheet(name="missing-data", title=title, columns=columns, rows=tuple(cells), note=note)

    def _table_one(self, note: str) -> Sheet:
        by = self.plan.table_one.by
        names = [ALL, *(group_label(self.plan, by, one) for one in _levels(self.plan, by))]
        linked = LinkedCounts(self._rule)
        sizes = [linked.add(n, Part.KNOWN) for n in self.counts["groups"][0]]
        _link_groups(linked, sizes)
        levels = {
            name: _linked_levels(self.counts[f"of {name}"], linked)
            for name in self.plan.table_one.columns
            if self.plan.covariate(name).levels
        }
        shown = linked.shown()
        head = ("", *(f"{name} (n = {_told(shown[n])})" for name, n in zip(names, sizes, strict=True)))
        cells: list[tuple[Cell, ...]] = []
        for name in self.plan.table_one.columns:
            counts = self.counts[f"of {name}"]
            if name not in levels:
                cells.append((self.plan.label(name), *_means(counts, self.limits)))
                continue
            seen = np.array([[shown[place] for place in row] for row in levels[name]], dtype=object)
            columns = [_column(counts[:, of], list(seen[:, of]), self._rule) for of in range(len(names))]
            for place, level in enumerate(self.plan.covariate(name).levels):
                if counts[place, 0]:
                    told = (column[place] for column in columns)
                    cells.append((f"{self.plan.label(name)}: {level}", *told))
        words = f"Numbers: mean (standard deviation). Levels: count (share of those shown). {note}"
        return Sheet(name="table-1", title="Table 1", columns=head, rows=tuple(cells), note=words)


def _link_groups(linked: LinkedCounts, places: list[int]) -> None:
    """The first count is that of everyone, the others those of groups; who has no group is counted too."""
    everyone, *groups = places
    if groups:
        rest = linked.counts[everyone] - sum(linked.counts[one] for one in groups)
        linked.link(everyone, (*groups, *([linked.add(rest, Part.UNKNOWN)] if rest else [])))


def _linked_levels(counts: FloatArray, linked: LinkedCounts) -> list[list[int]]:
    """Places of the counts of one column (levels x groups); how many have a label in each group is known."""
    places = [[linked.add(n) for n in row] for row in counts]
    for row in places:
        _link_groups(linked, row)
    for column in zip(*places, strict=True):
        known = linked.add(sum(linked.counts[one] for one in column), Part.KNOWN)
        linked.link(known, column)
    return places


def _columns(plan: Plan, rows: pl.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in used_columns(plan) if name in rows.columns)


def _levels(plan: Plan, by: str) -> tuple[str, ...]:
    return plan.covariate(by).levels if by else ()


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _told(shown: int | None) -> int | str:
    return HIDDEN if shown is None else shown


def _percent(part: float, whole: float, rule: CountRule) -> str | None:
    """The share of a count that may be shown, made of what is shown."""
    shown, base = rule.shown(part), rule.shown(whole)
    return None if shown is None or not base else f"{number(100 * shown / base, 0)} %"


def _column(counts: FloatArray, seen: list[int | None], rule: CountRule) -> list[str]:
    """The levels of a column in one group: those that may be shown, with their shares of what is shown.

    Where a large level is hidden there are no shares: they would be of too few.
    """
    known = sum(one for one in seen if one is not None)
    large_hidden = any(one is None and n >= rule.least for one, n in zip(seen, counts, strict=True))
    share = "" if large_hidden or not known else " ({} %)"
    return [HIDDEN if one is None else f"{one:,}{share.format(number(100 * one / known, 0))}" for one in seen]


def _moments(values: pl.Series) -> list[float]:
    known = values.drop_nulls().cast(pl.Float64).to_numpy()
    return [float(len(known)), float(known.sum()), float((known**2).sum())]


def _means(counts: FloatArray, limits: Disclosure) -> list[str]:
    """`61 (11)` of everyone and of each group; not shown for too few, nor where the others would tell it."""
    least = max(release_limit("statistic_n"), float(limits.min_n))
    everyone, *groups = counts
    shown = (everyone[0] >= least, *means_shown([one[0] for one in groups], least=least))
    return [_mean(*one) if is_shown else HIDDEN for one, is_shown in zip(counts, shown, strict=True)]


def _mean(n: float, total: float, squares: float) -> str:
    mean = total / n
    spread = max(squares - n * mean**2, 0.0) / (n - 1)
    return f"{significant(mean)} ({significant(float(np.sqrt(spread)))})"


def _left_out() -> Sheet:
    """Follow-up by site would be numbers of single sites."""
    told = "Follow-up by site is left out: it would show numbers of single sites."
    return Sheet(name="follow-up", title="Follow-up by site", columns=("Site",), rows=(), note=told)
