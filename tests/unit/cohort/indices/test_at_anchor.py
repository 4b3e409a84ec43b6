"""What is read near the anchor: nearest value, tissue, receptors, and what ECOG may say."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.at_anchor import AnchorOptions, EcogUse, Prefer, anchor_items
from tests.unit.cohort.indices.chart import Row, chart

PATIENT_ROW: Row = {"age_at_anchor": 62, "n_brm_at_anchor": 2}


def item(dataset: Dataset, name: str, options: AnchorOptions | None = None) -> object:
    return anchor_items(dataset, options)[name].item()


def kps_on(*pairs: tuple[int, int], scale: str = "KPS") -> Dataset:
    rows: list[Row] = [{"scale": scale, "day": day, "value": value} for day, value in pairs]
    return chart(Patient=[PATIENT_ROW], PerformanceStatus=rows)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(-45, 80)], 80),
        ([(-46, 80)], None),
        ([(14, 80)], 80),
        ([(15, 80)], None),
        ([(-20, 70), (5, 90)], 90),
        ([(-5, 70), (5, 90)], 70),
        ([(0, 60), (-1, 90)], 60),
    ],
)
def test_the_nearest_kps_within_the_window_counts(pairs: list[tuple[int, int]], expected: int | None) -> None:
    assert item(kps_on(*pairs), "kps") == expected


def test_the_window_is_an_option() -> None:
    assert item(kps_on((30, 80)), "kps", AnchorOptions(window=(0, 30))) == 80


def test_an_ecog_status_is_not_made_a_kps() -> None:
    found = anchor_items(kps_on((0, 1), scale="ECOG"))
    assert found.select("kps", "kps_or", "ecog_only").row(0) == (None, None, True)


def test_an_ecog_status_may_limit_the_kps_where_the_study_says_so() -> None:
    found = anchor_items(kps_on((0, 1), scale="ECOG"), AnchorOptions(ecog=EcogUse.BOUNDS))
    assert found.select("kps", "kps_or").row(0) == (70, 80)


def test_a_kps_in_the_window_counts_before_a_nearer_ecog_status() -> None:
    both = chart(
        Patient=[PATIENT_ROW],
        PerformanceStatus=[
            {"scale": "ECOG", "day": 0, "value": 3},
            {"scale": "KPS", "day": 10, "value": 90, "recorded": "converted"},
        ],
    )
    found = anchor_items(both, AnchorOptions(ecog=EcogUse.BOUNDS))
    assert found.select("kps", "ecog_only", "kps_converted").row(0) == (90, False, True)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("absent", "no"), ("controlled", "yes"), ("stable", "yes"), ("progressing", "yes"), ("unknown", None)],
)
def test_extracranial_disease_is_there_however_well_it_is_held(status: str, expected: str | None) -> None:
    dataset = chart(Patient=[PATIENT_ROW], ExtracranialStatus=[{"day": 0, "status": status}])
    assert item(dataset, "extracranial") == expected


def test_a_known_extracranial_status_counts_before_a_nearer_unknown_one() -> None:
    rows: list[Row] = [{"day": 0, "status": "unknown"}, {"day": -9, "status": "absent"}]
    assert item(chart(Patient=[PATIENT_ROW], ExtracranialStatus=rows), "extracranial") == "no"


@pytest.mark.parametrize(
    ("value", "tenths"), [(11.15, 112), (11.14, 111), (12.55, 126), (12.54, 125), (8.0, 80)]
)
def test_haemoglobin_is_read_to_one_decimal_half_up(value: float, tenths: int) -> None:
    rows: list[Row] = [{"analyte": "haemoglobin", "unit": "g_dl", "value": value, "day": 0}]
    assert item(chart(Patient=[PATIENT_ROW], LabResult=rows), "haemoglobin") == tenths


def breast(*results: tuple[str, str, str]) -> Dataset:
    rows: list[Row] = [
        {"marker": marker, "result": told, "tissue": where, "day": 0} for marker, told, where in results
    ]
    return chart(Patient=[PATIENT_ROW], Biomarker=rows)


def subtype(dataset: Dataset, prefer: Prefer = Prefer.PRIMARY) -> tuple[object, ...]:
    found = anchor_items(dataset, AnchorOptions(prefer=prefer))
    return found.select("subtype", "subtype_or", "tissue").row(0)


def primary(er: str, pr: str, her2: str) -> list[tuple[str, str, str]]:
    return [("ER", er, "primary"), ("PR", pr, "primary"), ("HER2", her2, "primary")]


@pytest.mark.parametrize(
    ("er", "pr", "her2", "expected"),
    [
        ("negative", "negative", "negative", "basal"),
        ("positive", "negative", "negative", "luminal_a"),
        ("negative", "positive", "negative", "luminal_a"),
        ("negative", "negative", "positive", "her2"),
        ("positive", "positive", "positive", "luminal_b"),
        ("low", "negative", "negative", "luminal_a"),
        ("negative", "negative", "low", "basal"),
    ],
)
def test_subtype_from_receptors(er: str, pr: str, her2: str, expected: str) -> None:
    assert subtype(breast(*primary(er, pr, her2))) == (expected, expected, "primary")


def test_one_positive_hormone_receptor_is_enough_and_one_negative_is_not() -> None:
    assert subtype(breast(("ER", "positive", "primary"), ("HER2", "negative", "primary")))[0] == "luminal_a"
    half = breast(("ER", "negative", "primary"), ("HER2", "negative", "primary"))
    assert subtype(half) == ("basal", "luminal_a", "primary")


def test_the_tissue_is_the_primary_unless_the_brain_is_asked_for() -> None:
    dataset = breast(
        *primary("positive", "positive", "negative"),
        *[(m, t, "cns") for m, t, _ in primary("negative", "negative", "positive")],
    )
    assert subtype(dataset) == ("luminal_a", "luminal_a", "primary")
    assert subtype(dataset, Prefer.CNS) == ("her2", "her2", "cns")


def test_receptors_of_two_tissues_are_not_mixed() -> None:
    dataset = breast(("ER", "positive", "primary"), ("HER2", "positive", "cns"))
    assert subtype(dataset) == ("luminal_a", "luminal_b", "primary")


def test_a_tissue_with_all_receptors_counts_before_one_with_some() -> None:
    in_brain = [(marker, told, "cns") for marker, told, _ in primary("negative", "negative", "negative")]
    assert subtype(breast(("ER", "positive", "primary"), *in_brain)) == ("basal", "basal", "cns")


@pytest.mark.parametrize(
    ("marker", "unit", "value", "expected"),
    [
        ("ER", "percent", 0.99, "negative"),
        ("ER", "percent", 1.0, "positive"),
        ("HER2", "ihc_score", 1.0, "negative"),
        ("HER2", "ihc_score", 2.0, None),
        ("HER2", "ihc_score", 3.0, "positive"),
        ("PR", "ihc_score", 3.0, None),
    ],
)
def test_a_number_beside_a_marker(marker: str, unit: str, value: float, expected: str | None) -> None:
    from cimara.cohort.indices.markers import marker_readings

    rows: list[Row] = [{"marker": marker, "unit": unit, "value": value, "tissue": "primary", "day": 0}]
    found = marker_readings(chart(Biomarker=rows))["reading"].to_list()
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([("EGFR", "negative"), ("ALK", "positive")], "positive"),
        ([("EGFR", "negative")], "negative"),
        ([("EGFR", "indeterminate")], None),
        ([("ROS1", "positive")], None),
    ],
)
def test_a_driver_is_egfr_or_alk(results: list[tuple[str, str]], expected: str | None) -> None:
    dataset = breast(*[(marker, told, "plasma") for marker, told in results])
    assert item(dataset, "egfr_alk") == expected


def test_every_patient_has_one_row() -> None:
    dataset = chart(Patient=[{"patient_id": f"UT01-P000{i}", "age_at_anchor": 50} for i in range(3)])
    assert anchor_items(dataset)["patient_id"].to_list() == dataset.frame("Patient")["patient_id"].to_list()
    assert isinstance(anchor_items(dataset)["kps"].dtype, pl.Int64)
