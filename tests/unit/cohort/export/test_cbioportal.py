"""The cohort as a study folder of cBioPortal: its format, and the disclosure filter before it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.export.cbioportal.attributes import clinical_tables
from cimara.cohort.export.cbioportal.disclosure import merged, released_patients
from cimara.cohort.export.cbioportal.writing import cbioportal_fates, folder_faults, write_cbioportal
from tests.unit.cohort.export.consortium import cohort


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cbioportal")
    write_cbioportal(cohort(), made, study="demo_brm", title="Demo", description="Synthetic")
    return made


def test_the_folder_keeps_to_the_format(folder: Path) -> None:
    assert list(folder_faults(folder)) == []


def test_a_folder_with_a_spoilt_header_is_found(folder: Path, tmp_path: Path) -> None:
    for path in folder.rglob("*.txt"):
        (tmp_path / path.name).write_text(path.read_text())
    clinical = tmp_path / "data_clinical_patient.txt"
    clinical.write_text(clinical.read_text().replace("#", "", 1))
    assert "four rows" in next(folder_faults(tmp_path))


def test_no_id_of_a_site_leaves(folder: Path) -> None:
    patients = cohort().frame("Patient")["patient_id"].to_list()
    written = "".join(path.read_text() for path in folder.rglob("*.txt"))
    assert not [one for one in patients if one in written]
    assert not [one for one in {name[:4] for name in patients} if one in written]


def test_every_patient_has_one_sample_and_a_survival(folder: Path) -> None:
    patients, samples = clinical_tables(cohort(), "demo_brm", min_n=10)
    assert patients.height == samples.height == cohort().frame("Patient").height
    dead = cohort().frame("Patient").filter(pl.col("vital_status") == "dead").height
    assert patients.filter(pl.col("OS_STATUS") == "1:DECEASED").height == dead


def test_a_word_of_few_patients_is_other_and_other_is_never_few() -> None:
    words = pl.Series("w", ["a"] * 30 + ["b"] * 12 + ["c"] * 4)
    counts = dict(merged(words, 10).value_counts().iter_rows())
    assert counts == {"a": 30, "other": 16}


def test_words_of_many_patients_stay() -> None:
    words = pl.Series("w", ["a"] * 30 + ["b"] * 12)
    assert merged(words, 10).to_list() == words.to_list()


def test_no_group_that_leaves_is_smaller_than_the_floor() -> None:
    held = released_patients(cohort(), min_n=15)
    for name in ("group", "age_band", "sex", "lesions"):
        assert held[name].value_counts()["count"].min() >= 15


def test_ages_are_bands_and_the_last_is_open() -> None:
    bands = set(released_patients(cohort())["age_band"])
    assert bands <= {f"{low}-{low + 9}" for low in range(10, 80, 10)} | {"80+", "other"}


def test_too_few_patients_are_not_released() -> None:
    few = cohort().of_patients(cohort().frame("Patient")["patient_id"].head(9))
    with pytest.raises(CohortError, match="too few"):
        released_patients(few)


def test_the_floor_can_only_be_raised() -> None:
    with pytest.raises(CohortError, match="floor"):
        released_patients(cohort(), min_n=5)


def test_an_id_that_cbioportal_does_not_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="id of cBioPortal"):
        write_cbioportal(cohort(), tmp_path, study="demo brm", title="Demo", description="Synthetic")


def test_days_are_days_from_the_anchor(folder: Path) -> None:
    imaging = pl.read_csv(folder / "data_timeline_imaging.txt", separator="\t")
    assert sorted(imaging["START_DATE"]) == sorted(cohort().frame("ImagingAssessment")["day"])


def test_no_field_is_told_twice() -> None:
    said = [(one.entity, one.field) for one in cbioportal_fates()]
    assert len(said) == len(set(said))
