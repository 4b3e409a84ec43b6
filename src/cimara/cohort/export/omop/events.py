"""Which table of the CDM each entity goes to, on which day, under which word."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

CONDITION = "condition_occurrence"
DRUG = "drug_exposure"
PROCEDURE = "procedure_occurrence"
MEASUREMENT = "measurement"
SPECIMEN = "specimen"


@dataclass(frozen=True, slots=True)
class EventRule:
    """How a row of an entity becomes an event.

    Parameters
    ----------
    start, end
        Field with the first and the last day; "" where the day is that of another row.
    word
        Field that names the event, or a word in quotation marks that is the same for all.
    number, value, unit
        Fields that a measurement holds in columns of its own.
    about
        Field with the key of the condition that a measurement is of.
    episode
        Kind of the episode that the row makes; "" for none.
    order
        Field with the order of the episode; "" where it follows from the days.
    lost
        What is lost of a field, by field.
    """

    entity: str
    table: str
    word: str
    start: str = ""
    end: str = ""
    number: str = ""
    value: str = ""
    unit: str = ""
    about: str = ""
    episode: str = ""
    order: str = ""
    lost: dict[str, str] = field(default_factory=dict)

    @property
    def placed(self) -> dict[str, str]:
        """Fields that stand in columns of the event itself, by field."""
        date = "procedure_date" if self.table == PROCEDURE else f"{_STEM[self.table]}_start_date"
        if self.table in (MEASUREMENT, SPECIMEN):
            date = f"{self.table}_date"
        said = {self.start: date, self.end: f"{_STEM[self.table]}_end_date"}
        said |= {self.word: f"{_STEM[self.table]}_source_value", self.number: "value_as_number"}
        said |= {self.value: "value_source_value", self.unit: "unit_source_value"}
        return {one: f"{self.table}.{column}" for one, column in said.items() if one and not _constant(one)}


_STEM = {
    CONDITION: "condition",
    DRUG: "drug_exposure",
    PROCEDURE: "procedure",
    MEASUREMENT: "measurement",
    SPECIMEN: "specimen",
}
_OPEN_END = "an end that is not known is the first day"

RULES = (
    EventRule("PrimaryTumour", CONDITION, "group", "dx_day", episode="disease_first_occurrence"),
    EventRule("BrainLesion", CONDITION, "'brain_metastasis'", "first_seen_day"),
    EventRule("AdverseRadiationEffect", CONDITION, "'radiation_necrosis'", "onset_day"),
    EventRule("LmdEvent", CONDITION, "'leptomeningeal_disease'", "day"),
    EventRule("ProgressionEvent", CONDITION, "kind", "day", episode="disease_progression"),
    EventRule(
        "LocalTherapyCourse",
        PROCEDURE,
        "modality",
        "start_day",
        "end_day",
        episode="treatment_regimen",
    ),
    EventRule("CourseLesion", PROCEDURE, "'treatment_of_lesion'"),
    EventRule("ImagingAssessment", PROCEDURE, "modality", "day"),
    EventRule(
        "SystemicTherapyLine",
        DRUG,
        "agents",
        "start_day",
        "stop_day",
        episode="treatment_regimen",
        order="line_no",
        lost={"stop_day": _OPEN_END},
    ),
    EventRule("SupportiveCourse", DRUG, "kind", "start_day", "stop_day", lost={"stop_day": _OPEN_END}),
    EventRule("Biomarker", MEASUREMENT, "marker", "day", number="value", value="result", unit="unit"),
    EventRule("PerformanceStatus", MEASUREMENT, "scale", "day", number="value"),
    EventRule("ExtracranialStatus", MEASUREMENT, "'extracranial_disease'", "day", value="status"),
    EventRule("LabResult", MEASUREMENT, "analyte", "day", number="value", unit="unit"),
    EventRule("LesionMeasurement", MEASUREMENT, "'lesion_measurement'", about="lesion_id"),
    EventRule("NeurocogPro", MEASUREMENT, "instrument", "day", number="score"),
    EventRule("Specimen", SPECIMEN, "kind", "day"),
    EventRule("OmicsAssay", MEASUREMENT, "assay"),
    EventRule("StudyEnrolment", MEASUREMENT, "'study_enrolment'", value="study_id"),
)
"""Entities other than Site, Patient and Death. All further fields are modifiers: a MEASUREMENT row each."""

WITHOUT_MODIFIERS = frozenset({"patient_id", "source"})
"""Fields that stand in every event: whose it is, and where it is from."""


def _constant(word: str) -> bool:
    return word.startswith("'")


def word_of(rule: EventRule) -> pl.Expr:
    """The word that names the event."""
    return pl.lit(rule.word.strip("'")) if _constant(rule.word) else pl.col(rule.word)
