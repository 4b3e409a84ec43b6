"""Brain metastasis velocity after and before the first radiosurgery."""

from __future__ import annotations

import pytest

from cimara.cohort.indices.velocity import bmv, ibmv, velocity
from tests.unit.cohort.indices.chart import Row, chart, course_id, lesion_id


def srs(number: int, day: int, modality: str = "srs_gk") -> Row:
    return {
        "course_id": course_id(number),
        "modality": modality,
        "start_day": day,
        "end_day": day,
        "fractions": 1,
    }


def lesion(number: int, day: int, origin: str = "new") -> Row:
    return {"lesion_id": lesion_id(number), "first_seen_day": day, "origin": origin}


def treated(course: int, *lesions: int) -> list[Row]:
    return [{"course_id": course_id(course), "lesion_id": lesion_id(one)} for one in lesions]


def tables(**changes: list[Row]) -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = {
        "Patient": [{"n_brm_at_anchor": 1, "brm_synchronous": "no"}],
        "PrimaryTumour": [{"primary_no": 1, "group": "breast", "dx_day": -700}],
        "LocalTherapyCourse": [srs(1, 30)],
        "CourseLesion": treated(1, 1),
        "BrainLesion": [lesion(1, 0), lesion(2, 213), lesion(3, 213), lesion(4, 213)],
    }
    return {**held, **changes}


def test_the_worked_example() -> None:
    found = bmv(chart(**tables())).row(0, named=True)
    assert round(found["value"], 2) == 5.99
    assert (found["band"], found["median_months"]) == ("intermediate", 7.0)
    assert found["items"] == "lesions=3 by_scans=0 days=183"


@pytest.mark.parametrize(
    ("new", "days", "band"),
    [
        (4, 1461, "low"),
        (4000, 365250, "intermediate"),
        (13000, 365250, "intermediate"),
        (13001, 365250, "high"),
        (3999, 365250, "low"),
    ],
)
def test_bands_are_met_on_the_exact_fraction(new: int, days: int, band: str) -> None:
    """1,000 years hold 365,250 days: 4 and 13 a year are intermediate, one metastasis less or more is not."""
    assert velocity(new, days).band == band


@pytest.mark.parametrize(("new", "days", "band"), [(2, 366, "low"), (2, 365, "high"), (2000, 365250, "high")])
def test_the_cut_of_ibmv_is_2_a_year(new: int, days: int, band: str) -> None:
    assert velocity(new, days, "ibmv-2018").band == band


def test_no_day_gives_no_velocity() -> None:
    with pytest.raises(ValueError, match="one day or more"):
        velocity(1, 0)


def test_a_lesion_of_the_first_radiosurgery_is_not_new_even_when_seen_later() -> None:
    found = bmv(chart(**tables(CourseLesion=treated(1, 1, 2))))
    assert found["items"].item() == "lesions=2 by_scans=0 days=183"


def test_a_lesion_seen_on_the_day_of_the_first_radiosurgery_is_not_new() -> None:
    assert (
        bmv(chart(**tables(BrainLesion=[lesion(1, 0), lesion(2, 30)])))["note"].item() == "no_new_metastasis"
    )


def test_recurrences_and_cavities_are_no_new_metastases() -> None:
    lesions = [lesion(1, 0), lesion(2, 100, "recurrence"), lesion(3, 100, "resection_cavity")]
    assert bmv(chart(**tables(BrainLesion=lesions)))["note"].item() == "no_new_metastasis"


def test_the_number_read_on_the_scan_counts_where_fewer_lesions_were_entered() -> None:
    scans: list[Row] = [{"scan_id": "S", "day": 213, "modality": "mri", "new_lesion_count": 20}]
    found = bmv(chart(**tables(ImagingAssessment=scans))).row(0, named=True)
    assert (found["items"], found["band"]) == ("lesions=3 by_scans=20 days=183", "high")


def test_velocity_is_that_of_the_first_failure() -> None:
    lesions = [lesion(1, 0), lesion(2, 213), lesion(3, 250)]
    assert bmv(chart(**tables(BrainLesion=lesions)))["items"].item() == "lesions=1 by_scans=0 days=183"


def test_whole_brain_radiotherapy_before_the_failure_leaves_no_velocity() -> None:
    found = bmv(chart(**tables(LocalTherapyCourse=[srs(1, 30), srs(2, 100, "wbrt")])))
    assert (found["value"].item(), found["note"].item()) == (None, "whole_brain_radiotherapy_before")


def test_ibmv_counts_metastases_at_the_first_radiosurgery_from_the_diagnosis_of_the_primary() -> None:
    found = ibmv(chart(**tables())).row(0, named=True)
    assert (found["items"], found["band"], found["median_months"]) == ("metastases=1 days=730", "low", 10.0)
    assert round(found["value"], 4) == round(365.25 / 730, 4)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"Patient": [{"n_brm_at_anchor": 1, "brm_synchronous": "yes"}]}, "synchronous_metastases"),
        ({"PrimaryTumour": [{"primary_no": 1, "dx_day": -61}]}, "synchronous_metastases"),
        ({"PrimaryTumour": [{"primary_no": 1, "dx_day": -62}]}, ""),
        ({"PrimaryTumour": []}, "no_primary"),
        ({"LocalTherapyCourse": []}, "no_radiosurgery"),
    ],
)
def test_who_has_no_ibmv(changes: dict[str, list[Row]], note: str) -> None:
    assert ibmv(chart(**tables(**changes)))["note"].item() == note
