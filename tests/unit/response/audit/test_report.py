"""What an audit sums up to: progression, best response, readers, files; and that our own calls agree."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from cimara.response import Policy, Study, derive
from cimara.response.audit import audit, rs_frame
from cimara.response.audit.changes import changed_rows
from cimara.response.audit.report import SUBJECTS, TIMEPOINTS, AuditReport
from cimara.response.model import Adjudication, Patient, Tenths
from cimara.response.reading.reported import Reported, reported_of
from cimara.response.reading.sdtm_schema import RS
from cimara.response.study import derive_study
from cimara.response.synth import UNTIDINESS, SynthOptions, synth_study
from cimara.terms.response import AdjudicationKind
from cimara.terms.tables import read_table
from tests.spec.response.audit.reported_tables import call
from tests.spec.response.visit_tables import PATIENT, day, read_patient

TABLE = """
    visit | L1
    BL    | 60
    W8    | 40
    W16   | 48
    W24   | 80
    """
LITERAL = Policy.preset("recist11_literal")


def audit_of(words: dict[str, str], policy: Policy = LITERAL, patient: Patient | None = None) -> AuditReport:
    study = Study.from_objects([patient or read_patient(TABLE)])
    return audit(study, Reported(tuple(call(visit, said) for visit, said in words.items())), policy)


def reread(study: Study, policy: Policy) -> Reported:
    """Our own calls, written as RS and read again."""
    rows = [row for patient in study.patients for row in derive(patient, policy).rows]
    table = read_table(rs_frame(study, rows, study_id="S", category=policy.label), RS, file="rs")
    reported = reported_of(table)
    assert not table.rejected
    return reported


@pytest.mark.parametrize(
    "preset", ["recist11", "recist11_literal", "irecist", "rano_bm", "irano", "mrecist_cns5"]
)
def test_auditing_our_own_responses_finds_nothing(preset: str) -> None:
    options = SynthOptions(patients=15, seed=7, readers=1, untidiness=UNTIDINESS["messy"])
    study, policy = synth_study(options).study, Policy.preset(preset)
    report = audit(study, reread(study, policy), policy)
    assert report.n_disagreements == 0
    assert len(report.timepoints) > 50
    assert not any(subject.is_bor_changed for subject in report.subjects)
    assert {subject.pd_shift for subject in report.subjects} <= {"same", "none"}


def test_the_accepted_series_is_nobodys_report() -> None:
    event = Adjudication("E1", PATIENT, AdjudicationKind.READER_DECISION, day("W24"), value="R2")
    study = Study.from_objects([replace(two_readers({}), adjudications=(event,))])
    report = audit(study, reread(study, LITERAL), LITERAL)
    assert report.evaluators == ["INV", "R1", "R2"]
    assert report.n_disagreements == 0


@pytest.mark.parametrize(
    ("new", "words", "consistent"),
    [
        ("UNEQUIVOCAL", "SD - PD", True),
        ("", "SD - PD", True),
        ("EQUIVOCAL", "SD - PD", False),
        ("", "SD - SD", False),
    ],
)
def test_whether_overall_follows_from_the_components(new: str, words: str, consistent: bool) -> None:
    """There is an unequivocal new lesion: it counts as reported, else as derived."""
    study = Study.from_objects([read_patient("visit | L1 | new\nBL | 50 |\nW8 | 49 | N1!")])
    report = audit(study, Reported((call("W8", words, new=new),)), LITERAL)
    assert report.consistent == [consistent]


def test_a_late_progression_is_told_in_days() -> None:
    report = audit_of({"W8": "PR - PR", "W16": "SD - SD", "W24": "PD - PD"})
    (subject,) = report.subjects
    assert (subject.derived.pd_date, subject.reported.pd_date) == (day("W16"), day("W24"))
    assert (subject.pd_shift, subject.pd_days) == ("later", 56)
    assert not subject.is_bor_changed


@pytest.mark.parametrize(
    ("last", "shift"), [("PD - PD", "later"), ("SD - SD", "only derived")], ids=["reported", "never reported"]
)
def test_shifts_of_progression(last: str, shift: str) -> None:
    report = audit_of({"W8": "PR - PR", "W16": "SD - SD", "W24": last})
    evaluator = report.summary()["evaluators"]["INV"]  # type: ignore[index]
    assert evaluator["pd_date"] == {shift: 1}
    assert evaluator["bor_changes"] == []


def test_a_changed_best_response_is_told() -> None:
    report = audit_of({"W8": "SD - SD", "W16": "PD - PD", "W24": "PD - PD"})
    evaluator = report.summary()["evaluators"]["INV"]  # type: ignore[index]
    assert evaluator["bor_changes"] == [{"reported": "SD", "derived": "PR", "n": 1}]


def two_readers(second: dict[str, Tenths]) -> Patient:
    """The investigator and two readers of one table, the second with other sizes at some visits."""
    patient = read_patient(TABLE)
    own = [replace(item, evaluator="R1") for item in patient.measurements]
    other = [
        replace(item, evaluator="R2", ld=second.get(item.visit_id, item.ld)) for item in patient.measurements
    ]
    return replace(patient, measurements=(*patient.measurements, *own, *other))


@pytest.mark.parametrize(
    ("second", "bor", "pd"),
    [({}, 0, 0), ({"W8": Tenths(590)}, 1, 1), ({"W16": Tenths(450)}, 0, 1)],
    ids=["same", "both", "PD date"],
)
def test_readers_who_differ_need_a_decision(second: dict[str, Tenths], bor: int, pd: int) -> None:
    study = Study.from_objects([two_readers(second)])
    reported = replace(reread(study, LITERAL), accepted={PATIENT: "R2"})
    pairs = audit(study, reported, LITERAL).readers
    assert [pair.source for pair in pairs] == ["reported", "derived"]
    for pair in pairs:
        assert (pair.readers, pair.n) == (("R1", "R2"), 1)
        assert (pair.n_bor_differs, pair.n_pd_differs) == (bor, pd)
        assert pair.adjudication_rate == float(bool(bor or pd))
        assert dict(pair.accepted) == ({"R2": 1} if bor or pd else {})


def test_the_report_is_written(tmp_path: Path) -> None:
    report = audit_of({"W8": "PR - PR", "W16": "SD - SD", "W24": "PD - PD"})
    report.write(tmp_path)
    with (tmp_path / "audit.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(TIMEPOINTS)
    assert [(row["visit_id"], row["agree"], row["reasons"]) for row in rows] == [
        ("W8", "yes", ""),
        ("W16", "no", "PD_FROM_BASELINE"),
        ("W24", "yes", ""),
    ]
    with (tmp_path / "subjects.csv").open(newline="") as file:
        assert next(csv.reader(file)) == list(SUBJECTS)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["timepoints"], summary["disagree"]) == (3, 1)
    assert summary["reasons"] == {"PD_FROM_BASELINE": 1}
    page = (tmp_path / "summary.md").read_text()
    assert "3 time points: 2 agree, 1 differ" in page
    assert "| PD_FROM_BASELINE | 1 | growth was counted from baseline instead of the nadir |" in page


def test_policies_are_compared_row_by_row() -> None:
    study = Study.from_objects([read_patient("visit | L1\nBL | 90\nW8 | 60\nW16 | 66")])
    first, second = (derive_study(study, Policy.preset(name)) for name in ("recist11", "recist11_literal"))
    (row,) = changed_rows(first.timepoints, second.timepoints).to_dicts()
    assert (row["visit_id"], row["response_a"], row["response_b"]) == ("W16", "PR", "SD")
    assert (row["reasons_a"], row["reasons_b"]) == ("PR_PERSISTS", "SUM_STABLE")
    assert changed_rows(first.timepoints, first.timepoints).is_empty()


def test_a_visit_that_one_policy_alone_calls_is_a_change() -> None:
    study = Study.from_objects([read_patient("visit | L1\nBL | 90\nW8 | 60")])
    tables = derive_study(study, LITERAL)
    (row,) = changed_rows(tables.timepoints, tables.timepoints.head(0)).to_dicts()
    assert (row["response_a"], row["response_b"]) == ("PR", None)
