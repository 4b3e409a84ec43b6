"""Rules of dose and fractions: given where there is radiation, and of a size that is given to people."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.modalities import (
    FRACTIONATED,
    RADIOSURGERY,
    RADIOTHERAPY,
    WHOLE_BRAIN,
    WITHOUT_DOSE,
)
from cimara.cohort.checks.row_tests import number_shown, plain
from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import Tables, given
from cimara.cohort.findings import Severity
from cimara.cohort.model import Field

SINGLE_POSSIBLE = (8, 30)
"""Gy in one fraction of radiosurgery (cohort.md, D1)."""
SINGLE_USUAL = (12, 24)
"""Gy in one fraction of radiosurgery (cohort.md, D2)."""
LARGEST_FRACTION = 30
HYPOFRACTIONATED = (2, 5)
WHOLE_BRAIN_SCHEDULES = ((20, 5), (30, 10), (37.5, 15), (25, 10))
"""Gy and fractions (cohort.md, D2)."""
DOSES = {"LocalTherapyCourse": "total_dose_gy", "CourseLesion": "dose_gy"}


@rule(
    "C4",
    Severity.ERROR,
    "LocalTherapyCourse CourseLesion",
    "total_dose_gy fractions dose_gy",
    says="radiotherapy has dose and fractions, of the course or of each of its lesions; "
    "brachytherapy has a dose",
    hint="Give it for the course, or for each lesion in course_lesion.",
)
def radiotherapy_has_dose_and_fractions(tables: Tables) -> Iterator[Found]:
    """Courses without, and lesions without where others of their course have it."""
    for course_field, lesion_field, modalities in (
        ("total_dose_gy", "dose_gy", RADIOTHERAPY),
        ("fractions", "fractions", FRACTIONATED),
    ):
        courses, lesions = tables.rows("LocalTherapyCourse"), tables.rows("CourseLesion")
        lacking = courses.filter(pl.col("modality").is_in(modalities) & ~given(courses.columns, course_field))
        told = pl.format(
            f"modality is {{}}: {course_field} is blank, and {lesion_field} of its lesions", "modality"
        )
        filled = lesions.filter(given(lesions.columns, lesion_field)).select("course_id").unique()
        none = lacking.join(filled, on="course_id", how="anti")
        yield Found("LocalTherapyCourse", course_field, breaking(none, pl.lit(value=True), told))
        some = lesions.join(lacking.select("course_id"), on="course_id", how="semi")
        some = some.join(filled, on="course_id", how="semi")
        told = pl.lit(f"{lesion_field} is blank, and its course has none either")
        yield Found("CourseLesion", lesion_field, breaking(some, ~given(some.columns, lesion_field), told))


@rule(
    "C4",
    Severity.ERROR,
    "CourseLesion",
    "dose_gy fractions",
    says="a lesion of a surgery, biopsy or laser course has no dose and no fractions",
    hint="Take it away, or name the radiotherapy course.",
)
def surgery_has_no_dose(tables: Tables) -> Iterator[Found]:
    """Lesions with a dose in a course without radiation."""
    rows = tables.treated.filter(pl.col("modality").is_in(WITHOUT_DOSE))
    for name in ("dose_gy", "fractions"):
        told = pl.format(f"modality of the course is {{}}: {name} must be blank", "modality")
        yield Found("CourseLesion", name, breaking(rows, pl.col(name).is_not_null(), told))


@rule(
    "D1",
    Severity.ERROR,
    "LocalTherapyCourse CourseLesion",
    "total_dose_gy dose_gy",
    says="radiosurgery in one fraction has 8 to 30 Gy, and no fraction has more than 30 Gy",
    hint="Dose per lesion, in Gy, not cGy?",
)
def dose_is_possible(tables: Tables) -> Iterator[Found]:
    """Doses that are not given to people, with the slip that they look like."""
    for name, rows in _irradiated(tables):
        field = tables.model.entity(name).field(DOSES[name])
        single = pl.col("modality").is_in(RADIOSURGERY) & (pl.col("n") == 1)
        outside = single & ~_within(field, SINGLE_POSSIBLE)
        large = _scaled(field) > LARGEST_FRACTION * field.scale * pl.col("n")
        yield Found(
            name, field.name, breaking(rows, outside | large, _dose_words(field, single), _slip(field))
        )


def _dose_words(field: Field, single: pl.Expr) -> pl.Expr:
    value, column = number_shown(pl.col(field.name), field), pl.col(field.name)
    beyond = pl.format(f"{field.name} is {{}}, allowed {field.lowest:g}..{field.highest:g}", value)
    one = pl.format(f"{field.name} is {{}} in one fraction of radiosurgery, expected 8..30", value)
    each = pl.format(
        f"{field.name} is {{}} in {{}} fractions, expected at most 30 a fraction", value, plain(pl.col("n"))
    )
    return pl.when(column > field.highest).then(beyond).when(single).then(one).otherwise(each)


def _slip(field: Field) -> pl.Expr:
    """What to enter where the dose is a hundred times too large."""
    column = pl.col(field.name)
    meant = (column / 100).round(field.places)
    return pl.when(column > field.highest).then(pl.format("Looks like cGy; enter {}.", plain(meant)))


@rule(
    "D2",
    Severity.WARNING,
    "LocalTherapyCourse CourseLesion",
    "total_dose_gy dose_gy fractions",
    says="radiosurgery in one fraction has 12 to 24 Gy, hypofractionated radiotherapy 2 to 5 fractions, and "
    "whole-brain radiotherapy 20 Gy in 5, 30 in 10, 37.5 in 15 or 25 in 10",
    hint="Check dose and fractions; leave them if the chart says so.",
)
def schedule_is_usual(tables: Tables) -> Iterator[Found]:
    """Schedules that are possible and seldom."""
    for name, rows in _irradiated(tables):
        field = tables.model.entity(name).field(DOSES[name])
        value, modality = number_shown(pl.col(field.name), field), pl.col("modality")
        single = modality.is_in(RADIOSURGERY) & (pl.col("n") == 1) & _within(field, SINGLE_POSSIBLE)
        told = pl.format(f"{field.name} is {{}} in one fraction of radiosurgery, usual are 12..24", value)
        yield Found(name, field.name, breaking(rows, single & ~_within(field, SINGLE_USUAL), told))
        told = pl.format("modality is hfsrt with {} fractions, usual are 2..5", plain(pl.col("fractions")))
        odd = (modality == "hfsrt") & ~pl.col("fractions").is_between(*HYPOFRACTIONATED)
        yield Found(name, "fractions", breaking(rows, odd, told))
        told = pl.format(
            "whole-brain radiotherapy of {} Gy in {} fractions, usual are {}",
            value,
            plain(pl.col("n")),
            pl.lit(_schedules()),
        )
        possible = _scaled(field) <= LARGEST_FRACTION * field.scale * pl.col("n")
        whole = modality.is_in(WHOLE_BRAIN) & possible
        yield Found(name, field.name, breaking(rows, whole & ~_usual(field), told))


def _usual(field: Field) -> pl.Expr:
    return pl.any_horizontal(
        [(_scaled(field) == dose * field.scale) & (pl.col("n") == n) for dose, n in WHOLE_BRAIN_SCHEDULES]
    )


def _schedules() -> str:
    return ", ".join(f"{dose:g}/{n}" for dose, n in WHOLE_BRAIN_SCHEDULES)


def _within(field: Field, limits: tuple[int, int]) -> pl.Expr:
    return _scaled(field).is_between(limits[0] * field.scale, limits[1] * field.scale)


def _scaled(field: Field) -> pl.Expr:
    return (pl.col(field.name) * field.scale).round()


def _irradiated(tables: Tables) -> Iterator[tuple[str, pl.DataFrame]]:
    """Courses, and lesions of courses, with `modality` and `n`, the fractions that count."""
    yield "LocalTherapyCourse", tables.rows("LocalTherapyCourse").with_columns(n=pl.col("fractions"))
    yield "CourseLesion", tables.treated
