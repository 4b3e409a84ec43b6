"""The brain scan and the measurable disease that a trial asks for, against a person's."""

from __future__ import annotations

from datetime import date

from cimara.terms.cns import CnsState
from cimara.trials.eligibility.model import Allowance, BrainImaging
from cimara.trials.matching.case import Case, decide, over_states
from cimara.trials.matching.facts import ScanModality, Symptoms
from cimara.trials.matching.reading import Never
from cimara.trials.verdict import Criterion

FIELDS = ("brain_imaging", "imaging_window_days", "imaging_modality")


def imaging(case: Case) -> Criterion | None:
    """The last brain scan; never a reason to fail, since a new one can be made."""
    rule = case.fields.brain_imaging
    if rule is BrainImaging.NONE or (rule is BrainImaging.REQUIRED_IF_SYMPTOMS and _no_symptoms(case)):
        return None
    if rule is BrainImaging.REQUIRED_IF_HISTORY:
        return over_states(case, _history_cell, "MATCH/imaging/unknown")
    return _scan(case)


def _no_symptoms(case: Case) -> bool:
    return case.facts.symptoms is Symptoms.NONE


def _history_cell(case: Case, state: CnsState) -> Criterion | None:
    return None if state is CnsState.NONE_KNOWN else _scan(case)


def _scan(case: Case) -> Criterion:
    window, last = case.fields.imaging_window_days, case.facts.last_brain_scan
    if last is None:
        row = "unknown"
    elif last is Never.NEVER:
        row = "never"
    elif window is not None and isinstance(last, date) and case.days_since(last) > window:
        row = "old"
    else:
        row = "other_modality" if _other_modality(case) else "in_window"
    return decide(
        f"MATCH/imaging/{row}",
        requirement=case.fields.brain_imaging.value if window is None else f"within {window} d",
        fact=f"{case.days_since(last)} d" if isinstance(last, date) else last,
        evidence=case.evidence(FIELDS),
        days=window,
    )


def _other_modality(case: Case) -> bool:
    """True when the trial asks for MRI and the last scan was of another kind; an MRI serves for a CT."""
    asked, had = case.fields.imaging_modality or "", case.facts.scan_modality
    return "mri" in asked.casefold() and had not in (None, ScanModality.MRI)


def cns_only(case: Case) -> Criterion | None:
    """Measurable disease outside the brain, where the trial asks for it."""
    if case.fields.cns_only_disease is not Allowance.EXCLUDED:
        return None
    known = case.profile.extracranial_measurable
    row = {None: "unknown", True: "extracranial", False: "cns_only"}[known]
    fact = None if known is None else row
    evidence = case.evidence(("cns_only_disease", "cns_measurable_mm"))
    return decide(f"MATCH/cns_only/{row}", requirement="extracranial", fact=fact, evidence=evidence)
