"""Reads a profile from an mCODE bundle: by profile or by code, identifiers dropped, each step on account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cimara.trials.fhir.clinical import read_condition, read_patient, read_procedure
from cimara.trials.fhir.found import Account, BundleReading, UsedFact
from cimara.trials.fhir.medications import read_medication, settle_medications
from cimara.trials.fhir.observations import read_observation, settle_sizes
from cimara.trials.fhir.opened import Opened, dangling_references, identifiers_of, open_bundle
from cimara.trials.fhir.resource import Resource
from cimara.trials.matching.facts import Biomarker, CnsFacts
from cimara.trials.matching.profile import Profile

Reader = Callable[[Resource, Opened, Account], None]
READERS: Mapping[str, Reader] = {
    "Patient": read_patient,
    "Condition": read_condition,
    "Procedure": read_procedure,
    "Observation": read_observation,
    "MedicationRequest": read_medication,
    "MedicationAdministration": read_medication,
    "MedicationStatement": read_medication,
}
_HELD_BY_OTHERS = frozenset({"Medication", "BodyStructure"})


def read_bundle(bundle: bytes | str | Mapping[str, Any], as_of: date) -> BundleReading:
    """A profile on the day `as_of` from an FHIR R4 bundle, with an account of what was used and what wasn't.

    Raises
    ------
    BundleError
        When the bundle can't be opened; see `open_bundle`. Nothing within a bundle that opens is an error.
    """
    opened = open_bundle(bundle)
    account = Account(as_of)
    for resource in opened.resources:
        reader = READERS.get(resource.type)
        if reader is not None:
            reader(resource, opened, account)
        elif resource.type not in _HELD_BY_OTHERS:
            account.left(resource, "no fact of a profile comes from this type of resource")
    settle_sizes(account)
    settle_medications(account)
    values, used, clashes = account.settle()
    return BundleReading(
        profile=_profile(values, account),
        used=tuple(used),
        shown=tuple(account.shown),
        ignored=tuple(account.ignored),
        dropped_identifiers=dict(sorted(identifiers_of(opened).items())),
        unmapped=tuple(account.unmapped),
        clashes=tuple(clashes),
        dangling=tuple(dict.fromkeys(dangling_references(opened))),
    )


def _profile(values: Mapping[str, Any], account: Account) -> Profile:
    """The profile of the settled values; CNS facts are named `cns.…`."""
    cns = {name.removeprefix("cns."): value for name, value in values.items() if name.startswith("cns.")}
    own = {name: value for name, value in values.items() if "." not in name}
    return Profile(as_of=account.as_of, cns=CnsFacts(**cns), biomarkers=_biomarkers(account.shown), **own)


def _biomarkers(shown: list[UsedFact]) -> tuple[Biomarker, ...] | None:
    found: dict[str, Biomarker] = {}
    for one in shown:
        if one.field == "biomarker":
            gene, _, result = one.value.partition(": ")
            found[gene] = Biomarker(gene=gene, result=result[:60] or None)
    return tuple(found.values()) or None
