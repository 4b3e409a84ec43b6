"""The example SDTM data: every row accounted for, and its known peculiarities met (response.md §15)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache

import polars as pl
import pytest

from cimara.response.model import Patient, Study
from cimara.response.reading.reported import Reported
from cimara.response.reading.sdtm import SdtmPackage, load_sdtm
from cimara.response.reading.tidy import Reading, load_tidy
from cimara.response.reading.write_sdtm import sdtm_datasets
from cimara.response.reading.write_tidy import tidy_frames
from cimara.terms.response import Certainty, LesionRole, SizeStatus
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared_data


@cache
def example() -> tuple[Reading, Reported]:
    names = {"tu": "tu_onco", "tr": "tr_onco", "rs": "rs_onco", "adsl": "adsl"}
    return load_sdtm(
        SdtmPackage(**{name: shared_data(f"response/{file}.csv.gz") for name, file in names.items()})
    )


def patient(patient_id: str) -> Patient:
    return next(one for one in example()[0].study.patients if one.patient_id == patient_id)


def test_every_row_is_used_or_rejected() -> None:
    counts = {
        table.file: (table.n_read, len(table.rows), len(table.rejected)) for table in example()[0].tables
    }
    assert counts == {
        "tu_onco.csv.gz": (7_734, 7_734, 0),
        "tr_onco.csv.gz": (55_995, 55_995, 0),
        "rs_onco.csv.gz": (5_808, 5_808, 0),
        "adsl.csv.gz": (306, 306, 0),
    }


def test_the_contents_are_those_that_sources_txt_names() -> None:
    digests = {file: digest[:8] for file, digest in example()[0].study.source.items()}
    assert digests == {
        "tu_onco.csv.gz": "06732ffa",
        "tr_onco.csv.gz": "fb621e3a",
        "rs_onco.csv.gz": "a6d8bfed",
        "adsl.csv.gz": "74dc9e1f",
    }


def test_254_subjects_205_of_them_with_follow_up() -> None:
    patients = example()[0].study.patients
    assert len(patients) == 254
    assert sum(len(one.visits) > 1 for one in patients) == 205


def test_three_evaluators_with_ten_lesions_of_each_subject() -> None:
    patients = example()[0].study.patients
    listed = Counter(
        (one.patient_id, lesion.evaluator)
        for one in patients
        for lesion in one.lesions
        if lesion.role is not LesionRole.NEW
    )
    assert {evaluator for _, evaluator in listed} == {"INV", "RADIOLOGIST 1", "RADIOLOGIST 2"}
    assert (len(listed), set(listed.values())) == (254 * 3, {10})


def test_1899_reported_time_points_and_as_many_seen() -> None:
    reported = example()[1]
    assert len(reported.calls) == 1_899
    assert len({call.patient_id for call in reported.calls}) == 205
    baselines = {
        (one.patient_id, visit.visit_id)
        for one in example()[0].study.patients
        for visit in one.visits
        if visit.is_baseline
    }
    seen = {
        (one.patient_id, measurement.evaluator, measurement.date)
        for one in example()[0].study.patients
        for measurement in one.measurements
        if (one.patient_id, measurement.visit_id) not in baselines
    }
    assert seen == {(call.patient_id, call.evaluator, call.date) for call in reported.calls}


def test_the_partial_date_takes_the_whole_one_of_its_evaluator() -> None:
    first = patient("01-701-1015")
    assert [visit.date for visit in first.visits if visit.is_baseline] == [dt.date(2014, 1, 2)]
    assert {one.date for one in first.measurements if one.visit_id == "3"} == {dt.date(2014, 1, 2)}


def test_the_two_visits_with_one_number_are_two() -> None:
    found = [(visit.visit_id, visit.number) for visit in patient("01-711-1143").visits]
    assert found[-2:] == [("9.2@2013-06-22", 9.2), ("9.2@2013-09-22", 9.2)]


def test_three_responses_that_are_none_are_kept_as_written() -> None:
    checks = [call for call in example()[1].calls if call.overall == "CHECK"]
    assert {(call.patient_id, call.evaluator) for call in checks} == {
        ("01-711-1143", evaluator) for evaluator in ("INV", "RADIOLOGIST 1", "RADIOLOGIST 2")
    }


def test_what_was_not_done_is_never_nought() -> None:
    seen = [one for patient in example()[0].study.patients for one in patient.measurements]
    missed = [one for one in seen if one.status is SizeStatus.NOT_DONE]
    assert len(missed) == 132 + 424
    assert all(one.ld is None and one.short_axis is None and one.reason for one in missed)


def test_new_lesions_keep_their_certainty() -> None:
    new = [one.certainty for patient in example()[0].study.patients for one in patient.new_lesions]
    assert Counter(new) == {Certainty.EQUIVOCAL: 81, Certainty.UNEQUIVOCAL: 33}


def test_nodes_are_measured_by_the_analysis_diameter() -> None:
    found = patient("01-701-1015")
    nodes = {lesion.lesion_id for lesion in found.lesions if lesion.is_node}
    assert all(
        (one.short_axis is not None) == (one.lesion_id in nodes) for one in found.measurements if one.ld
    )


def test_what_reading_found() -> None:
    assert Counter(finding.code for finding in example()[0].study.findings) == {
        "PLACE_MISSING": 3_810 + 114,
        "NOT_STARTED": 1,
        "VISIT_SPLIT": 1,
    }


def test_tidy_and_sdtm_give_the_same_study_back() -> None:
    study = Study(example()[0].study.patients[:40])
    assert load_tidy(tidy_frames(study)).study.patients == study.patients
    frames = {name: dataset.frame for name, dataset in sdtm_datasets(study, study_id="S1").items()}
    assert all(isinstance(frame, pl.DataFrame) for frame in frames.values())
    assert load_sdtm(SdtmPackage(**frames))[0].study.patients == study.patients
