"""What the report says before any outcome: flow of units, missing data, follow-up by site, Table 1."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from cimara.outcomes.curves.follow_up import completeness, follow_up
from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.outcomes.report.data_folder import CohortTables, DataFolder
from cimara.outcomes.report.endpoint_rows import PATIENT, TIME, EndpointRows, endpoint_rows, rows_for
from cimara.outcomes.report.findings import Cell, Result, Sheet
from cimara.outcomes.report.numbers import number, significant
from cimara.outcomes.report.plan import Analysis, Plan
from cimara.outcomes.report.plan_words import Kind, UnitRow
from cimara.outcomes.report.population import population_rows
from cimara.outcomes.report.wording import endpoint_label, group_label, level_text, time_text

FEW_LEVELS = 10
ALL = "All"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The tables before the analyses; `cohort` tells how the data folder came about, where that is known."""

    flow: Sheet
    missing: Sheet
    follow_up: Sheet
    table_one: Sheet
    cohort: CohortTables = field(default_factory=CohortTables)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """All of them, in the order of the page."""
        return (*self.cohort.tables, self.flow, self.missing, self.follow_up, self.table_one)


def describe(plan: Plan, data: DataFolder, results: tuple[Result, ...]) -> Description:
    """The tables of a plan over its data; counts of each analysis come from its result."""
    rows = population_rows(plan.population.where, data.rows)
    found = {one.name: endpoint_rows(plan, data, one.name) for one in plan.endpoints if one.use}
    return Description(
        flow=_flow(plan, data, rows, found, results),
        missing=_missing(plan, data, rows),
        follow_up=_follow_up(plan, data, found),
        table_one=_table_one(plan, rows),
        cohort=data.cohort,
    )


def _flow(
    plan: Plan,
    data: DataFolder,
    rows: pl.DataFrame,
    found: dict[str, EndpointRows],
    results: tuple[Result, ...],
) -> Sheet:
    cells: list[tuple[Cell, ...]] = [("In the data folder", data.rows.height, _patients(data.rows), None)]
    gone = data.rows.height - rows.height
    told = f"{gone:,} that are not: {plan.population.where}" if plan.population.where else None
    cells.append(("In the population", rows.height, _patients(rows), told))
    for name, one in found.items():
        label = endpoint_label(plan.endpoint(name))
        out = f"{one.without:,} without a row of the endpoint" if one.without else None
        cells.append((f"{label}: has the endpoint", one.frame.height, _patients(one.frame), out))
    for result in results:
        made = result.findings
        if made is None:
            cells.append((f"Analysis {result.analysis.id}", None, None, str(result.status).replace("_", " ")))
            continue
        lost = [f"{n:,} with {plan.label(column)} empty" for column, n in made.dropped]
        out = "; ".join([*lost, *(f"{n:,} {why}" for why, n in made.left_out)]) or None
        cells.append((f"Analysis {result.analysis.id}", made.n, None, out))
    unit = f"{plan.population.unit.capitalize()}s"
    if plan.population.unit is UnitRow.PATIENT:
        cells = [(step, n, out) for step, n, _, out in cells]
        columns: tuple[str, ...] = ("Step", unit, "Left out")
    else:
        columns = ("Step", unit, "Patients", "Left out")
    return Sheet(name="flow", title=f"Flow of {plan.population.unit}s", columns=columns, rows=tuple(cells))


def _patients(rows: pl.DataFrame) -> int:
    return rows[PATIENT].n_unique()


def used_columns(plan: Plan) -> tuple[str, ...]:
    """Columns of rows that any analysis or the site names, each once."""
    named = [one for analysis in plan.analyses for _, one in analysis.columns]
    site = [plan.population.site] if plan.population.site else []
    return tuple(dict.fromkeys((*site, *named)))


def _missing(plan: Plan, data: DataFolder, rows: pl.DataFrame) -> Sheet:
    cells: list[tuple[Cell, ...]] = []
    for name in used_columns(plan):
        if name not in rows.columns:
            continue
        empty = rows[name].null_count()
        share = f"{number(100 * empty / rows.height, 1)} %" if rows.height else None
        cells.append((plan.label(name), empty, share))
    varying = [name for name in data.varying if any(name in one.time_varying for one in plan.analyses)]
    if data.changes is not None:
        for name in varying:
            empty = data.changes[name].null_count()
            cells.append((f"{plan.label(name)} (changes)", empty, f"of {data.changes.height:,} changes"))
    return Sheet(
        name="missing-data",
        title="Missing data",
        columns=("Column", "Empty", "Share"),
        rows=tuple(cells),
        note="Rows with an empty cell in a column that an analysis names are left out of that analysis.",
    )


def _follow_up(plan: Plan, data: DataFolder, found: dict[str, EndpointRows]) -> Sheet:
    """Median follow-up and completeness by site, of the endpoint that is followed longest."""
    title = "Follow-up by site"
    columns = ("Site", "n", f"Median follow-up ({level_text(0.95)})", "Completeness C")
    timed = {name: one for name, one in found.items() if one.frame[TIME].null_count() < one.frame.height}
    if not timed:
        return Sheet(name="follow-up", title=title, columns=columns, rows=())
    name = max(timed, key=lambda one: float(timed[one].frame[TIME].sum()))
    endpoint, site = plan.endpoint(name), plan.population.site
    entry = Analysis(id="follow-up", kind=Kind.KAPLAN_MEIER, endpoint=name)
    cells: list[tuple[Cell, ...]] = []
    horizon, share = _potential(plan, data, timed[name], endpoint.use)
    own = replace(timed[name], frame=horizon) if horizon is not None else timed[name]
    for group in ("", site) if site else ("",):
        rows = rows_for(plan, data, entry, own, group=group, covariates=[POTENTIAL] if share else [])
        fit = follow_up(rows)
        complete = dict.fromkeys([one.group for one in fit.curves])
        if share:
            found_share = completeness(rows, until=POTENTIAL)
            complete = dict(zip(found_share.groups, found_share.completeness.tolist(), strict=True))
        for curve in fit.curves:
            middle = curve.median
            c = complete.get(curve.group)
            told = None if c is None else f"{number(100 * c, 0)} %"
            text = f"{time_text(middle.time, middle.lower, middle.upper)} {endpoint.unit}"
            cells.append((curve.group or ALL, curve.n, text, told))
    said = "C is observed over potential follow-up to the data cut (Clark)."
    unknown = "completeness is not known: no data cut in the plan, or starts or times beyond it."
    if not plan.study.dated:
        unknown = "completeness is not known: days count from each patient's anchor, and no date is kept."
    note = f"Reverse Kaplan-Meier of {endpoint_label(endpoint)}; {said if share else unknown}"
    return Sheet(name="follow-up", title=title, columns=columns, rows=tuple(cells), note=note)


POTENTIAL = "potential follow-up"


def _potential(
    plan: Plan, data: DataFolder, found: EndpointRows, use: str
) -> tuple[pl.DataFrame | None, bool]:
    """The rows with the time from start to data cut, where both are known for all of them."""
    table = data.table(use)
    undated = plan.study.data_cut is None or not plan.study.dated
    if undated or table is None or "start" not in table.frame.columns:
        return None, False
    keys = [
        one
        for one in (PATIENT, "lesion_id")
        if one in found.frame.columns and (found.by_lesion or one == PATIENT)
    ]
    days = (pl.lit(plan.study.data_cut) - pl.col("start")).dt.total_days() + 1
    scale = TIME_UNITS[found.endpoint.unit]
    starts = table.frame.select(*keys, (days / scale).alias(POTENTIAL))
    joined = found.frame.join(starts, on=keys, how="left", maintain_order="left")
    usable = joined.filter(~(pl.col(POTENTIAL) >= pl.col(TIME)).fill_null(False)).is_empty()
    return (joined, True) if usable else (None, False)


def _table_one(plan: Plan, rows: pl.DataFrame) -> Sheet:
    by = plan.table_one.by or _default_by(plan)
    if by and by not in rows.columns:
        by = ""
    columns = plan.table_one.columns or tuple(
        name for name in used_columns(plan) if name in rows.columns and name != by
    )
    groups: list[tuple[str, pl.DataFrame]] = [(ALL, rows)]
    if by:
        levels = plan.covariate(by).levels or tuple(
            str(one) for one in rows[by].drop_nulls().unique().sort().to_list()
        )
        texts = pl.col(by).cast(pl.String)
        groups += [(group_label(plan, by, one), rows.filter(texts == one)) for one in levels]
        if rows[by].null_count():
            groups.append(("not known", rows.filter(pl.col(by).is_null())))
    head = ("", *(f"{name} (n = {frame.height:,})" for name, frame in groups))
    cells: list[tuple[Cell, ...]] = []
    for name in columns:
        cells += _described(plan, name, [frame for _, frame in groups], rows)
    return Sheet(
        name="table-1",
        title="Table 1",
        columns=head,
        rows=tuple(cells),
        note="Numbers: median (quartiles). Levels: count (share of those known). Nothing is tested here.",
    )


def _default_by(plan: Plan) -> str:
    """The groups of the primary analysis, or of the first that has any."""
    ranked = sorted(plan.analyses, key=lambda one: not one.primary)
    return next((one.by or one.exposure for one in ranked if one.by or one.exposure), "")


def _described(
    plan: Plan, name: str, groups: list[pl.DataFrame], rows: pl.DataFrame
) -> list[tuple[Cell, ...]]:
    column = rows[name]
    label = plan.label(name)
    few = column.drop_nulls().n_unique() <= 2
    made: list[tuple[Cell, ...]] = []
    if column.dtype.is_numeric() and not few and not plan.covariate(name).levels:
        made.append((label, *(_quartiles(frame[name]) for frame in groups)))
    else:
        texts = column.cast(pl.String).drop_nulls().unique().sort().to_list()
        levels = list(plan.covariate(name).levels) or texts
        if len(levels) > FEW_LEVELS:
            made.append((f"{label}: {len(levels)} levels", *("" for _ in groups)))
        else:
            made += [
                (f"{label}: {level}", *(_share(frame[name], level) for frame in groups)) for level in levels
            ]
    if column.null_count():
        made.append((f"{label}: not known", *(f"{frame[name].null_count():,}" for frame in groups)))
    return made


def _quartiles(values: pl.Series) -> str:
    known = values.drop_nulls()
    if known.is_empty():
        return "none known"
    points = [float(known.quantile(share, "linear") or 0.0) for share in (0.5, 0.25, 0.75)]
    middle, low, high = (f"{one:,.0f}" if one.is_integer() else significant(one) for one in points)
    return f"{middle} ({low}\u2013{high})"


def _share(values: pl.Series, level: str) -> str:
    known = values.drop_nulls().cast(pl.String)
    if known.is_empty():
        return "none known"
    count = int((known == level).sum())
    return f"{count:,} ({number(100 * count / len(known), 0)} %)"
