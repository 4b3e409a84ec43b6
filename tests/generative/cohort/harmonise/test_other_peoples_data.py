from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.harmonise.mapping import Mapping, read_mapping
from cimara.cohort.harmonise.matrix import matrix
from cimara.cohort.harmonise.opening import read_any
from cimara.cohort.harmonise.plans import Status
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared_data
MAPPINGS = Path(__file__).parent / "mappings"
FILES = {
    "lung2": "pda",
    "odach_cc": "pda",
    "LOS": "pda",
    "covid": "pda",
    "rotterdam": "r_survival",
    "cgd": "r_survival",
    "lung": "r_survival",
    "colon": "r_survival",
    "mgus2": "r_survival",
}


def brought_in(name: str) -> tuple[Dataset, Mapping]:
    mapping = read_mapping(MAPPINGS / f"{name}.csv")
    return read_any(shared_data(f"cohort/{FILES[name]}/{name}.csv"), mapping), mapping


def source(name: str) -> pl.DataFrame:
    return pl.read_csv(shared_data(f"cohort/{FILES[name]}/{name}.csv"), infer_schema_length=None)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_others_comes_in_without_an_error_that_is_ours(name: str) -> None:
    found, _ = brought_in(name)
    errors = found.findings.filter(severity="error")
    assert errors["rule"].to_list() == (["NO_PATIENT"] if name == "lung" else [])
    assert found.frame("Patient").height > 100


@pytest.mark.parametrize("name", FILES)
def test_the_matrix_says_that_none_of_them_has_lesions_or_courses(name: str) -> None:
    found, mapping = brought_in(name)
    analyses = {
        "rn": [("CourseLesion", "v12_cm3"), ("AdverseRadiationEffect", "onset_day")],
        "follow_up": [("Patient", "last_contact_day")],
    }
    made = matrix([mapping], dataset=found, analyses=analyses)
    necrosis, follow_up = made.analyses
    assert necrosis.sites == 0
    assert follow_up.sites == len(made.sites)
    assert mapping.status("BrainLesion", "location") is Status.IMPOSSIBLE


def test_lung2_has_three_sites_with_sex_status_and_time_as_in_the_file() -> None:
    found, _ = brought_in("lung2")
    raw, patient = source("lung2"), found.frame("Patient")
    sites = patient["patient_id"].str.head(4).value_counts().sort("patient_id")
    assert sites["count"].to_list() == raw["site"].value_counts().sort("site")["count"].to_list()
    assert patient["last_contact_day"].cast(pl.Float64).to_list() == raw["time"].to_list()
    assert (patient["sex"] == "female").to_list() == (raw["sex"] == 1).to_list()
    assert found.frame("Death")["day"].sum() == raw.filter(pl.col("status") == 1)["time"].sum()
    assert patient["age_at_anchor"].cast(pl.Float64).to_list() == raw["age"].to_list()


def test_covid_keeps_six_sites_top_codes_ages_and_leaves_sex_open() -> None:
    found, mapping = brought_in("covid")
    raw, patient = source("covid"), found.frame("Patient")
    assert patient["patient_id"].str.head(4).n_unique() == 6
    assert patient["age_at_anchor"].max() == 90
    assert (patient["age_topcoded"] == "yes").sum() == (raw["age"] >= 90).sum()
    assert mapping.status("Patient", "sex") is Status.UNDETERMINED
    assert found.frame("Death").height == raw["death"].sum()


def test_rotterdam_is_breast_cancer_with_its_deaths() -> None:
    found, _ = brought_in("rotterdam")
    raw = source("rotterdam")
    assert found.frame("Patient").height == 2982
    assert found.frame("PrimaryTumour")["group"].unique().to_list() == ["breast"]
    assert found.frame("Death").height == raw["death"].sum()
    assert found.frame("Patient")["sex"].unique().to_list() == ["female"]


def test_cgd_has_a_patient_of_each_of_thirteen_centres_and_leaves_its_dates_behind() -> None:
    found, _ = brought_in("cgd")
    raw, patient = source("cgd"), found.frame("Patient")
    assert patient.height == 128
    assert patient["patient_id"].str.head(4).n_unique() == 13
    last = raw.group_by("id").agg(pl.col("tstop").max())["tstop"].sum()
    assert patient["last_contact_day"].sum() == last
    assert "cgd.csv column random" in found.unused
    text = patient.select(pl.all().cast(pl.String, strict=False)).select(pl.col(pl.String))
    assert not any(text[name].str.contains(r"\d{4}-\d{2}-\d{2}").any() for name in text.columns)


def test_lung_has_two_scales_of_performance_and_names_the_row_without_an_institution() -> None:
    found, _ = brought_in("lung")
    raw = source("lung").filter(pl.col("inst").is_not_null())
    scales = found.frame("PerformanceStatus")["scale"].value_counts().sort("scale")["count"].to_list()
    assert scales == [raw["ph.ecog"].count(), raw["ph.karno"].count()]
    assert found.findings["row"].to_list() == [156]


def test_colon_has_one_patient_for_two_rows_of_the_file() -> None:
    found, _ = brought_in("colon")
    assert found.frame("Patient")["patient_id"].n_unique() == found.frame("Patient").height == 929
    assert "929 rows were left out" in found.findings["message"][0]


def test_mgus2_months_are_days_and_haemoglobin_is_a_laboratory_result() -> None:
    found, _ = brought_in("mgus2")
    raw = source("mgus2")
    days = (raw["futime"] * 30.4375 + 0.5).floor().cast(pl.Int64)
    assert found.frame("Patient")["last_contact_day"].to_list() == days.to_list()
    assert found.frame("LabResult").height == raw["hgb"].count()
