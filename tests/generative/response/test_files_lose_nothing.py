"""A study goes through CSV, XPT v5, Dataset-JSON and NDJSON, tidy and SDTM, and comes back as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from cimara.response.model import Study
from cimara.response.reading.sdtm import load_sdtm
from cimara.response.reading.tidy import load_tidy
from cimara.response.reading.write_sdtm import write_sdtm
from cimara.response.reading.write_tidy import tidy_frames, write_tidy
from tests.generative.response.studies import studies
from tests.many import examples

CREATED = dt.datetime(2026, 1, 2, 3, 4, 5)
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(QUIET, max_examples=examples(few=60, many=150))
@given(study=studies())
def test_tidy_tables_lose_nothing(study: Study) -> None:
    with TemporaryDirectory() as folder:
        write_tidy(study, Path(folder))
        reading = load_tidy(Path(folder))
    assert reading.n_rejected == 0
    assert reading.study.patients == study.patients


@settings(QUIET, max_examples=examples(few=20, many=50))
@given(study=studies())
def test_frames_are_read_as_files_are(study: Study) -> None:
    pandas = {name: frame.to_pandas() for name, frame in tidy_frames(study).items()}
    assert load_tidy(pandas).study.patients == load_tidy(tidy_frames(study)).study.patients == study.patients


@pytest.mark.parametrize("form", [".csv", ".xpt", ".json", ".ndjson"])
@settings(QUIET, max_examples=examples(few=35, many=100))
@given(study=studies())
def test_tidy_to_sdtm_to_tidy_loses_nothing(form: str, study: Study) -> None:
    with TemporaryDirectory() as folder:
        package = write_sdtm(study, Path(folder), study_id="S1", created=CREATED, form=form)
        reading, _ = load_sdtm(package)
    assert reading.n_rejected == 0
    assert {patient.patient_id: patient for patient in reading.study.patients} == {
        patient.patient_id: patient for patient in study.patients
    }
