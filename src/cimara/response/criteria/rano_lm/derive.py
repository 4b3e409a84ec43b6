"""Time points of one patient by RANO-LM: a row for every form that compares a visit with its reference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from cimara.response.criteria.rano_lm.composite_2017 import call_2017, csf_course, exam_course, mri_course
from cimara.response.criteria.rano_lm.derivation_2019 import LmCall, call_2019
from cimara.response.model import LmForm, Patient
from cimara.response.policy import Policy
from cimara.response.rows import TimepointRow
from cimara.terms.endpoint import CriteriaId
from cimara.terms.response import AssessedCompartment, Response

DIFFERS = "LM_HUMAN_CALL_DIFFERS"


def derive_lm(patient: Patient, policy: Policy, as_of: dt.date | None = None) -> list[TimepointRow]:
    """One row per form, by date and evaluator.

    `as_of` changes nothing here: what is decided later speaks of lesions and visits, never of a form. A
    form of the reference visit itself compares nothing and has no row; its fluid result is the reference of
    the composite of 2017.
    """
    compared = [form for form in patient.lm_forms if form.reference_visit_id != form.visit_id]
    ordered = sorted(compared, key=lambda form: (form.date, form.visit_id, form.evaluator))
    return [_row(form, _call(form, patient.lm_forms, policy), policy) for form in ordered]


def _call(form: LmForm, forms: Iterable[LmForm], policy: Policy) -> LmCall:
    report = policy.lm_incomplete == "report"
    if policy.criterion != CriteriaId.RANO_LM_2017:
        return call_2019(form, report_incomplete=report)
    mri, flags = mri_course(form, report_incomplete=report)
    fluid = csf_course(_reference_csf(form, forms), form.csf)
    call = call_2017(exam_course(form), fluid, mri, allow_unverified=policy.allow_unverified_tables)
    return replace(call, flags=(*call.flags, *flags))


def _reference_csf(form: LmForm, forms: Iterable[LmForm]) -> str:
    """The fluid result on the form of the reference visit, "" when there is no such form."""
    wanted = (form.reference_visit_id, form.evaluator)
    return next((other.csf for other in forms if (other.visit_id, other.evaluator) == wanted), "")


def _row(form: LmForm, call: LmCall, policy: Policy) -> TimepointRow:
    differs = bool(form.overall_human) and form.overall_human != call.response
    return TimepointRow(
        patient_id=form.patient_id,
        visit_id=form.visit_id,
        date=form.date,
        evaluator=form.evaluator,
        criterion=str(policy.criterion),
        compartment=AssessedCompartment.LM.value,
        original=call.response.value,
        response=call.response.value,
        rule_id=call.rule_id,
        reasons=call.reasons,
        flags=(*call.flags, DIFFERS) if differs else call.flags,
        citation=call.citation,
        pd_kind=_pd_kind(call),
    )


def _pd_kind(call: LmCall) -> str:
    if call.response is not Response.PD:
        return ""
    return "new" if "LM_ITEM_NEW" in call.reasons else "non-target"
