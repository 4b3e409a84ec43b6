"""Rules of days: what comes first, what ends when, and nothing after the last contact."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.findings import Severity
from cimara.cohort.model import Kind

SEEN_AFTER = 30
"""Days by which a lesion may be first seen after the start of a course that treated it (cohort.md, T1)."""
IN_ORDER = (
    ("SystemicTherapyLine", "start_day", "stop_day"),
    ("SystemicTherapyLine", "start_day", "last_dose_day"),
    ("SupportiveCourse", "start_day", "stop_day"),
    ("AdverseRadiationEffect", "onset_day", "outcome_day"),
    ("AdverseRadiationEffect", "onset_day", "recurred_day"),
)
NO_EVENTS = ("entered_day", "last_contact_day")


@rule(
    "T1",
    Severity.ERROR,
    "PrimaryTumour",
    "dx_day",
    says="a primary tumour is diagnosed on or before the day of death",
    hint="Check both days; days count from the anchor.",
)
def primary_comes_before_death(tables: Tables) -> Iterator[Found]:
    """Primaries diagnosed after death."""
    death = tables.keyed("Death", "day").rename({"day": "_death"})
    rows = tables.rows("PrimaryTumour").join(death, on="patient_id", how="inner")
    told = pl.format("dx_day is {}, and the day of death {}", "dx_day", "_death")
    yield Found("PrimaryTumour", "dx_day", breaking(rows, pl.col("dx_day") > pl.col("_death"), told))


@rule(
    "T1",
    Severity.ERROR,
    "LocalTherapyCourse",
    "end_day",
    says="a course of local therapy ends on or after its start",
    hint="Check both days.",
)
def course_ends_after_its_start(tables: Tables) -> Iterator[Found]:
    """Courses that end before they begin."""
    yield Found(
        "LocalTherapyCourse", "end_day", _out_of_order(tables, "LocalTherapyCourse", "start_day", "end_day")
    )


@rule(
    "T1",
    Severity.ERROR,
    "CourseLesion",
    "lesion_id",
    says="a lesion is first seen at most 30 days after the start of a course that treated it",
    hint="Check first_seen_day of the lesion, and the course.",
)
def lesion_is_seen_before_its_course(tables: Tables) -> Iterator[Found]:
    """Lesions treated long before they were seen."""
    seen = tables.keyed("BrainLesion", "first_seen_day")
    rows = tables.treated.join(seen, on="lesion_id", how="inner")
    told = pl.format(
        "lesion_id was first seen on day {}, and its course began on day {}", "first_seen_day", "start_day"
    )
    late = pl.col("first_seen_day") > pl.col("start_day") + SEEN_AFTER
    yield Found("CourseLesion", "lesion_id", breaking(rows, late, told))


@rule(
    "ORDER",
    Severity.ERROR,
    "SystemicTherapyLine SupportiveCourse AdverseRadiationEffect",
    "stop_day last_dose_day outcome_day recurred_day",
    says="a treatment stops on or after its start, and an effect ends or recurs on or after its onset",
    hint="Check both days.",
)
def ends_come_after_beginnings(tables: Tables) -> Iterator[Found]:
    """Ends before their beginnings."""
    for entity, first, last in IN_ORDER:
        yield Found(entity, last, _out_of_order(tables, entity, first, last))


def _out_of_order(tables: Tables, entity: str, first: str, last: str) -> pl.DataFrame:
    told = pl.format(f"{last} is {{}}, and {first} is {{}}", last, first)
    return breaking(tables.rows(entity), pl.col(first) > pl.col(last), told)


@rule(
    "T2",
    Severity.ERROR,
    "every",
    "every",
    says="nothing happens after the last contact",
    hint="Move last_contact_day of the patient to the last event, or correct the day.",
)
def nothing_comes_after_last_contact(tables: Tables) -> Iterator[Found]:
    """Events after last_contact_day of their patient; of a death see the next rule."""
    last = tables.keyed("Patient", "last_contact_day").rename({"last_contact_day": "_last"})
    for entity in tables.entities:
        days = [one.name for one in entity.fields if one.kind is Kind.DAY and one.name not in NO_EVENTS]
        rows = tables.rows(entity.name)
        if "patient_id" not in entity.by_name or entity.name == "Death" or rows.is_empty() or not days:
            continue
        joined = rows.join(last, on="patient_id", how="inner")
        for day in days:
            told = pl.format(f"{day} is {{}}, and last_contact_day of the patient {{}}", day, "_last")
            yield Found(entity.name, day, breaking(joined, pl.col(day) > pl.col("_last"), told))


@rule(
    "T2",
    Severity.ERROR,
    "Patient Death",
    "vital_status day",
    says="a death is on the day of the last contact, and is there if and only if vital_status is dead",
    hint="Give the death in death and in patient: vital_status dead, last_contact_day the day of death.",
)
def death_agrees_with_vital_status(tables: Tables) -> Iterator[Found]:
    """Dead without a death, deaths of the living, and deaths on another day than the last contact."""
    patients, deaths = tables.rows("Patient"), tables.rows("Death")
    without = patients.join(deaths, on="patient_id", how="anti")
    dead, told = (
        pl.col("vital_status") == "dead",
        pl.lit("vital_status is dead, and Death has no row of the patient"),
    )
    yield Found("Patient", "vital_status", breaking(without, dead, told))
    held = tables.keyed("Patient", "vital_status", "last_contact_day")
    rows = deaths.join(held, on="patient_id", how="inner")
    told = pl.format("the patient has a death, and vital_status is {}", "vital_status")
    yield Found("Death", "day", breaking(rows, ~dead, told))
    told = pl.format("day is {}, and last_contact_day of the patient {}", "day", "last_contact_day")
    yield Found("Death", "day", breaking(rows, dead & (pl.col("day") != pl.col("last_contact_day")), told))
