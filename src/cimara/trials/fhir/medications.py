"""Medications of a bundle: steroids with their daily dose where it can be told, and antiseizure drugs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cimara.trials.fhir.codes import antiseizure_of, steroid_of
from cimara.trials.fhir.found import Account
from cimara.trials.fhir.opened import Opened
from cimara.trials.fhir.resource import Resource, codings, mapping, mappings, said, words
from cimara.trials.matching.facts import SteroidDrug, Steroids

TAKEN = frozenset({"active", "in-progress", "on-hold"})
"""States in which a drug counts as taken; a finished course may have been followed by another."""
_DAYS = {"d": 1.0, "wk": 7.0, "h": 1 / 24}
MOST_MG = 2000.0
ANTISEIZURE = "antiseizure:"


def read_medication(resource: Resource, opened: Opened, account: Account) -> None:
    """One medication that is being taken."""
    concepts = _medication(resource, opened)
    found, told = codings(concepts), words(concepts)
    steroid, antiseizure = steroid_of(found, told), antiseizure_of(told)
    if steroid is None and antiseizure is None:
        account.left(resource, "a medication that no rule uses")
    elif resource.status() not in TAKEN:
        account.left(resource, f"a medication whose status is {resource.status() or 'not given'}")
    elif steroid is not None:
        dose = _daily_mg(resource)
        taken = Steroids(drug=SteroidDrug(steroid), mg_per_day=dose)
        note = None if dose is not None else "no daily dose can be told"
        account.found("steroids", taken, resource, resource.when(account.as_of), note)
    else:
        account.found(f"{ANTISEIZURE}{antiseizure}", antiseizure, resource, resource.when(account.as_of))


def _medication(resource: Resource, opened: Opened) -> list[Mapping[str, Any]]:
    concepts = mappings(resource.body.get("medicationCodeableConcept"))
    target = opened.resolve(resource.body.get("medicationReference"), resource)
    return [*concepts, *mappings(target.body.get("code"))] if target else concepts


def _daily_mg(resource: Resource) -> float | None:
    """Milligrams a day, when every part gives a dose in mg and how often it is taken."""
    listed = mappings(resource.body.get("dosageInstruction")) or mappings(resource.body.get("dosage"))
    parts = [_daily_mg_of(one) for one in listed if not one.get("asNeededBoolean")]
    known = [part for part in parts if part is not None]
    total = round(sum(known), 3)
    return total if known and len(known) == len(parts) and 0 < total <= MOST_MG else None


def _daily_mg_of(dosage: Mapping[str, Any]) -> float | None:
    doses = [mapping(one.get("doseQuantity")) for one in mappings(dosage.get("doseAndRate"))]
    dose = doses[0] if len(doses) == 1 else {}
    amount, unit = dose.get("value"), said(dose.get("code")) or said(dose.get("unit"))
    repeat = mapping(mapping(dosage.get("timing")).get("repeat"))
    times, period = repeat.get("frequency", 1), repeat.get("period")
    days = _DAYS.get(said(repeat.get("periodUnit")))
    if unit != "mg" or days is None or not all(map(_positive, (amount, times, period))):
        return None
    assert isinstance(amount, (int, float))
    assert isinstance(period, (int, float))
    return float(amount) * float(times) / (float(period) * days)


def _positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def settle_medications(account: Account) -> None:
    """All antiseizure drugs together; a list without one doesn't mean that none is taken."""
    names = [one for one in account.candidates if one.startswith(ANTISEIZURE)]
    taken = [account.candidates.pop(name)[0] for name in names]
    if taken:
        drugs = tuple(sorted(one.value for one in taken))
        sources = ", ".join(one.resource for one in taken)
        account.candidates["antiseizure_drugs"] = [replace(taken[0], value=drugs, day=None, resource=sources)]
