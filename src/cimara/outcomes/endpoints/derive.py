"""Derives an endpoint from facts, with the readable engine or the columnar one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import polars as pl

from cimara.outcomes.endpoints.case import Setting
from cimara.outcomes.endpoints.cognition import Reliability
from cimara.outcomes.endpoints.declines import with_declines
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.endpoints.matching import PatientFacts
from cimara.outcomes.endpoints.outcome import EXCLUSIONS, OUTCOMES, Derived, Exclusion, Outcome
from cimara.outcomes.endpoints.plan import Plan, plan_of
from cimara.outcomes.endpoints.reference import derive_patient, no_schedule, without_criterion
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.table import EndpointTable, table_of
from cimara.outcomes.endpoints.words import FactWord

ENGINES = ("columnar", "reference")
SHOWN = 5


def derive_endpoint(
    endpoint: Endpoint,
    facts: Facts,
    *,
    cut_date: dt.date | None = None,
    schedule: Schedule | None = None,
    engine: str = "columnar",
    allow_missing_criterion: bool = False,
    baseline_sd: Mapping[str, float] | None = None,
    reliability: Mapping[str, Reliability] | None = None,
) -> EndpointTable:
    """The endpoint of every patient (or lesion) of whom there is a fact.

    Facts after `cut_date` are not used. `schedule` (else the definition's own) gives the planned assessments.
    `baseline_sd` gives the standard deviation of each cognitive test at baseline (default: of `facts`).
    `reliability` gives the constants of the reliable-change index of each test.

    Raises
    ------
    DerivationError
        Missed visits asked for without a schedule; patients judged by another criterion only; facts made by
        a response policy other than the definition's.
    """
    if engine not in ENGINES:
        raise DerivationError(f"unknown engine; {nearest(engine, ENGINES)}", where="engine")
    plan = plan_of(endpoint)
    setting = Setting(cut_date, schedule or endpoint.schedule)
    if plan.missed is not None and setting.schedule is None:
        raise no_schedule("switch missed_visits")
    _same_policies(endpoint, facts)
    if any(one.rule.fact is FactWord.COGNITIVE_DECLINE for one in plan.events):
        facts = with_declines(
            endpoint,
            facts,
            engine=engine,
            cut_date=cut_date,
            baseline_sd=baseline_sd,
            reliability=reliability,
        )
    derived = _columnar(plan, facts, setting) if engine == "columnar" else _reference(plan, facts, setting)
    if derived.missing_criterion and not allow_missing_criterion:
        raise _missing_criterion(derived.missing_criterion)
    return table_of(plan, facts, derived, cut_date)


def _reference(plan: Plan, facts: Facts, setting: Setting) -> Derived:
    outcomes: list[Outcome] = []
    exclusions: list[Exclusion] = []
    missing: list[str] = []
    others = 0
    for patient_id, rows in facts.by_patient():
        patient = PatientFacts(patient_id, rows)
        others += len(rows) - len(patient.of_evaluator(plan.endpoint.evaluator))
        made = list(derive_patient(plan, patient, setting))
        outcomes += [one for one in made if isinstance(one, Outcome)]
        exclusions += [one for one in made if isinstance(one, Exclusion)]
        analysed = any(isinstance(one, Outcome) for one in made)
        if analysed and without_criterion(plan, patient.of_evaluator(plan.endpoint.evaluator)):
            missing.append(patient_id)
    return Derived(
        pl.DataFrame([dataclasses.astuple(one) for one in outcomes], schema=OUTCOMES, orient="row"),
        pl.DataFrame([dataclasses.astuple(one) for one in exclusions], schema=EXCLUSIONS, orient="row"),
        tuple(missing),
        others,
    )


def _columnar(plan: Plan, facts: Facts, setting: Setting) -> Derived:
    from cimara.outcomes.endpoints.columnar import derive_all

    return derive_all(plan, facts.index, setting)


def _missing_criterion(patients: tuple[str, ...]) -> DerivationError:
    return DerivationError(
        f"{len(patients)} patients have responses, but none by the criterion of the definition",
        expected="responses by the definition's criterion",
        hint="Derive them, or say allow_missing_criterion=True; the report then counts these patients.",
    )


def _same_policies(endpoint: Endpoint, facts: Facts) -> None:
    """Refuse facts of a response policy that has the definition's name and other settings."""
    from cimara.outcomes.endpoints.fingerprint import policy_hashes

    known = facts.policy_hashes
    for judged, hash_wanted in policy_hashes(endpoint).items():
        found = known.get(judged, frozenset())
        if found and found != {hash_wanted}:
            raise DerivationError(
                f"facts were made by a {judged} policy with other settings than the definition's",
                expected=f"policy {hash_wanted[:16]}",
                hint="Derive the responses again with the definition's policy.",
            )
