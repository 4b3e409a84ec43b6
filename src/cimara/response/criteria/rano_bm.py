"""RANO-BM: imaging, clinical state and steroids joined by table `rano_bm`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from cimara.response.criteria.call import Call, called
from cimara.response.criteria.clinical import ClinicalSeen
from cimara.response.criteria.components import Component, Course, Parts
from cimara.response.model import Patient
from cimara.response.policy import Policy
from cimara.response.sizes import has_shrunk
from cimara.response.tables import TableRow, load_table
from cimara.terms.response import Answer

_EXPLAINED = {
    "RBM-O8": ("STEROID_UP_NO_DECLINE",),
    "RBM-O5": ("CR_CAPPED_BY_NEW_LESION",),
    "RBM-A1": ("PSEUDO_RESPONSE",),
}


def rano_call(parts: Parts, clinical: ClinicalSeen, policy: Policy) -> Call:
    """The overall response by the rows RBM-O1 to O14 and A1."""
    row = load_table("rano_bm").first(
        policy,
        clinical=clinical.word,
        target=parts.target.word,
        nontarget=parts.nontarget.word,
        new=parts.new.word,
        steroid=clinical.steroid_word,
        antiangiogenic="yes" if clinical.antiangiogenic else "no",
    )
    call = called(row, row.outcome, parts, kind=row.extra["kind"], clinical=clinical.word == "WORSE")
    return call.adding(reasons=_more_reasons(row, parts, clinical))


def _more_reasons(row: TableRow, parts: Parts, clinical: ClinicalSeen) -> tuple[str, ...]:
    """What the parts' own reasons don't say: missing clinical items, steroids, caps."""
    if row.rule_id == "RBM-O7":
        unknown = {"CLINICAL_UNKNOWN": clinical.word, "STEROID_UNKNOWN": clinical.steroid_word}
        return tuple(code for code, word in unknown.items() if word == "UNKNOWN")
    is_cr_denied = parts.target.word in ("CR", "NA") and parts.nontarget.word in ("CR", "NA")
    if row.rule_id == "RBM-O10" or (
        row.rule_id == "RBM-O13" and is_cr_denied and row.outcome in ("PR", "NE")
    ):
        if parts.new.word == "no" and clinical.steroid_word != "NONE" and row.outcome != "CR":
            return ("CR_EXCLUDED_BY_STEROIDS",)
        return ("CR_CAPPED_BY_NEW_LESION",) if parts.new.word == "review" else ()
    return _EXPLAINED.get(row.rule_id, ())


def on_immunotherapy(patient: Patient, date: dt.date) -> bool:
    """Whether the patient had begun immunotherapy by `date`; unknown counts as no."""
    if patient.immunotherapy_start is not None:
        return patient.immunotherapy is not Answer.NO and patient.immunotherapy_start <= date
    return patient.immunotherapy is Answer.YES


def without_imaging_progression(parts: Parts, course: Course) -> Parts:
    """The parts without progression: size against baseline, other disease persists, new lesion in review."""
    target, nontarget, new = parts.target, parts.nontarget, parts.new
    if target.word == "PD":
        target = _by_size(parts, course)
    if nontarget.word == "PD":
        persists = Component("NON-CR/NON-PD", ("NONTARGET_PERSISTS",), nontarget.flags)
        nontarget = persists if course.followup.nontargets else Component("NA")
    if new.word == "yes":
        new = replace(new, word="review", flags=(*new.flags, "NEW_LESION_UNDER_REVIEW"))
    return replace(parts, target=target, nontarget=nontarget, new=new)


def _by_size(parts: Parts, course: Course) -> Component:
    policy = course.policy
    percent = policy.volumetric_pr_percent if policy.measure == "volume" else policy.pr_percent
    if parts.sum is None or course.base is None or parts.n_assessed < len(course.followup.targets):
        return Component("NE", ("BASELINE_INCOMPLETE",) if course.base is None else ())
    if has_shrunk(parts.sum, course.base, percent):
        return Component("PR", ("SUM_DOWN",))
    return Component("SD", ("SUM_STABLE",))
