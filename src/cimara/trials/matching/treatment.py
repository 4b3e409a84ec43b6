"""Earlier treatment, antiseizure drugs, seizures and bleeding: a trial's rules against a person's facts."""

from __future__ import annotations

from datetime import date

from cimara.terms.cns import BrmPolicy, CnsState
from cimara.trials.eligibility.model import Allowance, Antiseizure, LocalTherapy
from cimara.trials.matching.case import Case, decide, over_states
from cimara.trials.matching.facts import CnsFacts, Seizures
from cimara.trials.matching.intervals import srs_date, wbrt_date
from cimara.trials.matching.reading import Never
from cimara.trials.verdict import Criterion

ENZYME_INDUCERS = frozenset(
    {"carbamazepine", "phenytoin", "fosphenytoin", "phenobarbital", "phenobarbitone", "primidone"}
)
"""Antiseizure drugs that are strong or moderate inducers of CYP3A (FDA, table of inducers)."""
NOT_INDUCERS = frozenset(
    {
        "levetiracetam",
        "brivaracetam",
        "lacosamide",
        "valproate",
        "valproic acid",
        "sodium valproate",
        "divalproex",
        "lamotrigine",
        "gabapentin",
        "pregabalin",
        "zonisamide",
        "clonazepam",
        "diazepam",
        "lorazepam",
        "ethosuximide",
        "tiagabine",
        "vigabatrin",
    }
)
"""Drugs without clinically relevant induction; those on neither list are left to a check."""


def had_local_therapy(facts: CnsFacts) -> bool | None:
    """SRS, WBRT or surgery: True when one is known, False when all are known not to have been."""
    known = (srs_date(facts), wbrt_date(facts), facts.last_surgery)
    if facts.had_wbrt or isinstance(facts.last_brain_rt, date) or any(isinstance(one, date) for one in known):
        return True
    return False if all(one is Never.NEVER for one in known) else None


_LET_UNTREATED_IN = (BrmPolicy.ACTIVE_ALLOWED, BrmPolicy.REQUIRED)


def prior_local_therapy(case: Case) -> Criterion | None:
    """Local therapy that the trial asks for, or must not have been given to the target lesion.

    A trial that lets untreated metastases in asks for therapy of some people only, so that there it is
    not compared.
    """
    rule = case.fields.prior_local_therapy
    if rule in (None, LocalTherapy.OPTIONAL):
        return None
    if rule is LocalTherapy.REQUIRED and case.eligibility.brm_policy in _LET_UNTREATED_IN:
        return None
    return over_states(case, _local_therapy_cell, "MATCH/prior_local_therapy/unknown")


def _local_therapy_cell(case: Case, state: CnsState) -> Criterion | None:
    if state is CnsState.NONE_KNOWN:
        return None
    had, rule = had_local_therapy(case.facts), case.fields.prior_local_therapy
    if had is None and state in (CnsState.TREATED_STABLE, CnsState.PROGRESSING_AFTER_LOCAL):
        had = True
    if had is None:
        row = "unknown"
    elif rule is LocalTherapy.FORBIDDEN:
        row = f"forbidden/{'had' if had else 'never'}"
    else:
        row = "had" if had else "not_had"
    return decide(
        f"MATCH/prior_local_therapy/{row}",
        requirement=rule,
        fact={True: "had", False: "none", None: None}[had],
        evidence=case.evidence(("prior_local_therapy",)),
        days=case.fields.stable_days,
    )


def prior_wbrt(case: Case) -> Criterion | None:
    """Earlier whole-brain radiotherapy where the trial excludes it."""
    if case.fields.prior_wbrt is not Allowance.EXCLUDED:
        return None
    last = wbrt_date(case.facts)
    if last is Never.NEVER:
        row = "never"
    elif last is not None or case.facts.had_wbrt:
        row = "had"
    else:
        row = "kind_not_known" if isinstance(case.facts.last_brain_rt, date) else "unknown"
    if row == "unknown" and case.person.states == {CnsState.NONE_KNOWN}:
        return None
    fact = {"never": "none", "had": "had"}.get(row)
    evidence = case.evidence(("prior_wbrt",))
    return decide(f"MATCH/prior_wbrt/{row}", requirement="excluded", fact=fact, evidence=evidence)


def antiseizure(case: Case) -> Criterion | None:
    """Antiseizure drugs against the trial's rule on them."""
    rule, drugs = case.fields.antiseizure, case.profile.antiseizure_drugs
    if rule is None:
        return None
    if drugs is None:
        row = "unknown"
    elif not drugs:
        row = "none_taken"
    else:
        row = {Antiseizure.NONE: "taken", Antiseizure.STABLE: "stable"}.get(rule) or _induction(drugs)
    return decide(
        f"MATCH/antiseizure/{row}",
        requirement=rule.value,
        fact=None if drugs is None else ", ".join(drugs) or "none",
        evidence=case.evidence(("antiseizure",)),
        drug="enzyme-inducing antiseizure drug" if row == "inducer" else "antiseizure drug",
    )


def _induction(drugs: tuple[str, ...]) -> str:
    names = {drug.casefold().strip() for drug in drugs}
    if names & ENZYME_INDUCERS:
        return "inducer"
    return "no_inducer" if names <= NOT_INDUCERS else "weak_inducer"


def seizures(case: Case) -> Criterion | None:
    """Seizures where the trial asks for controlled ones."""
    if not case.fields.seizures_controlled:
        return None
    known = case.facts.seizures
    row = "unknown" if known is None else "uncontrolled" if known is Seizures.UNCONTROLLED else "none"
    evidence = case.evidence(("seizures_controlled",))
    return decide(f"MATCH/seizures/{row}", requirement="controlled", fact=known, evidence=evidence)


def haemorrhage(case: Case) -> Criterion | None:
    """Bleeding of a lesion where the trial excludes it."""
    if not case.fields.haemorrhage_excluded:
        return None
    known = case.facts.haemorrhage
    row = {None: "unknown", True: "present", False: "none"}[known]
    fact = None if known is None else row
    evidence = case.evidence(("haemorrhage_excluded",))
    return decide(f"MATCH/haemorrhage/{row}", requirement="excluded", fact=fact, evidence=evidence)
