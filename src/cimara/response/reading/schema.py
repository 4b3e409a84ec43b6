"""The tidy tables of response assessment: their columns, and what each may hold (response.md §11)."""

from __future__ import annotations

import re
from enum import StrEnum

from cimara.response.sizes import ParsedSize, parse_diameter, parse_volume
from cimara.terms.columns import Column, date, decimal_number, identifier, text, whole_number, word
from cimara.terms.response import (
    AdjudicationKind,
    Answer,
    Assessable,
    Attribution,
    Certainty,
    ClinicalStatus,
    CsfResult,
    LesionChange,
    LesionCompartment,
    LesionRole,
    LesionState,
    LocalTherapy,
    Presence,
    SizeStatus,
    SteroidTrend,
)
from cimara.terms.tables import Schema

_MEASURE = re.compile(r"(.*\d\.?)\s*([a-zA-Z]+3?)\Z", re.ASCII)
YES_NO = {"y": Answer.YES, "n": Answer.NO, "true": Answer.YES, "false": Answer.NO}
MAX_NODULES = 3
SEEN = {"present": Presence.PRESENT, "absent": Presence.ABSENT}


class ItemChange(StrEnum):
    """Change of a line of the RANO-LM form; a line kept apart from the count has a response instead."""

    IMPROVED = "improved"
    NO_CHANGE = "no change"
    WORSE = "worse"
    NE = "NE"
    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"


def split_unit(cell: str) -> tuple[str, str]:
    """A number and the unit written behind it, "" for none."""
    found = _MEASURE.match(cell)
    return (found[1], found[2].lower()) if found else (cell, "")


def diameter(name: str) -> Column:
    """A diameter in mm, or in cm where every cell of the column says so, as tenths of a millimetre."""

    def read(cell: str) -> ParsedSize:
        number, unit = split_unit(cell)
        return parse_diameter(number, unit or "mm")

    return Column(name, read, "millimetres >= 0", unit=lambda cell: split_unit(cell)[1] or "mm")


def volume(name: str) -> Column:
    """A volume in mm3, or in cm3 or mL where every cell says so."""

    def read(cell: str) -> ParsedSize:
        number, unit = split_unit(cell)
        return parse_volume(number, unit or "mm3")

    return Column(name, read, "cubic millimetres >= 0", unit=lambda cell: split_unit(cell)[1] or "mm3")


def answer(name: str) -> Column:
    """yes, no or unknown."""
    return word(name, Answer, also=YES_NO)


PATIENTS = Schema(
    "patients",
    (
        identifier("patient_id"),
        date("start_date", required=True),
        answer("immunotherapy"),
        date("immunotherapy_start"),
        date("new_therapy_date"),
    ),
)
LESIONS = Schema(
    "lesions",
    (
        identifier("patient_id"),
        identifier("lesion_id"),
        identifier("evaluator", required=False),
        word("compartment", LesionCompartment, required=True),
        word("role", LesionRole),
        text("organ"),
        text("site"),
        answer("is_node"),
        answer("cystic_only"),
        answer("borders_measurable"),
        word("prior_local_therapy", LocalTherapy),
        answer("progressed_since_therapy"),
        text("parent_ids"),
    ),
)
VISITS = Schema(
    "visits",
    (
        identifier("patient_id"),
        identifier("visit_id"),
        date("date", required=True),
        text("label"),
        decimal_number("number"),
        answer("is_baseline"),
        answer("scheduled"),
        date("brain_scan_date"),
        date("spine_scan_date"),
        date("body_scan_date"),
        word("brain_assessable", Assessable),
        word("lm_assessable", Assessable),
        word("body_assessable", Assessable),
        word("nonenhancing_pd", Answer, also={**YES_NO, "NE": Answer.UNKNOWN}),
    ),
)
MEASUREMENTS = Schema(
    "measurements",
    (
        identifier("patient_id"),
        identifier("lesion_id"),
        identifier("visit_id"),
        identifier("evaluator", required=False),
        date("date"),
        word("status", SizeStatus, required=True, filled=False),
        diameter("ld_mm"),
        diameter("perp_mm"),
        diameter("short_axis_mm"),
        volume("volume_mm3"),
        whole_number("n_slices", 0, 10_000),
        diameter("slice_mm"),
        text("method"),
        word("state", LesionState),
        word("change", LesionChange),
        identifier("merged_into", required=False),
        text("reason"),
    ),
)
NEW_LESIONS = Schema(
    "new_lesions",
    (
        identifier("patient_id"),
        identifier("lesion_id"),
        identifier("visit_id"),
        identifier("evaluator", required=False),
        date("date"),
        word("certainty", Certainty, required=True),
        whole_number("projections", 0, 100),
        word("compartment", LesionCompartment, required=True),
    ),
)
CLINICAL = Schema(
    "clinical",
    (
        identifier("patient_id"),
        identifier("visit_id"),
        date("date"),
        word("status", ClinicalStatus),
        whole_number("kps", 0, 100),
        whole_number("ecog", 0, 5),
        word("attributable", Attribution, also={"tumor": Attribution.TUMOUR}),
        whole_number("persisted_days", 0, 100_000),
        decimal_number("dex_mg_per_day", lowest=0),
        word("steroid_trend", SteroidTrend),
        answer("physiological"),
        answer("antiangiogenic"),
    ),
)
LM_FORMS = Schema(
    "lm_forms",
    (
        identifier("patient_id"),
        identifier("visit_id"),
        identifier("evaluator", required=False),
        date("date"),
        identifier("reference_visit_id"),
        Column("region", str, "brain or spine", required=True),
        Column("item", str, "an item of the form", required=True),
        word("reference", Presence, required=True, filled=False, also=SEEN),
        word("followup", Presence, required=True, filled=False, also=SEEN),
        word("change", ItemChange, required=True, filled=False),
        *(diameter(f"n{n}{axis}_mm") for n in range(1, MAX_NODULES + 1) for axis in "xy"),
        answer("fewer_than_three"),
        word("csf", CsfResult),
        text("exam_change"),
        text("overall_human"),
        text("overall_reason"),
        date("reference_scan_date"),
        text("last_lumbar_puncture"),
        text("treatment_since_reference"),
    ),
)
ADJUDICATIONS = Schema(
    "adjudications",
    (
        identifier("event_id"),
        identifier("patient_id"),
        word("kind", AdjudicationKind, required=True),
        date("decided_on", required=True),
        identifier("visit_id", required=False),
        identifier("lesion_id", required=False),
        identifier("evaluator", required=False),
        text("basis"),
        text("decided_by_role"),
        text("comment"),
        text("value"),
        identifier("supersedes", required=False),
    ),
)

TIDY = {
    schema.name: schema
    for schema in (
        PATIENTS,
        LESIONS,
        VISITS,
        MEASUREMENTS,
        NEW_LESIONS,
        CLINICAL,
        LM_FORMS,
        ADJUDICATIONS,
    )
}
"""Every tidy table by name, in the order in which they are read."""
NEEDED = ("patients", "visits")
"""Tables without which there is no study."""
