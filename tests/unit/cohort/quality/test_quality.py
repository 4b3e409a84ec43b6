"""Quality of sites: known answers for each figure, and no alarm where nothing is wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from cimara.cohort.dataset import Dataset
from cimara.cohort.quality.between import differences, funnel, mahalanobis, overdispersion
from cimara.cohort.quality.build import quality
from cimara.cohort.quality.digits import digit_preference
from cimara.cohort.quality.duplicates import likely_duplicates
from cimara.cohort.quality.output import counted, percent, write_quality
from cimara.cohort.quality.sites import by_site
from cimara.cohort.quality.summary import Share, scan_intervals, shares
from tests.unit.cohort.export.consortium import cohort, sites
from tests.unit.cohort.template.test_workbook import dataset


def measured(values: list[float]) -> Dataset:
    frame = pl.DataFrame({"longest_mm": values}, schema={"longest_mm": pl.Float64})
    return Dataset({"LesionMeasurement": frame})


def test_even_last_digits_have_a_chi_square_of_nought() -> None:
    found = digit_preference(
        measured([10 + one / 10 for one in range(200)]), "LesionMeasurement", "longest_mm"
    )
    assert found is not None
    assert found.counts == (20,) * 10
    assert found.chi_square == 0


def test_diameters_that_are_read_to_five_millimetres_are_found() -> None:
    values = [float(one) for one in range(10, 60, 5)] * 12
    found = digit_preference(measured(values), "LesionMeasurement", "longest_mm")
    assert found is not None
    assert found.place == 0
    assert found.p < 1e-10
    expected = stats.chisquare([60, 0, 0, 0, 0, 60, 0, 0, 0, 0])
    assert found.chi_square == pytest.approx(expected.statistic)


def test_few_measurements_are_not_judged() -> None:
    assert digit_preference(measured([12.5] * 40), "LesionMeasurement", "longest_mm") is None


def test_two_patients_alike_in_all_that_is_asked_are_listed_together() -> None:
    def one(patient: str, age: str) -> dict[str, dict[str, str]]:
        return {
            "Patient": {"patient_id": patient, "sex": "male", "age_at_anchor": age},
            "PrimaryTumour": {"patient_id": patient, "primary_no": "1", "group": "renal"},
            "LocalTherapyCourse": {
                "patient_id": patient, "course_id": f"{patient}-C01", "start_day": "9",
                "modality": "srs_gk", "total_dose_gy": "20",
            },
        }  # fmt: skip

    rows = [
        one("ZZ01-P0001", "60"),
        one("ZZ01-P0002", "60"),
        one("ZZ01-P0003", "61"),
        one("ZZ02-P0001", "60"),
    ]
    cells = {
        name: {column: [row[name][column] for row in rows] for column in rows[0][name]} for name in rows[0]
    }
    found = likely_duplicates(dataset(cells))  # type: ignore[arg-type]
    assert found["patients"].to_list() == [["ZZ01-P0001", "ZZ01-P0002"]]


def test_scan_intervals_are_days_between_scans_of_one_patient() -> None:
    cells = {
        "ImagingAssessment": {
            "patient_id": ["ZZ01-P0001"] * 3 + ["ZZ01-P0002"] * 2,
            "scan_id": [f"ZZ01-P0001-S0{one}" for one in range(1, 6)],
            "day": ["0", "60", "160", "5", "85"],
        }
    }
    found = scan_intervals(dataset(cells))  # type: ignore[arg-type]
    assert (found.n, found.median) == (3, 80.0)


def test_a_share_counts_rows_in_which_it_can_be_told() -> None:
    cells = {
        "Death": {
            "patient_id": [f"ZZ01-P000{one}" for one in range(1, 5)],
            "day": ["9"] * 4,
            "cause": ["neurologic", "unknown", "UNK", "systemic"],
        }
    }
    found = next(one for one in shares(dataset(cells)) if one.name == "cause_unknown")  # type: ignore[arg-type]
    assert (found.part, found.n) == (2, 4)


def share(part: int, n: int) -> Share:
    return Share("x", "x", part, n)


def test_sites_alike_are_within_the_funnel() -> None:
    assert not any(one.flagged for one in funnel({str(one): share(20, 100) for one in range(6)}))


def test_a_site_far_out_is_flagged_and_the_limits_narrow_with_size() -> None:
    held = {str(one): share(20 + one % 3, 100) for one in range(20)} | {"out": share(70, 100)}
    points = {one.site: one for one in funnel(held | {"large": share(210, 1000)})}
    assert points["out"].flagged
    assert not points["0"].flagged
    assert points["large"].upper - points["large"].lower < points["0"].upper - points["0"].lower


def test_limits_without_overdispersion_are_those_of_the_arcsine() -> None:
    points = funnel({"a": share(20, 100), "b": share(20, 100), "c": share(20, 100)})
    half = 3.0902323061678132 / (2 * math.sqrt(100))
    expected = math.sin(math.asin(math.sqrt(0.2)) + half) ** 2
    assert points[0].upper == pytest.approx(expected, abs=1e-9)


def test_overdispersion_pulls_in_the_ends() -> None:
    scores = [0.0] * 18 + [1.0, 50.0]
    assert overdispersion(scores) < np.mean(np.square(scores))


def test_two_sites_make_no_funnel() -> None:
    assert funnel({"a": share(1, 9), "b": share(5, 9)}) == []


def test_a_shift_of_one_standard_deviation_is_told_as_such() -> None:
    base = np.linspace(-2, 2, 201)
    found = differences({"a": base + base.std(ddof=1), "b": base}, "x")
    assert found[0].smd == pytest.approx(1.0)
    assert found[0].wasserstein == pytest.approx(base.std(ddof=1))
    assert found[0].flagged


def test_the_distance_of_a_site_is_that_of_mahalanobis() -> None:
    rng = np.random.default_rng(5)
    vectors = {str(one): rng.normal(size=2).tolist() for one in range(12)}
    matrix = np.array(list(vectors.values()))
    inverse = np.linalg.inv(np.cov(matrix.T))
    centred = matrix[3] - matrix.mean(axis=0)
    assert mahalanobis(vectors)["3"] == pytest.approx(math.sqrt(centred @ inverse @ centred))


def test_too_few_sites_have_no_distance() -> None:
    assert mahalanobis({"a": [1.0, 2.0], "b": [2.0, 3.0]}) == {}


def test_a_synthetic_site_has_figures_for_every_share() -> None:
    found = quality(sites())
    assert {one.site for one in found.sites} == set(sites())
    assert sum(one.patients for one in found.sites) == cohort().frame("Patient").height
    assert all(one.part <= one.n for site in found.sites for one in site.shares)


def test_a_site_whose_doses_are_out_of_line_is_flagged_in_words() -> None:
    held = dict(sites())
    site = next(iter(held))
    lesions = held[site].frame("CourseLesion").with_columns(dose_gy=pl.col("dose_gy") * 2)
    held[site] = Dataset({**held[site].tables, "CourseLesion": lesions}, held[site].origins)
    assert any("dose_gy" in one for one in quality(held).flags(site))


def test_a_pooled_data_set_falls_apart_by_site() -> None:
    held = by_site(cohort())
    assert {site: one.n_rows["Patient"] for site, one in held.items()} == {
        site: one.n_rows["Patient"] for site, one in sites().items()
    }


def test_small_counts_are_not_told() -> None:
    assert (counted(0), counted(3), counted(5)) == ("0", "<5", "5")
    assert percent(share(3, 100)) == ""
    assert percent(share(98, 100)) == ""
    assert percent(share(50, 100)) == "50"


def test_the_page_and_the_tables_tell_every_site(tmp_path: Path) -> None:
    found = quality(sites())
    page, shares_csv, differences_csv, data = write_quality(found, tmp_path)
    for site in sites():
        assert site in page.read_text()
        assert site in set(pl.read_csv(shares_csv)["site"])
        assert site in set(pl.read_csv(differences_csv)["site"])
    assert [one["site"] for one in json.loads(data.read_text())["sites"]] == list(sites())
    assert "<script" not in page.read_text()
