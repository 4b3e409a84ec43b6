"""What a REDCap project of ours needs beside its data dictionary: events, repeats, groups, missing codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cimara.cohort.errors import CohortError
from cimara.cohort.model import DataModel, Entity, MissingReason
from cimara.cohort.redcap.columns import unique_group_name

RECORD_ID = "record_id"
FIRST = "Patient"
"""The form that opens the project; the form of the site comes last."""
LAST = "Site"


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the longitudinal variant, and the entities that are entered in it."""

    label: str
    entities: tuple[str, ...]

    @property
    def name(self) -> str:
        """The unique name that REDCap makes of the label."""
        return f"{unique_group_name(self.label)}_arm_1"


EVENTS = (
    Event("Baseline", ("Patient", "StudyEnrolment", "PrimaryTumour", "Biomarker", "BrainLesion", "Site")),
    Event("Treatment", ("LocalTherapyCourse", "CourseLesion", "SystemicTherapyLine", "SupportiveCourse")),
    Event(
        "Follow up",
        (
            "PerformanceStatus",
            "ExtracranialStatus",
            "LabResult",
            "ImagingAssessment",
            "LesionMeasurement",
            "AdverseRadiationEffect",
            "LmdEvent",
            "ProgressionEvent",
            "Death",
            "NeurocogPro",
            "Specimen",
            "OmicsAssay",
        ),
    ),
)

MISSING_LABELS: dict[MissingReason, str] = {
    MissingReason.UNKNOWN: "Missing: unknown",
    MissingReason.NOT_DONE: "Missing: not done",
    MissingReason.NOT_APPLICABLE: "Missing: not applicable",
    MissingReason.NOT_ASKED: "Missing: not collected at this site",
    MissingReason.NO_LONGER_AVAILABLE: "Missing: not available any more",
    MissingReason.IMPOSSIBLE: "Missing: the source cannot give it (set by a mapping only)",
}
"""Labels of the missing data codes. None is the label of a choice, so an export of labels stays clear."""


def in_order(model: DataModel) -> list[Entity]:
    """The entities in the order of the forms."""
    first, last = model.entity(FIRST), model.entity(LAST)
    return [first, *(one for one in model.entities if one.name not in (FIRST, LAST)), last]


def event_of(name: str) -> Event:
    """The event in which an entity is entered."""
    return next(one for one in EVENTS if name in one.entities)


def repeating_rows(model: DataModel, *, longitudinal: bool) -> str:
    """repeating.csv: the forms that repeat, and how an instance is called in REDCap's lists."""
    rows = [
        ([event_of(one.name).name] if longitudinal else []) + [one.table, _instance_label(one)]
        for one in in_order(model)
        if one.repeating
    ]
    head = (["event_name"] if longitudinal else []) + ["form_name", "custom_form_label"]
    return csv_text([head, *rows])


def event_rows() -> str:
    """events.csv, as REDCap's page Define My Events takes it."""
    rows = [[one.label, "1", one.name, ""] for one in EVENTS]
    return csv_text([["event_name", "arm_num", "unique_event_name", "custom_event_label"], *rows])


def form_event_rows(model: DataModel) -> str:
    """form_events.csv, as REDCap's page Designate Instruments for My Events takes it."""
    rows = [["1", event_of(one.name).name, one.table] for one in in_order(model)]
    return csv_text([["arm_num", "unique_event_name", "form"], *rows])


def group_rows(groups: Iterable[str]) -> str:
    """dags.csv: a data access group a site.

    Raises
    ------
    CohortError
        Two groups would have the same name in exports, so that a leak between them could not be seen.
    """
    names = list(groups)
    made: dict[str, str] = {}
    for name in names:
        unique = unique_group_name(name)
        if not unique or unique in made:
            other = f" as {made[unique]!r} has" if unique in made else ""
            raise CohortError(
                f"the group {name!r} would have the name {unique!r} in exports{other}",
                expected="names that differ in the first 18 letters and digits",
            )
        made[unique] = name
    return csv_text([["data_access_group_name", "unique_group_name"], *([one, ""] for one in names)])


def missing_codes() -> str:
    """missing_codes.txt, as REDCap's box for missing data codes takes it."""
    return "".join(f"{code}, {label}\n" for code, label in MISSING_LABELS.items())


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _instance_label(entity: Entity) -> str:
    keys = [name for name in entity.key if name != "patient_id"] or list(entity.key)
    return " ".join(f"[{entity.field(name).redcap_name}]" for name in keys)
