"""Errors as real charts have them, planted in known rows: what each is, what finds it, what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.findings import Severity
from cimara.cohort.model import Kind
from cimara.cohort.synth.draws import stream

A_SITE = 4
"""Errors in the rows of each site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One planted error. `key` is that of its row, parted by `/`; blank for a fault of a whole file."""

    site_id: str
    fault: str
    file: str = ""
    table: str = ""
    field: str = ""
    patient_id: str = ""
    key: str = ""
    rule: str
    severity: str
    was: str = ""
    became: str = ""
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """An error of one row: which rows can have it, what it makes of them. `doubled`: the row stands twice."""

    fault: str
    table: str
    field: str
    rule: str
    where: pl.Expr
    change: Mapping[str, pl.Expr]
    mend: str
    severity: Severity = Severity.ERROR
    doubled: bool = False


_PARTS = "the right value stands in the chart"
RECIPES: tuple[Recipe, ...] = (
    Recipe(
        fault="dose in cGy",
        table="CourseLesion",
        field="dose_gy",
        rule="D1",
        where=pl.col("fractions") == 1,
        change={"dose_gy": pl.col("dose_gy") * 100},
        mend="divide by 100",
    ),
    Recipe(
        fault="diameters in cm",
        table="LesionMeasurement",
        field="vol_total_cm3",
        rule="D5",
        severity=Severity.WARNING,
        where=pl.col("longest_mm") > 12,
        change={"longest_mm": pl.col("longest_mm") / 10, "perp_mm": pl.col("perp_mm") / 10},
        mend="multiply both diameters by 10",
    ),
    Recipe(
        fault="volume in mm3",
        table="LesionMeasurement",
        field="vol_total_cm3",
        rule="RANGE",
        where=pl.col("vol_total_cm3") > 0.5,
        change={"vol_total_cm3": pl.col("vol_total_cm3") * 1000},
        mend="divide by 1,000",
    ),
    Recipe(
        fault="start and end exchanged",
        table="LocalTherapyCourse",
        field="end_day",
        rule="T1",
        where=pl.col("end_day") > pl.col("start_day"),
        change={"start_day": pl.col("end_day"), "end_day": pl.col("start_day")},
        mend="exchange them back",
    ),
    Recipe(
        fault="row entered twice",
        table="BrainLesion",
        field="lesion_id",
        rule="K1",
        where=pl.lit(True),
        change={},
        mend="take one of the two rows away",
        doubled=True,
    ),
    Recipe(
        fault="lesion that is not there",
        table="CourseLesion",
        field="lesion_id",
        rule="K1",
        where=pl.col("fractions") == 1,
        change={"lesion_id": pl.col("patient_id") + "-L77"},
        mend="name the lesion that was treated",
    ),
    Recipe(
        fault="code that is not in the list",
        table="BrainLesion",
        field="location",
        rule="CODE",
        where=pl.lit(True),
        change={"location": pl.lit("parietooccipital")},
        mend=f"choose from the list; {_PARTS}",
    ),
    Recipe(
        fault="required field left blank",
        table="AdverseRadiationEffect",
        field="symptomatic",
        rule="REQUIRED",
        where=pl.lit(True),
        change={"symptomatic": pl.lit(None, dtype=pl.String)},
        mend=f"fill it in; {_PARTS}",
    ),
    Recipe(
        fault="event after the last contact",
        table="ProgressionEvent",
        field="day",
        rule="T2",
        where=pl.lit(True),
        change={"day": pl.col("day") + 3000},
        mend=f"correct the day; {_PARTS}",
    ),
    Recipe(
        fault="age of 91",
        table="Patient",
        field="age_at_anchor",
        rule="RANGE",
        where=pl.col("age_topcoded") == "no",
        change={"age_at_anchor": pl.lit(91, dtype=pl.Int64)},
        mend=f"correct the age; {_PARTS}",
    ),
    Recipe(
        fault="V10 and V12 exchanged",
        table="CourseLesion",
        field="v12_cm3",
        rule="D3",
        where=pl.col("v12_cm3") > 0.2,
        change={"v10_cm3": pl.col("v12_cm3"), "v12_cm3": pl.col("v10_cm3")},
        mend="exchange them back",
    ),
    Recipe(
        fault="dexamethasone without its dose",
        table="SupportiveCourse",
        field="dose_mg_day",
        rule="C7",
        where=pl.col("kind") == "dexamethasone",
        change={"dose_mg_day": pl.lit(None, dtype=pl.Float64)},
        mend=f"fill the dose in; {_PARTS}",
    ),
    Recipe(
        fault="dead in one form, alive in the other",
        table="Death",
        field="day",
        rule="T2",
        where=pl.lit(True),
        change={"day": pl.col("day") - 1},
        mend="last_contact_day is the day of death",
    ),
    Recipe(
        fault="Karnofsky in tens",
        table="PerformanceStatus",
        field="value",
        rule="SCALE",
        where=pl.col("value") >= 60,
        change={"value": pl.col("value") // 10},
        mend="multiply by 10",
    ),
)


def with_defects(dataset: Dataset, site_id: str, seed: int, place: int) -> tuple[Dataset, list[Planted]]:
    """A site's data set with errors in its rows, each of another patient, and what was planted.

    The recipes take turns over the sites; one that no row of a site can have is passed over. The last patient
    is spared, since a file that is cut off loses them.
    """
    random = stream(seed, f"defects {site_id}")
    tables, planted = dict(dataset.tables), []
    touched = {str(dataset.frame("Patient")["patient_id"].max())}
    turns = [RECIPES[(place * A_SITE + turn) % len(RECIPES)] for turn in range(A_SITE)]
    for recipe in turns:
        frame = tables.get(recipe.table)
        if frame is None:
            continue
        free = ~pl.col("patient_id").is_in(list(touched))
        candidates = frame.select((recipe.where & free).fill_null(False)).to_series().arg_true()
        if not len(candidates):
            continue
        row = int(candidates[int(random.integers(len(candidates)))])
        tables[recipe.table] = _changed(frame, recipe, row)
        note = _note(dataset, site_id, recipe, frame.row(row, named=True), tables[recipe.table], row)
        touched.add(note.patient_id)
        planted.append(note)
    origins = {name: plain_origin(frame.height, "synthetic") for name, frame in tables.items()}
    return replace(dataset, tables=tables, origins=origins), planted


def _changed(frame: pl.DataFrame, recipe: Recipe, row: int) -> pl.DataFrame:
    here = pl.int_range(pl.len()) == row
    if recipe.doubled:
        return pl.concat([frame[: row + 1], frame[row : row + 1], frame[row + 1 :]])
    return frame.with_columns(
        [
            pl.when(here).then(change).otherwise(pl.col(name)).alias(name)
            for name, change in recipe.change.items()
        ]
    )


def _note(
    dataset: Dataset, site_id: str, recipe: Recipe, was: Mapping[str, object], frame: pl.DataFrame, row: int
) -> Planted:
    entity = dataset.model.entity(recipe.table)
    now = frame.row(row, named=True)
    changed = [*recipe.change] or [recipe.field]
    return Planted(
        site_id=site_id,
        fault=recipe.fault,
        table=recipe.table,
        field=recipe.field,
        patient_id=str(was["patient_id"]),
        key="/".join(str(now[name]) for name in entity.key),
        rule=recipe.rule,
        severity=str(recipe.severity),
        was=_shown(dataset, recipe, was, changed),
        became=_shown(dataset, recipe, now, changed) + (" twice" if recipe.doubled else ""),
        mend=recipe.mend,
    )


def _shown(dataset: Dataset, recipe: Recipe, row: Mapping[str, object], names: list[str]) -> str:
    entity = dataset.model.entity(recipe.table)
    parts = []
    for name in names:
        value, field = row[name], entity.field(name)
        decimal = field.kind is Kind.DECIMAL and isinstance(value, float)
        shown = "blank" if value is None else f"{value:.{field.places + 1}f}" if decimal else f"{value}"
        parts.append(f"{name} {shown}")
    return ", ".join(parts)
