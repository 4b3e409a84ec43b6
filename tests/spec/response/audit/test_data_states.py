"""Differences that no mistake of derivation makes: what the data say, or do not."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.response import Policy, Study
from cimara.response.audit import AuditError, audit
from cimara.response.model import Adjudication
from cimara.response.reading.reported import Reported
from cimara.terms.response import AdjudicationKind
from tests.spec.response.audit.reported_tables import audited, call
from tests.spec.response.visit_tables import PATIENT, read_patient

TABLE = """
    visit | L1 | NT1
    BL    | 50 | P
    W8    | 34 | P
    """


@pytest.mark.parametrize(
    ("reported", "codes"),
    [
        ("PR NON-CR/NON-PD PR", ()),
        ("PR NON-CR/NON-PD CHECK", ("NOT_IN_CODELIST",)),
        ("PR NON-CR/NON-PD -", ("NOT_REPORTED",)),
        ("PR NON-CR/NON-PD SD", ("COMPONENTS_INCONSISTENT",)),
    ],
)
def test_what_was_reported_says_why(reported: str, codes: tuple[str, ...]) -> None:
    found = audited(TABLE, {"W8": reported})["W8"]
    assert found.codes == codes
    assert found.agrees == (codes == ())


def test_a_visit_that_nobody_reported_is_listed() -> None:
    found = audited(TABLE + "W16 | 34 | P\n", {"W8": "PR NON-CR/NON-PD PR"})
    assert found["W16"].codes == ("NOT_REPORTED",)


def test_a_response_without_a_baseline_can_not_be_derived() -> None:
    study = Study.from_objects([read_patient("visit | L1\nW8 | 34\nW16 | 34", mark_baseline=False)])
    report = audit(study, Reported((call("W16", "PR - PR"),)), Policy.preset("recist11"))
    assert report.reasons["NOT_DERIVABLE"] == 1


def test_a_response_at_a_visit_without_scans_can_not_be_derived() -> None:
    study = Study.from_objects([read_patient(TABLE)])
    report = audit(
        study,
        Reported((call("W8", "PR NON-CR/NON-PD PR"), call("W40", "PD NON-CR/NON-PD PD"))),
        Policy.preset("recist11"),
    )
    assert dict(report.reasons) == {"NOT_DERIVABLE": 1}


def test_a_response_on_another_day_is_joined_by_visit_number_and_told() -> None:
    patient = read_patient(TABLE)
    from dataclasses import replace

    visits = tuple(replace(visit, number=float(place)) for place, visit in enumerate(patient.visits))
    study = Study.from_objects([replace(patient, visits=visits)])
    reported = replace(call("W8", "PR NON-CR/NON-PD PR", date="W9"), visit_number="1")
    report = audit(study, Reported((reported,)), Policy.preset("recist11"))
    assert [item.codes for item in report.timepoints] == [("DATE_MISMATCH",)]
    assert report.n_disagreements == 1


def test_the_call_of_the_day_is_told_from_a_mistake() -> None:
    """An equivocal new lesion was confirmed later: the row turns into PD, what was called then was SD."""
    event = Adjudication(
        "E1", PATIENT, AdjudicationKind.NEW_LESION_CONFIRMED, dt.date(2024, 12, 1), lesion_id="N1"
    )
    table = """
        visit | L1 | new
        BL    | 50 |
        W8    | 49 | N1?
        """
    found = audited(table, {"W8": "SD - SD"}, adjudications=[event])["W8"]
    assert found.derived["overall"] == "PD"
    assert found.codes == ("CALLED_ON_THE_DAY",)


def test_a_plain_word_is_no_word_of_irecist() -> None:
    found = audited(TABLE, {"W8": "PR NON-CR/NON-PD PR"}, "irecist")["W8"]
    assert found.codes == ("NOT_IN_CODELIST",)


def test_an_evaluator_who_never_reports_is_left_out_and_named() -> None:
    from dataclasses import replace

    patient = read_patient(TABLE)
    both = [*patient.measurements, *(replace(item, evaluator="R2") for item in patient.measurements)]
    study = Study.from_objects([replace(patient, measurements=tuple(both))])
    report = audit(study, Reported((call("W8", "PR NON-CR/NON-PD PR"),)), Policy.preset("recist11"))
    assert report.unreported == ("R2",)
    assert report.n_disagreements == 0


@pytest.mark.parametrize("preset", ["rano_lm_2017", "rano_lm_2019"])
def test_forms_are_not_audited(preset: str) -> None:
    study = Study.from_objects([read_patient(TABLE)])
    with pytest.raises(AuditError):
        audit(study, Reported((call("W8", "PR - PR"),)), Policy.preset(preset))


def test_nothing_reported_is_an_error() -> None:
    with pytest.raises(AuditError, match="nothing to audit"):
        audit(Study.from_objects([read_patient(TABLE)]), Reported(), Policy.preset("recist11"))
