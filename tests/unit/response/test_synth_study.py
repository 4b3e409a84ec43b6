"""Made-up studies: the same seed the same study, and rows that never run ahead of the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from cimara.response.criteria.rano_lm.derivation_2019 import call_2019
from cimara.response.criteria.rano_lm.final import finalise
from cimara.response.model import Measurement, Patient
from cimara.response.synth import SynthError, SyntheticStudy, SynthOptions, Untidiness, synth_study
from cimara.response.synth.options import MESSY, TIDY, USUAL
from cimara.terms.response import (
    AdjudicationKind,
    Assessable,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionCompartment,
    LesionRole,
    LesionState,
    Response,
    SizeStatus,
)

SYNTHETIC = SynthOptions(patients=60, seed=7, untidiness=TIDY)
SIZE = {SizeStatus.TOO_SMALL: 50, SizeStatus.ABSENT: 0, SizeStatus.MERGED: 0}


@cache
def made(untidiness: Untidiness = TIDY, readers: int = 0) -> SyntheticStudy:
    return synth_study(replace(SYNTHETIC, untidiness=untidiness, readers=readers))


def with_truth(study: SyntheticStudy) -> Iterator[tuple[Patient, dict[str, dt.date | None]]]:
    return zip(study.study.patients, study.truth.to_dicts(), strict=True)


def size(row: Measurement) -> int:
    if row.status is SizeStatus.MEASURED:
        return int(row.short_axis or row.ld or 0)
    assert row.status is not None
    return SIZE[row.status]


def in_cns(compartment: LesionCompartment) -> bool:
    return compartment is not LesionCompartment.EXTRACRANIAL


def first_seen_progression(patient: Patient, *, cns: bool) -> dt.date | None:
    """The plainest reading of the rows: sum over its nadir, words, new lesions."""
    roles = {row.lesion_id: row.role for row in patient.lesions if in_cns(row.compartment) == cns}
    targets = [name for name, role in roles.items() if role is LesionRole.TARGET]
    found = [row.date for row in patient.new_lesions if in_cns(row.compartment) == cns]
    found += [
        row.date
        for row in patient.measurements
        if row.state is LesionState.UNEQUIVOCAL_PD and row.lesion_id in roles
    ]
    nadir: int | None = None
    for visit in patient.visits:
        rows = [
            row for row in patient.measurements if row.visit_id == visit.visit_id and row.lesion_id in targets
        ]
        if not rows:
            continue
        total = sum(size(row) for row in rows)
        if nadir is not None and 10 * total >= 12 * nadir and total - nadir >= 50:
            found += [rows[0].date] if not cns else []
        nadir = total if nadir is None else min(nadir, total)
    return min(found, default=None)


def test_the_same_seed_gives_the_same_study() -> None:
    again = synth_study(replace(SYNTHETIC, untidiness=MESSY))
    assert again.study == made(MESSY).study
    assert again.truth.equals(made(MESSY).truth)
    assert all(again.supplements[name].equals(frame) for name, frame in made(MESSY).supplements.items())


def test_another_seed_gives_another_study() -> None:
    assert synth_study(replace(SYNTHETIC, seed=8)).study != made().study


def test_a_patient_does_not_depend_on_how_many_others_there_are() -> None:
    fewer = synth_study(replace(SYNTHETIC, patients=3))
    assert fewer.study.patients == made().study.patients[:3]


def test_ids_are_plainly_invented() -> None:
    assert [patient.patient_id for patient in made().study.patients[:2]] == ["DEMO-0001", "DEMO-0002"]


def test_every_kind_of_disease_is_there() -> None:
    lesions = [row for patient in made().study.patients for row in patient.lesions]
    assert {row.compartment for row in lesions} == set(LesionCompartment)
    assert {row.role for row in lesions} == set(LesionRole)
    assert any(row.is_node for row in lesions)


@pytest.mark.parametrize("untidiness", [TIDY, USUAL, MESSY])
def test_nothing_is_recorded_on_or_after_death(untidiness: Untidiness) -> None:
    for patient, truth in with_truth(made(untidiness)):
        end = truth["followed_until"]
        assert end is not None
        assert truth["death_date"] is None or end <= truth["death_date"]
        rows = (
            *patient.visits,
            *patient.measurements,
            *patient.clinical,
            *patient.new_lesions,
            *patient.lm_forms,
        )
        assert all(row.date < end for row in rows)


@pytest.mark.parametrize(("cns", "column"), [(True, "cns_pd_date"), (False, "sys_pd_date")])
def test_no_progression_is_seen_before_it_is_true(cns: bool, column: str) -> None:
    seen_at_all = 0
    for patient, truth in with_truth(made()):
        seen = first_seen_progression(patient, cns=cns)
        if seen is not None:
            seen_at_all += 1
            true = truth[column]
            assert true is not None
            assert true <= seen
    assert seen_at_all >= 10


def test_progression_in_the_body_is_seen_soon_after_it_is_true() -> None:
    delays = []
    for patient, truth in with_truth(made()):
        true, seen = truth["sys_pd_date"], first_seen_progression(patient, cns=False)
        if true is not None and seen is not None:
            delays.append((seen - true).days)
    assert len(delays) >= 10
    assert sorted(delays)[len(delays) // 2] <= 56


def test_true_progression_lies_before_death() -> None:
    for _, truth in with_truth(made(MESSY)):
        for column in ("cns_pd_date", "sys_pd_date", "lm_pd_date"):
            date, death = truth[column], truth["death_date"]
            assert date is None or death is None or date < death


def test_leptomeningeal_progression_is_progression_of_the_cns() -> None:
    dates = [(truth["cns_pd_date"], truth["lm_pd_date"]) for _, truth in with_truth(made())]
    both = [(cns, lm) for cns, lm in dates if lm is not None]
    assert both
    assert all(cns is not None and cns <= lm for cns, lm in both)


def test_the_scorecard_says_progression_from_the_true_day_on() -> None:
    called = 0
    for patient, truth in with_truth(made()):
        for form in patient.lm_forms:
            true = truth["lm_pd_date"]
            progressed = call_2019(form).response is Response.PD
            assert progressed == (true is not None and form.date >= true)
            called += progressed
    assert called >= 3


def test_a_tidy_study_has_forms_that_can_be_final() -> None:
    forms = [form for patient in made().study.patients for form in patient.lm_forms]
    assert forms
    assert all(finalise(form) for form in forms)


def test_an_untidy_study_has_forms_that_can_not() -> None:
    forms = [form for patient in made(MESSY).study.patients for form in patient.lm_forms]
    assert any(form.missing() for form in forms)


def test_a_decline_put_down_to_the_tumour_follows_true_cns_progression() -> None:
    declines = 0
    for patient, truth in with_truth(made(MESSY)):
        for row in patient.clinical:
            if row.status is ClinicalStatus.WORSE and row.attributable is Attribution.TUMOUR:
                true = truth["cns_pd_date"]
                assert true is not None
                assert true < row.date
                declines += 1
    assert declines >= 3


def test_deaths_agree_with_the_truth() -> None:
    deaths = {row["patient_id"]: row for row in made(USUAL).supplements["deaths"].to_dicts()}
    causes = set()
    for patient, truth in with_truth(made(USUAL)):
        row = deaths.get(patient.patient_id)
        if row is not None:
            assert (row["date"], row["cause"]) == (truth["death_date"], truth["death_cause"])
            causes.add(row["cause"])
        else:
            assert truth["death_date"] is None or truth["followed_until"] != truth["death_date"]
    assert {"neurologic", "systemic"} <= causes


def test_the_next_line_of_therapy_starts_after_progression_was_seen() -> None:
    starts = 0
    for patient, truth in with_truth(made()):
        if patient.new_therapy_date is not None:
            assert truth["sys_pd_date"] is not None
            assert patient.new_therapy_date > truth["sys_pd_date"]
            starts += 1
    assert starts >= 3


def test_therapies_are_local_and_systemic_planned_and_salvage() -> None:
    rows = made(MESSY).supplements["therapies"].to_dicts()
    assert {"SRS", "WBRT", "surgery", "intrathecal", ""} == {row["modality"] for row in rows}
    assert {"SRS", "WBRT", "surgery", "intrathecal", "study drug", "next line"} == {
        row["name"] for row in rows
    }
    assert {"planned", "salvage", ""} == {row["intent"] for row in rows}


def test_necrosis_is_adjudicated_and_never_true_progression() -> None:
    decided = 0
    for patient, truth in with_truth(made(MESSY)):
        known = str(truth["necrosis_lesions"]).split(";")
        for event in patient.adjudications:
            if event.kind is AdjudicationKind.RADIATION_NECROSIS:
                assert event.lesion_id in known
                decided += 1
    assert decided >= 3


def test_a_doubtful_lesion_is_confirmed_or_gone_and_refuted() -> None:
    first = {}
    refuted = {
        (patient.patient_id, event.lesion_id)
        for patient in made(MESSY).study.patients
        for event in patient.adjudications
        if event.kind is AdjudicationKind.NEW_LESION_REFUTED
    }
    for patient in made(MESSY).study.patients:
        for row in patient.new_lesions:
            first.setdefault((row.patient_id, row.lesion_id), row)
        for row in patient.new_lesions:
            name = (row.patient_id, row.lesion_id)
            if row is not first[name] and row.certainty is Certainty.EQUIVOCAL:
                raise AssertionError("a lesion stays doubtful")
    assert refuted
    assert refuted <= {name for name, row in first.items() if row.certainty is Certainty.EQUIVOCAL}


def test_an_untidy_study_misses_visits_and_leaves_parts_out() -> None:
    visits = [visit for patient in made(MESSY).study.patients for visit in patient.visits]
    measured = [row for patient in made(MESSY).study.patients for row in patient.measurements]
    assert {visit.brain_assessable for visit in visits} == set(Assessable)
    assert {row.status for row in measured} - {None} == set(SizeStatus)
    assert len(visits) < sum(len(patient.visits) for patient in made().study.patients)


def test_merged_and_split_lesions_lose_nothing_of_the_sum() -> None:
    only = replace(TIDY, merged=1.0)
    for patient, plain in zip(made(only).study.patients, made().study.patients, strict=True):
        merged = {row.merged_into for row in patient.measurements if row.status is SizeStatus.MERGED}
        for into in merged:
            gone = next(row.lesion_id for row in patient.measurements if row.merged_into == into)
            for row in (row for row in patient.measurements if row.merged_into == into):
                union = next(
                    other
                    for other in patient.measurements
                    if (other.lesion_id, other.visit_id) == (into, row.visit_id)
                )
                apart = [
                    other
                    for other in plain.measurements
                    if other.visit_id == row.visit_id and other.lesion_id in (into, gone)
                ]
                assert size(union) == sum(size(other) for other in apart) or any(
                    other.status is not SizeStatus.MEASURED for other in apart
                )


def test_parts_name_the_lesion_that_split() -> None:
    split = made(replace(TIDY, split=1.0)).study.patients
    parts = [row for patient in split for row in patient.lesions if row.parent_ids]
    assert parts
    assert all(row.lesion_id == row.parent_ids[0] + row.lesion_id[-1] for row in parts)


def test_a_second_reader_sees_the_same_lesions_with_small_differences() -> None:
    patients = made(USUAL, readers=1).study.patients
    first = {
        (row.patient_id, row.visit_id, row.lesion_id): row.ld
        for patient in patients
        for row in patient.measurements
        if row.evaluator == "INV"
    }
    apart = [
        abs(row.ld - (first[row.patient_id, row.visit_id, row.lesion_id] or 0))
        for patient in patients
        for row in patient.measurements
        if row.evaluator == "R1" and row.ld is not None
    ]
    assert 0 < max(apart) <= 10 + 4
    assert sum(apart) > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"patients": 0},
        {"patients": 10_000},
        {"seed": -1},
        {"visits": 0},
        {"readers": 4},
        {"every_days": 7},
    ],
)
def test_a_study_that_can_not_be_made_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SynthError):
        replace(SYNTHETIC, **wrong)


@pytest.mark.parametrize(
    "wrong", [{"missed_visit": 1.5}, {"merged": -0.1}, {"jitter_days": 30}, {"reader_noise": -1}]
)
def test_untidiness_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SynthError):
        replace(TIDY, **wrong)


def test_some_patients_have_no_cns_disease_at_the_start() -> None:
    rows = {row["patient_id"]: row for row in made().supplements["patients"].to_dicts()}
    assert {row["cns_disease"] for row in rows.values()} == {"yes", "no"}
    for patient in made().study.patients:
        inside = [
            row for row in patient.lesions if in_cns(row.compartment) and row.role is not LesionRole.NEW
        ]
        answers = rows[patient.patient_id]
        assert (answers["cns_disease"] == "yes") == bool(inside)
        targets = [row for row in inside if row.role is LesionRole.TARGET]
        assert (answers["measurable_cns"] == "yes") == bool(targets)


def test_a_cognitive_test_that_was_left_out_has_a_reason_and_no_score() -> None:
    rows = made(MESSY).supplements["cognition"].to_dicts()
    assert {row["done"] for row in rows} == {"yes", "no"}
    for row in rows:
        assert (row["score"] is None) == (row["done"] == "no") == bool(row["missed"])
        assert (row["z"] is None) == (row["score"] is None)


def test_cognition_is_worse_after_progression_whichever_way_the_test_counts() -> None:
    after: dict[bool, list[float]] = {True: [], False: []}
    truths = {row["patient_id"]: row["cns_pd_date"] for row in made().truth.to_dicts()}
    for row in made().supplements["cognition"].filter(test="TMT A").to_dicts():
        true = truths[row["patient_id"]]
        after[true is not None and row["date"] >= true].append(row["score"])
    assert sum(after[True]) / len(after[True]) > sum(after[False]) / len(after[False])
