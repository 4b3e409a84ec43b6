"""GPA and RPA of patients of a data set."""

from __future__ import annotations

from itertools import product

import polars as pl
import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.indices.at_anchor import AnchorOptions, EcogUse
from cimara.cohort.indices.gpa import INDEX_COLUMNS, gpa
from cimara.cohort.indices.index_rows import index_rows, one_row_a_patient
from cimara.cohort.indices.point_tables import IndexNotTranscribed
from cimara.cohort.indices.rpa import rpa, rpa_of_patient
from tests.unit.cohort.indices.chart import Row, chart


def lung_chart(**changes: object) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {
        "Patient": [{"age_at_anchor": 66, "n_brm_at_anchor": 3}],
        "PrimaryTumour": [
            {"primary_no": 1, "group": "nsclc_adeno", "dx_day": -300, "controlled_at_anchor": "yes"}
        ],
        "PerformanceStatus": [{"scale": "KPS", "value": 80, "day": 0}],
        "ExtracranialStatus": [{"day": 0, "status": "absent"}],
        "Biomarker": [{"marker": "EGFR", "result": "positive", "tissue": "primary", "day": -200}],
    }
    return {**tables, **changes}  # type: ignore[dict-item]


def only(frame: pl.DataFrame) -> Row:
    return frame.row(0, named=True)


def test_the_worked_adenocarcinoma() -> None:
    found = only(gpa(chart(**lung_chart())))
    assert (found["table"], found["value"], found["band"], found["median_months"]) == (
        "lung-molgpa-2017-adeno",
        3.5,
        "3.5-4",
        46.8,
    )
    assert found["items"] == "age=0.5 kps=0.5 extracranial=1.0 brain_metastases=0.5 egfr_alk=1.0"


def test_the_columns_are_always_the_same() -> None:
    for frame in (gpa(chart(**lung_chart())), rpa(chart(**lung_chart())), gpa(chart(Patient=[{}]))):
        assert dict(frame.schema) == INDEX_COLUMNS


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"PrimaryTumour": []}, "no_primary"),
        ({"PrimaryTumour": [{"primary_no": 1, "group": "thyroid"}]}, "no_index_for_this_primary"),
        ({"PrimaryTumour": [{"primary_no": 1, "group": "sclc"}]}, "point_table_not_in_library"),
        (
            {"PrimaryTumour": [{"primary_no": n, "group": "nsclc_adeno"} for n in (1, 2)]},
            "two_primaries",
        ),
        ({"Patient": [{"age_at_anchor": 66, "n_brm_at_anchor": 0}]}, "no_brain_metastasis_at_anchor"),
    ],
)
def test_who_has_no_gpa_and_why(changes: dict[str, object], note: str) -> None:
    found = only(gpa(chart(**lung_chart(**changes))))
    assert (found["value"], found["low"], found["note"]) == (None, None, note)


def test_the_study_names_which_of_two_primaries_seeded_the_brain() -> None:
    two = chart(
        **lung_chart(
            PrimaryTumour=[{"primary_no": 1, "group": "prostate"}, {"primary_no": 2, "group": "nsclc_adeno"}]
        )
    )
    named = pl.DataFrame({"patient_id": two.frame("Patient")["patient_id"], "primary_no": [2]})
    assert only(gpa(two, AnchorOptions(seeded_by=named)))["value"] == 3.5


def test_a_missing_kps_gives_a_range_and_names_itself() -> None:
    found = only(gpa(chart(**lung_chart(PerformanceStatus=[{"scale": "ECOG", "value": 0, "day": 0}]))))
    assert (found["value"], found["low"], found["high"], found["missing"]) == (None, 3.0, 4.0, "kps")
    assert found["note"] == "ecog_but_no_kps"


def test_ecog_0_stands_for_kps_90_or_100_which_score_alike() -> None:
    dataset = chart(**lung_chart(PerformanceStatus=[{"scale": "ECOG", "value": 0, "day": 0}]))
    found = only(gpa(dataset, AnchorOptions(ecog=EcogUse.BOUNDS)))
    assert (found["value"], found["assumed"]) == (4.0, "kps")


def test_ecog_1_stands_for_kps_70_or_80_which_do_not() -> None:
    dataset = chart(**lung_chart(PerformanceStatus=[{"scale": "ECOG", "value": 1, "day": 0}]))
    found = only(gpa(dataset, AnchorOptions(ecog=EcogUse.BOUNDS)))
    assert (found["value"], found["low"], found["high"], found["missing"]) == (None, 3.0, 3.5, "kps")


def test_an_unknown_gene_scores_0_and_is_named_as_assumed() -> None:
    found = only(gpa(chart(**lung_chart(Biomarker=[]))))
    assert (found["value"], found["assumed"]) == (2.5, "egfr_alk")


def test_the_tissue_of_the_subtype_is_in_the_result_of_breast_alone() -> None:
    receptors: list[Row] = [
        {"marker": marker, "result": "negative", "tissue": "cns", "day": 3} for marker in ("ER", "PR", "HER2")
    ]
    breast = lung_chart(PrimaryTumour=[{"primary_no": 1, "group": "breast"}], Biomarker=receptors)
    assert only(gpa(chart(**breast)))["tissue"] == "cns"
    assert only(gpa(chart(**lung_chart(Biomarker=receptors))))["tissue"] == ""


KPS_STATES = [None, (60, 60), (70, 70), (60, 70), (90, 100)]
TRUTH = [None, True, False]


@pytest.mark.parametrize(
    ("kps", "age", "controlled", "extracranial", "band", "median"),
    [
        ((70, 70), 64, True, False, "I", 7.1),
        ((70, 70), 65, True, False, "II", 4.2),
        ((70, 70), 64, False, False, "II", 4.2),
        ((70, 70), 64, True, True, "II", 4.2),
        ((60, 60), 40, True, False, "III", 2.3),
        ((90, 90), 70, None, None, "II", 4.2),
        ((60, 60), None, None, None, "III", 2.3),
    ],
)
def test_rpa_classes(
    kps: tuple[int, int],
    age: int | None,
    controlled: bool | None,
    extracranial: bool | None,
    band: str,
    median: float,
) -> None:
    found = rpa_of_patient(kps=kps, age=age, primary_controlled=controlled, extracranial=extracranial)
    assert (found.band, found.median_months, found.missing) == (band, median, ())


def rpa_by_definition(able: bool, young: bool, controlled: bool, confined: bool) -> int:
    if not able:
        return 3
    return 1 if young and controlled and confined else 2


def test_rpa_range_is_that_of_every_way_to_fill_the_gaps() -> None:
    """Gaspar's classes over all that a missing item may be, for every pattern of missing items."""
    for able, young, controlled, extracranial in product(TRUTH, repeat=4):
        kps = {None: None, True: (80, 80), False: (50, 50)}[able]
        age = {None: None, True: 50, False: 80}[young]
        found = rpa_of_patient(kps=kps, age=age, primary_controlled=controlled, extracranial=extracranial)
        confined = None if extracranial is None else not extracranial
        ways = [
            rpa_by_definition(*way)
            for way in product(
                *[[one] if one is not None else [True, False] for one in (able, young, controlled, confined)]
            )
        ]
        assert (found.low, found.high) == (min(ways), max(ways))
        assert found.value == (ways[0] if len(set(ways)) == 1 else None)


def test_rpa_columns_equal_the_single_patient() -> None:
    word = {None: "unknown", True: "yes", False: "no"}
    status = {None: "unknown", True: "stable", False: "absent"}
    tables: dict[str, list[Row]] = {
        "Patient": [],
        "PrimaryTumour": [],
        "PerformanceStatus": [],
        "ExtracranialStatus": [],
    }
    wanted = []
    for number, (able, young, controlled, extracranial) in enumerate(product(TRUTH, repeat=4)):
        who: Row = {"patient_id": f"UT01-P{number:04d}"}
        kps = {None: None, True: (70, 70), False: (60, 60)}[able]
        age = {None: None, True: 64, False: 65}[young]
        tables["Patient"].append({**who, "age_at_anchor": age, "n_brm_at_anchor": 1})
        tables["PrimaryTumour"].append({**who, "primary_no": 1, "controlled_at_anchor": word[controlled]})
        tables["ExtracranialStatus"].append({**who, "day": 0, "status": status[extracranial]})
        if kps is not None:
            tables["PerformanceStatus"].append({**who, "scale": "KPS", "value": kps[0], "day": 0})
        one = rpa_of_patient(kps=kps, age=age, primary_controlled=controlled, extracranial=extracranial)
        wanted.append((one.value, one.band, one.low, one.high, " ".join(one.missing)))
    assert rpa(chart(**tables)).select("value", "band", "low", "high", "missing").rows() == wanted


def test_several_primaries_are_controlled_where_all_are() -> None:
    two: list[Row] = [
        {"primary_no": n, "group": "breast", "controlled_at_anchor": word}
        for n, word in ((1, "yes"), (2, "no"))
    ]
    assert (
        only(
            rpa(chart(**lung_chart(PrimaryTumour=two, Patient=[{"age_at_anchor": 50, "n_brm_at_anchor": 1}])))
        )["band"]
        == "II"
    )


def test_one_row_a_patient_has_a_column_for_each_index() -> None:
    wide = one_row_a_patient(index_rows(chart(**lung_chart())))
    assert wide.height == 1
    assert wide.select("gpa_value", "rpa_band", "bmv_note", "ibmv_note").row(0) == (
        3.5,
        "II",
        "no_radiosurgery",
        "no_radiosurgery",
    )


def test_an_index_that_is_not_transcribed_is_refused_by_name() -> None:
    with pytest.raises(IndexNotTranscribed, match="lung-gpa-2022"):
        index_rows(chart(**lung_chart()), ["lung-gpa-2022"])
    with pytest.raises(CohortError, match="gpa, rpa, bmv, ibmv"):
        index_rows(chart(**lung_chart()), ["graded"])
