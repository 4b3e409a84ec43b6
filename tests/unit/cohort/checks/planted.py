"""A violation of every rule, as changes of the clean data set, and where the rule is to tell it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.unit.cohort.clean import FIRST, SECOND, THIRD, Additions, Changes


@dataclass(frozen=True)
class Planted:
    """A violation: what is changed or added, and where the rule is to say so, and in which words."""

    rule: str
    entity: str
    row: int | None
    column: str
    changed: Changes = field(default_factory=dict)
    added: Additions = field(default_factory=dict)
    says: str = ""
    warnings_beside: tuple[str, ...] = ()


def at(rule: str, entity: str, row: int, column: str, says: str = "", /, **values: object) -> Planted:
    """A violation that is made by other values in the row where it is told."""
    return Planted(rule, entity, row, column, {entity: {row: values}}, says=says)


LESION = {"location": "frontal", "side": "left", "first_seen_day": 12}
LINE = {"patient_id": FIRST, "line_id": f"{FIRST}-T03", "line_no": 3, "stop_reason": "ongoing"}

CELLS = [
    at("REQUIRED", "Patient", 1, "sex", sex=None),
    at("REQUIRED", "StudyEnrolment", 2, "inclusion", inclusion=None),
    at("BOTH", "Patient", 1, "sex", sex__why="UNK"),
    at("REASON", "BrainLesion", 1, "cystic", "text of 8 characters", cystic__why="not done"),
    at("CODE", "Patient", 1, "sex", "text of 5 characters", sex="femme"),
    at("CODE", "LmdEvent", 1, "basis", basis=["mri", "autopsy"]),
    at("NONE", "LmdEvent", 1, "treatment", treatment=["systemic", "none"]),
    at("RANGE", "Patient", 3, "age_at_anchor", "is 17, allowed 18..90", age_at_anchor=17),
    at("RANGE", "ImagingAssessment", 1, "slice_mm", "is 0.4, allowed 0.5..10", slice_mm=0.4),
    at("RANGE", "SystemicTherapyLine", 1, "start_day", "a number of 8 digits", start_day=-20190304),
    at("PATTERN", "Patient", 1, "curator", "text of 10 characters", curator="Jane Smith"),
    at("ENTERED", "LabResult", 1, "entered_day", entered_day=-1),
    Planted(
        "OPTIONAL",
        "Patient",
        None,
        "race",
        {"Patient": {1: {"race__why": None}, 3: {"race__why": None}}},
        says="race is blank without a reason in 2 of 3 rows (row 1, 3)",
    ),
]
KEYS = [
    Planted(
        "K1",
        "LabResult",
        5,
        "day",
        added={
            "LabResult": [
                {"patient_id": FIRST, "analyte": "ldh", "value": 2.0, "unit": "ratio_uln", "day": 0}
            ]
        },
        says="patient_id and analyte and day as in row 2",
    ),
    at(
        "K1",
        "ProgressionEvent",
        1,
        "lesion_id",
        f"{FIRST}-L09 has no row in BrainLesion",
        lesion_id=f"{FIRST}-L09",
    ),
    at("K1", "OmicsAssay", 1, "specimen_no", "specimen_no 2 has no row in Specimen", specimen_no=2),
    at("K1", "LabResult", 4, "patient_id", patient_id="LY02-P0009"),
    at("K1", "NeurocogPro", 1, "instrument", instrument=None, instrument__why="UNK"),
    at(
        "K2",
        "ProgressionEvent",
        2,
        "scan_id",
        f"patient_id is {SECOND}, and scan_id is of {FIRST}",
        scan_id=f"{FIRST}-S01",
    ),
    at("PREFIX", "SystemicTherapyLine", 2, "line_id", line_id=f"{THIRD}-T02"),
    Planted(
        "PREFIX",
        "Patient",
        4,
        "patient_id",
        added={
            "Patient": [
                {
                    "patient_id": "XX09-P0001",
                    "sex": "male",
                    "age_at_anchor": 50,
                    "age_topcoded": "no",
                    "anchor_event": "first_brm_dx",
                    "n_brm_at_anchor": 0,
                    "brm_synchronous": "no",
                    "last_contact_day": 5,
                    "vital_status": "alive",
                }
            ]
        },
        says="begins with XX09",
    ),
]
ROWS = [
    at(
        "A1",
        "Patient",
        2,
        "age_topcoded",
        "age_at_anchor is 90: age_topcoded is no, expected yes",
        age_topcoded="no",
    ),
    at("A1", "Patient", 1, "age_at_anchor", age_topcoded="yes"),
    at("C1", "Biomarker", 1, "result", result=None),
    at("C1", "Biomarker", 2, "unit", unit=None),
    at("C1", "Biomarker", 2, "unit", "unit is marked NA, but it applies", unit=None, unit__why="NA"),
    at("UNIT", "Biomarker", 3, "unit", unit="mut_mb"),
    at("UNIT", "Biomarker", 4, "unit", unit="percent"),
    at("UNIT", "Biomarker", 2, "unit", unit="mut_mb"),
    at("UNIT", "Biomarker", 3, "value", "value is 101, expected at most 100", value=101.0),
    at("SCALE", "PerformanceStatus", 3, "value", value=85),
    at("SCALE", "PerformanceStatus", 4, "value", "scale is ECOG: value is 80, expected at most 5", value=80),
    at("UNIT", "LabResult", 1, "unit", "analyte is haemoglobin: unit is u_l, expected g_dl", unit="u_l"),
    at("UNIT", "LabResult", 2, "unit", "expected u_l or ratio_uln", unit="g_dl"),
    at("UNIT", "LabResult", 4, "unit", unit="u_l"),
    at("PLAUSIBLE", "LabResult", 1, "value", value=125.0),
    at("PLAUSIBLE", "LabResult", 3, "value", value=39.0),
    at("PLAUSIBLE", "LabResult", 4, "value", value=25000.0),
    Planted(
        "C2",
        "BrainLesion",
        6,
        "parent_lesion_id",
        added={
            "BrainLesion": [
                {
                    **LESION,
                    "patient_id": FIRST,
                    "lesion_id": f"{FIRST}-L03",
                    "origin": "new",
                    "parent_lesion_id": f"{FIRST}-L01",
                }
            ]
        },
        says="origin is new: parent_lesion_id must be blank",
    ),
    Planted(
        "C2",
        "BrainLesion",
        6,
        "parent_lesion_id",
        added={
            "BrainLesion": [
                {
                    **LESION,
                    "patient_id": FIRST,
                    "lesion_id": f"{FIRST}-L03",
                    "origin": "recurrence",
                    "first_seen_day": 100,
                }
            ]
        },
        says="origin is recurrence: parent_lesion_id is needed and blank",
    ),
    Planted(
        "C3",
        "LesionMeasurement",
        2,
        "longest_mm",
        {"LesionMeasurement": {2: {"longest_mm": None}}},
        warnings_beside=("OPTIONAL",),
    ),
    at("C4", "LocalTherapyCourse", 3, "total_dose_gy", "must be blank", total_dose_gy=20.0),
    at("C5", "CourseLesion", 1, "brain_minus_gtv", "v10_cm3 is 4.4, v12_cm3 is 3.2: ", brain_minus_gtv=None),
    at("C6", "CourseLesion", 4, "resection_extent", resection_extent=None),
    at("D4", "CourseLesion", 1, "v12_cm3", v10_cm3=62.0, v12_cm3=60.5),
    at("C7", "SupportiveCourse", 1, "dose_mg_day", dose_mg_day=None),
    at("C8", "SupportiveCourse", 3, "dose_mg_kg", dose_mg_kg=None),
    at("C8", "SupportiveCourse", 3, "interval_days", interval_days=None),
    at("C8", "SupportiveCourse", 3, "cycles", cycles=None),
    at("C8", "SupportiveCourse", 3, "are_id", are_id=None),
    at("C9", "AdverseRadiationEffect", 1, "attributed_course_id", attributed_course_id=None),
    at(
        "C10",
        "ProgressionEvent",
        1,
        "lesion_id",
        "kind is local: lesion_id is needed and blank",
        lesion_id=None,
    ),
    at("C10", "ProgressionEvent", 2, "lesion_id", lesion_id=f"{SECOND}-L01"),
]
TABLES = [
    Planted(
        "C2",
        "BrainLesion",
        4,
        "parent_lesion_id",
        {"BrainLesion": {3: {"first_seen_day": 12}}},
        says="first seen on day 12, and parent_lesion_id on day 12",
    ),
    Planted(
        "C4", "LocalTherapyCourse", 5, "total_dose_gy", {"LocalTherapyCourse": {5: {"total_dose_gy": None}}}
    ),
    Planted("C4", "LocalTherapyCourse", 5, "fractions", {"LocalTherapyCourse": {5: {"fractions": None}}}),
    Planted(
        "C4",
        "CourseLesion",
        5,
        "dose_gy",
        added={
            "CourseLesion": [
                {
                    "patient_id": FIRST,
                    "course_id": f"{FIRST}-C01",
                    "lesion_id": f"{FIRST}-L02",
                    "fractions": 1,
                    "cavity": "no",
                }
            ]
        },
        says="dose_gy is blank, and its course has none either",
    ),
    at("C4", "CourseLesion", 3, "dose_gy", "modality of the course is surgery_gtr", dose_gy=20.0),
    Planted("C6", "CourseLesion", 4, "cavity", {"LocalTherapyCourse": {3: {"start_day": 31, "end_day": 31}}}),
    at("C6", "CourseLesion", 3, "cavity", cavity="yes", resection_extent="gtr"),
    at(
        "C9",
        "AdverseRadiationEffect",
        1,
        "attributed_course_id",
        "did not treat lesion_id",
        attributed_course_id=f"{FIRST}-C01",
    ),
    Planted(
        "C9",
        "AdverseRadiationEffect",
        1,
        "attributed_course_id",
        {"LocalTherapyCourse": {2: {"end_day": 211}}},
        says="onset_day is 210, and attributed_course_id ended on day 211",
    ),
    at("T1", "PrimaryTumour", 1, "dx_day", "dx_day is 901, and the day of death 900", dx_day=901),
    at("T1", "LocalTherapyCourse", 5, "end_day", end_day=4),
    Planted(
        "T1",
        "CourseLesion",
        1,
        "lesion_id",
        {"BrainLesion": {1: {"first_seen_day": 41}}, "Patient": {1: {"n_brm_at_anchor": 1}}},
    ),
    Planted(
        "T1",
        "AdverseRadiationEffect",
        1,
        "onset_day",
        {"LocalTherapyCourse": {2: {"start_day": 210, "end_day": 210}}},
    ),
    at("ORDER", "SystemicTherapyLine", 2, "stop_day", stop_day=404),
    at("ORDER", "AdverseRadiationEffect", 1, "outcome_day", outcome_day=209),
    at("T2", "ImagingAssessment", 3, "day", "day is 701, and last_contact_day of the patient 700", day=701),
    at("T2", "Patient", 1, "last_cns_imaging_day", last_cns_imaging_day=901),
    at("T2", "Death", 1, "day", day=899),
    Planted(
        "T2",
        "Death",
        2,
        "day",
        added={
            "Death": [
                {
                    "patient_id": SECOND,
                    "day": 700,
                    "cause": "systemic",
                    "rule_used": "study_v1",
                    "adjudicated_by": "site",
                }
            ]
        },
    ),
    at("T2", "Patient", 2, "vital_status", vital_status="dead"),
    Planted(
        "T3",
        "AdverseRadiationEffect",
        1,
        "onset_day",
        {"LocalTherapyCourse": {2: {"start_day": 190, "end_day": 194}}},
        says="16 days after",
    ),
    at("D1", "CourseLesion", 1, "dose_gy", "dose_gy is 31 in one fraction", dose_gy=31.0),
    at("D1", "CourseLesion", 1, "dose_gy", "dose_gy is 7.99 in one fraction", dose_gy=7.99),
    at("D1", "CourseLesion", 2, "dose_gy", dose_gy=79.0, fractions=2),
    at(
        "D1",
        "LocalTherapyCourse",
        5,
        "total_dose_gy",
        "total_dose_gy is 3000, allowed 0..80",
        total_dose_gy=3000.0,
    ),
    at("D2", "CourseLesion", 1, "dose_gy", dose_gy=11.99),
    at("D2", "CourseLesion", 2, "fractions", "modality is hfsrt with 6 fractions", fractions=6),
    at("D2", "LocalTherapyCourse", 5, "total_dose_gy", "30 Gy in 12 fractions", fractions=12),
    at("D3", "CourseLesion", 1, "v12_cm3", v12_cm3=4.41),
    at("D3", "CourseLesion", 2, "v20_cm3", v20_cm3=17.01),
    at("D3", "CourseLesion", 2, "v24_cm3", v24_cm3=14.01),
    at("D3", "CourseLesion", 2, "v24_cm3", v20_cm3=None, v20_cm3__why="ND", v24_cm3=17.01),
    at("D3", "CourseLesion", 1, "gtv_cm3", gtv_cm3=2.61),
    at("D3", "LesionMeasurement", 1, "perp_mm", perp_mm=20.1),
    at("D3", "LesionMeasurement", 1, "vol_total_cm3", "its parts add up to 4.21", vol_necrotic_cm3=1.21),
    at("D4", "CourseLesion", 2, "v12_cm3", "v12_cm3 is given for 3 fractions", v12_cm3=20.0),
    at("D5", "LesionMeasurement", 1, "vol_total_cm3", vol_total_cm3=9.0),
    at("N1", "Patient", 1, "n_brm_at_anchor", "n_brm_at_anchor is 3, and 2 lesions", n_brm_at_anchor=3),
    at(
        "N2",
        "PerformanceStatus",
        2,
        "value",
        "ECOG is 2, and KPS of the same day 80, which is ECOG 1",
        value=2,
    ),
    Planted("S1", "SupportiveCourse", 2, "start_day", {"SupportiveCourse": {1: {"stop_day": 241}}}),
    Planted(
        "S1",
        "SystemicTherapyLine",
        3,
        "start_day",
        added={"SystemicTherapyLine": [{**LINE, "agents": ["tucatinib"], "start_day": 399}]},
        says="tucatinib begins on day 399, and an earlier one stopped on day 400",
    ),
    Planted(
        "U1",
        "PrimaryTumour",
        None,
        "controlled_at_anchor",
        {"PrimaryTumour": {3: {"controlled_at_anchor": "unknown"}}},
        says="unknown in 1 of 1 rows (100 %) of LY02",
    ),
    Planted("U1", "Patient", None, "sex", {"Patient": {3: {"sex": None, "sex__why": "UNK"}}}),
    at(
        "DERIVED",
        "CourseLesion",
        1,
        "bed10_gy",
        "bed10_gy is 61, and dose and fractions give 60",
        bed10_gy=61.0,
    ),
    at("DERIVED", "CourseLesion", 2, "eqd2_2_gy", eqd2_2_gy=74.3),
    at("DERIVED", "CourseLesion", 2, "lq_extrapolated", lq_extrapolated="yes"),
]

NEEDED = at("NEEDED", "ImagingAssessment", 2, "slice_mm", "slice_mm is blank", slice_mm__why=None)
ALL = [*CELLS, *KEYS, *ROWS, *TABLES]


ALONE = [one for one in ALL if one.rule == "OPTIONAL" or one.warnings_beside]
"""These count over a whole table, so each needs a data set to itself."""
POOLED = [one for one in ALL if one not in ALONE]
