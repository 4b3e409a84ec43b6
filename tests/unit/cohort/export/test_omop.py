"""The cohort as tables of OMOP CDM 5.4: what the CDM asks for, and that a lesion's dose arrives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.export.mapping_report import Fate, fate_frame
from cimara.cohort.export.omop.building import omop_tables
from cimara.cohort.export.omop.layout import concepts, faults
from cimara.cohort.export.omop.writing import omop_fates, write_omop
from cimara.cohort.model import data_model
from tests.unit.cohort.export.consortium import cohort

DAY_ZERO = dt.date(2000, 1, 1)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return omop_tables(cohort())


def test_every_table_keeps_to_the_columns_types_and_keys_of_the_cdm(tables: dict[str, pl.DataFrame]) -> None:
    assert list(faults(tables)) == []


def test_an_empty_cell_that_the_cdm_asks_for_is_a_fault(tables: dict[str, pl.DataFrame]) -> None:
    spoilt = tables | {"death": tables["death"].with_columns(death_date=pl.lit(None, dtype=pl.Date))}
    assert [one.split(":")[0] for one in faults(spoilt)] == ["death.death_date"]


def test_every_patient_is_a_person_born_in_2000_less_their_age(tables: dict[str, pl.DataFrame]) -> None:
    joined = tables["person"].join(
        cohort().frame("Patient"), left_on="person_source_value", right_on="patient_id"
    )
    assert joined.height == cohort().frame("Patient").height
    assert (joined["year_of_birth"] == 2000 - joined["age_at_anchor"]).all()


def test_the_dose_of_each_lesion_is_a_measurement_in_gy_on_the_day_of_its_course(
    tables: dict[str, pl.DataFrame],
) -> None:
    doses = tables["measurement"].filter(pl.col("measurement_source_value") == "CourseLesion.dose_gy")
    given = cohort().frame("CourseLesion").filter(pl.col("dose_gy").is_not_null())
    assert sorted(doses["value_as_number"].drop_nulls()) == sorted(given["dose_gy"])
    assert set(doses["unit_source_value"]) == {"Gy"}
    days = cohort().frame("LocalTherapyCourse").select("course_id", "start_day")
    wanted = given.join(days, on="course_id")["start_day"].sort()
    assert ((doses["measurement_date"].sort() - DAY_ZERO).dt.total_days() == wanted).all()


def test_a_measurement_of_a_lesion_points_at_the_condition_of_that_lesion(
    tables: dict[str, pl.DataFrame],
) -> None:
    heads = tables["measurement"].filter(pl.col("measurement_source_value") == "lesion_measurement")
    linked = heads.join(
        tables["condition_occurrence"],
        left_on=["measurement_event_id", "person_id"],
        right_on=["condition_occurrence_id", "person_id"],
    )
    assert linked.height == heads.height == cohort().frame("LesionMeasurement").height
    assert set(linked["condition_source_value"]) == {"brain_metastasis"}


def test_an_episode_of_a_course_holds_the_course_and_each_lesion_that_it_treated(
    tables: dict[str, pl.DataFrame],
) -> None:
    courses = tables["episode"].filter(pl.col("episode_source_value").str.starts_with("LocalTherapyCourse"))
    events = tables["episode_event"].join(courses, on="episode_id")
    expected = cohort().frame("LocalTherapyCourse").height + cohort().frame("CourseLesion").height
    assert events.height == expected


def test_every_event_of_an_episode_is_there(tables: dict[str, pl.DataFrame]) -> None:
    fields = dict(concepts().filter(pl.col("part") == "field").select("concept_id", "word").iter_rows())
    for field, event in (
        tables["episode_event"].select("episode_event_field_concept_id", "event_id").iter_rows()
    ):
        table = tables[fields[field]]
        assert table.filter(pl.col(f"{fields[field]}_id") == event).height == 1


def test_each_agent_of_a_line_is_an_exposure(tables: dict[str, pl.DataFrame]) -> None:
    lines = cohort().frame("SystemicTherapyLine")["agents"].list.len().sum()
    assert tables["drug_exposure"].height == lines + cohort().frame("SupportiveCourse").height


def test_a_reason_for_a_missing_value_is_kept(tables: dict[str, pl.DataFrame]) -> None:
    lesions = cohort().frame("CourseLesion")
    reasons = lesions["v12_cm3__why"].drop_nulls().sort().to_list()
    rows = tables["measurement"].filter(pl.col("measurement_source_value") == "CourseLesion.v12_cm3")
    assert rows.filter(pl.col("value_as_number").is_null())["value_source_value"].sort().to_list() == reasons


def test_every_field_of_the_model_has_one_fate() -> None:
    said = [(one.entity, one.field) for one in omop_fates()]
    assert len(said) == len(set(said))
    fields = [(entity.name, field.name) for entity in data_model().entities for field in entity.fields]
    assert fate_frame(omop_fates()).select("entity", "field").rows() == fields


def test_only_who_entered_a_row_and_the_sites_terms_are_not_representable() -> None:
    lost = fate_frame(omop_fates()).filter(pl.col("fate") == Fate.NOT_REPRESENTABLE)
    assert set(lost.filter(pl.col("entity") != "Site")["field"]) == {"curator", "entered_day"}


def test_an_event_without_its_day_is_refused_by_the_name_of_the_column(tmp_path: Path) -> None:
    data = cohort()
    lesions = data.frame("BrainLesion").with_columns(first_seen_day=pl.lit(None, dtype=pl.Int64))
    spoilt = type(data)({**data.tables, "BrainLesion": lesions}, data.origins)
    with pytest.raises(CohortError, match="condition_start_date"):
        write_omop(spoilt, tmp_path)


def test_unverified_concept_ids_are_named_in_the_folder(tmp_path: Path) -> None:
    write_omop(cohort(), tmp_path)
    written = pl.read_csv(tmp_path / "concepts.csv")
    assert "unverified" in written["status"].to_list()
    assert (tmp_path / "mapping_report.csv").is_file()
