"""At its limit a value is right, and each rule knows the cases that look wrong and are not."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.cohort.checks.run import check
from tests.unit.cohort.clean import FIRST, SECOND, THIRD, Additions, Changes, Row
from tests.unit.cohort.clean_copies import copies, of_copy

DEXA: Row = {"patient_id": FIRST, "kind": "dexamethasone", "dose_mg_day": 2.0, "reason": "rn"}
LINE: Row = {"patient_id": FIRST, "line_id": f"{FIRST}-T03", "line_no": 3, "stop_reason": "ongoing"}
LESION: Row = {"patient_id": FIRST, "location": "frontal", "side": "left"}
SCALES = [(0, 100), (0, 90), (1, 80), (1, 70), (2, 60), (2, 50), (3, 40), (3, 30), (4, 20), (4, 10), (5, 0)]

RIGHT: dict[str, tuple[Changes, Additions]] = {
    "12 Gy in one fraction is usual": ({"CourseLesion": {4: {"dose_gy": 12.0}}}, {}),
    "24 Gy in one fraction is usual": ({"CourseLesion": {4: {"dose_gy": 24.0}}}, {}),
    "5 fractions are hypofractionated": ({"CourseLesion": {2: {"fractions": 5}}}, {}),
    "37.5 Gy in 15 is a whole-brain schedule": (
        {"LocalTherapyCourse": {5: {"total_dose_gy": 37.5, "fractions": 15}}},
        {},
    ),
    "the fractions of the course are those of a lesion without its own": (
        {"LocalTherapyCourse": {2: {"fractions": 3}}, "CourseLesion": {2: {"fractions": None}}},
        {},
    ),
    "dose of the lesions and fractions of the course are enough": (
        {"LocalTherapyCourse": {1: {"fractions": 1}}, "CourseLesion": {1: {"fractions": None}}},
        {},
    ),
    "a dose that is not known has its reason": (
        {"CourseLesion": {1: {"dose_gy": None, "dose_gy__why": "NAVU"}}},
        {},
    ),
    "brachytherapy has no fractions": (
        {"LocalTherapyCourse": {1: {"modality": "brachytherapy"}}, "CourseLesion": {1: {"fractions": None}}},
        {},
    ),
    "brachytherapy is put into the cavity on the day of surgery": (
        {"LocalTherapyCourse": {3: {"start_day": 30, "end_day": 30}, 4: {"modality": "brachytherapy"}}},
        {},
    ),
    "a course may end on the day of onset": (
        {"LocalTherapyCourse": {2: {"start_day": 170, "end_day": 180}}},
        {},
    ),
    "an effect at a recurrence may come of the course of its parent": (
        {
            "AdverseRadiationEffect": {1: {"lesion_id": f"{FIRST}-L04"}},
        },
        {
            "BrainLesion": [
                {
                    **LESION,
                    "lesion_id": f"{FIRST}-L03",
                    "origin": "recurrence",
                    "first_seen_day": 150,
                    "parent_lesion_id": f"{FIRST}-L02",
                },
                {
                    **LESION,
                    "lesion_id": f"{FIRST}-L04",
                    "origin": "recurrence",
                    "first_seen_day": 180,
                    "parent_lesion_id": f"{FIRST}-L03",
                },
            ]
        },
    ),
    "a possible effect needs no course": (
        {"AdverseRadiationEffect": {1: {"certainty": "possible", "attributed_course_id": None}}},
        {},
    ),
    "an effect 30 days after its course is in time": ({"AdverseRadiationEffect": {1: {"onset_day": 54}}}, {}),
    "a lesion may be first seen 30 days into its course": (
        {"BrainLesion": {1: {"first_seen_day": 40}}, "Patient": {1: {"n_brm_at_anchor": 1}}},
        {},
    ),
    "a lesion seen on day 30 is there at the anchor": ({"BrainLesion": {1: {"first_seen_day": 30}}}, {}),
    "an event may be on the day of the last contact": ({"ImagingAssessment": {3: {"day": 700}}}, {}),
    "a row may be entered on the day of its event": ({"LabResult": {1: {"entered_day": 0}}}, {}),
    "diameters may be equal": ({"LesionMeasurement": {1: {"perp_mm": 20.0}}}, {}),
    "volumes may be equal": ({"CourseLesion": {1: {"v12_cm3": 4.4, "ptv_cm3": 2.1}}}, {}),
    "the parts may exceed the whole by 0.1": ({"LesionMeasurement": {1: {"vol_necrotic_cm3": 1.2}}}, {}),
    "V12 of 60 is no finding": ({"CourseLesion": {1: {"v10_cm3": 70.0, "v12_cm3": 60.0}}}, {}),
    "a volume of 1.3 spheres is no finding": ({"LesionMeasurement": {1: {"vol_total_cm3": 5.45}}}, {}),
    "a lesion of 2 mm is rounded to 0.01 cm3": (
        {"LesionMeasurement": {2: {"longest_mm": 2.0, "vol_total_cm3": 0.01}}},
        {},
    ),
    "a line of the same agent may begin on the day the other stops": (
        {},
        {"SystemicTherapyLine": [{**LINE, "agents": ["tucatinib"], "start_day": 400}]},
    ),
    "lines of agents that the list does not have are not the same": (
        {"SystemicTherapyLine": {1: {"agents": ["other"]}}},
        {"SystemicTherapyLine": [{**LINE, "agents": ["other"], "start_day": 300}]},
    ),
    "BED may be rounded another way": (
        {"CourseLesion": {1: {"bed10_gy": 60.01, "lq_extrapolated": "yes"}}},
        {},
    ),
    "none alone is a code like others": ({"LmdEvent": {1: {"treatment": ["none"]}}}, {}),
    **{
        f"KPS {kps} is ECOG {ecog}": (
            {"PerformanceStatus": {1: {"value": kps}, 2: {"value": ecog}}},
            {},
        )
        for ecog, kps in SCALES
    },
}


@pytest.fixture(scope="module")
def findings() -> pl.DataFrame:
    """Of all cases at once, each in a copy of the data set."""
    return check(copies(list(RIGHT.values())))


@pytest.mark.parametrize("case", list(RIGHT))
def test_it_is_not_told_that(findings: pl.DataFrame, case: str) -> None:
    assert of_copy(findings, list(RIGHT).index(case))["message"].to_list() == []


def test_a_third_of_a_site_is_too_much_to_be_unknown_and_three_tenths_are_not() -> None:
    labs = [
        {"patient_id": SECOND, "day": day, "status": "unknown" if day < 103 else "absent"}
        for day in range(100, 109)
    ]
    nine = check(copies([({}, {"ExtracranialStatus": labs[:8]}), ({}, {"ExtracranialStatus": labs})]))
    # 2 clean rows and 8 or 9 more: 3 of 10 is 30 %, and not above it
    assert of_copy(nine, 0).is_empty()
    assert of_copy(nine, 1).is_empty()
    more = check(
        copies([({"ExtracranialStatus": {1: {"status": "unknown"}}}, {"ExtracranialStatus": labs[:8]})])
    )
    assert more["rule"].to_list() == ["U1"]
    assert "4 of 10 rows (40 %)" in more["message"][0]


def test_a_circle_of_lesions_is_told_and_ends() -> None:
    ring = [
        {
            **LESION,
            "lesion_id": f"{FIRST}-L0{here}",
            "origin": "recurrence",
            "first_seen_day": 100 + here,
            "parent_lesion_id": f"{FIRST}-L0{there}",
        }
        for here, there in ((3, 4), (4, 5), (5, 3))
    ]
    found = check(copies([({}, {"BrainLesion": ring})]))
    assert set(found["rule"]) == {"C2"}
    assert THIRD not in "".join(found["message"])


@pytest.mark.parametrize("dose", [8.0, 30.0])
def test_a_possible_dose_may_be_unusual_and_is_no_error(dose: float) -> None:
    found = check(copies([({"CourseLesion": {1: {"dose_gy": dose}}}, {})]))
    assert found["rule"].to_list() == ["D2"]


def test_thirty_gy_a_fraction_are_possible() -> None:
    assert check(copies([({"CourseLesion": {2: {"dose_gy": 60.0, "fractions": 2}}}, {})])).is_empty()
