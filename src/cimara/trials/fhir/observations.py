"""Observations of a bundle: performance status, size of brain lesions; genes and disease status are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cimara.trials.fhir.codes import codes, is_brain, is_result, marker_of, of_system
from cimara.trials.fhir.found import Account
from cimara.trials.fhir.opened import Opened
from cimara.trials.fhir.resource import Resource, codings, mapping, mappings, said, words

_FINAL = frozenset({"final", "amended", "corrected", "preliminary", ""})
_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
LONGEST_MM = 250.0
LONGEST_RESULT = 60
SIZE = "lesion:"


def read_observation(resource: Resource, opened: Opened, account: Account) -> None:
    """One observation, by its LOINC code or its profile."""
    if resource.status() not in _FINAL:
        account.left(resource, f"its status is {resource.status()}")
        return
    table, loinc = codes()["observation"], set(of_system(codings(resource.body.get("code")), "loinc"))
    if loinc & set(table["ecog"]) or resource.has_profile("ecog-performance-status"):
        _read_score(resource, account, "ecog", range(5))
    elif loinc & set(table["kps"]) or resource.has_profile("karnofsky-performance-status"):
        _read_score(resource, account, "kps", range(10, 101, 10))
    elif loinc & set(table["tumour_size"]) or resource.has_profile("tumor-size"):
        _read_size(resource, opened, account)
    elif loinc & set(table["disease_status"]) or resource.has_profile("cancer-disease-status"):
        account.show(resource, "disease_status", words(resource.body.get("valueCodeableConcept")))
    else:
        _read_marker(resource, account)


def _read_score(resource: Resource, account: Account, name: str, allowed: range) -> None:
    """A whole number; 0 is a value. Codes of LOINC's answer list count too."""
    answers = codes()["ecog_answer"]
    value = resource.body.get("valueInteger")
    quantity = mapping(resource.body.get("valueQuantity")).get("value")
    if value is None and isinstance(quantity, (int, float)) and float(quantity).is_integer():
        value = int(quantity)
    if value is None and name == "ecog":
        concepts = [resource.body.get("valueCodeableConcept"), resource.body.get("interpretation")]
        coded = [one.code for concept in concepts for one in codings(concept)]
        value = next((answers[code] for code in coded if code in answers), None)
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        account.left(resource, f"no {name.upper()} from {allowed.start} to {allowed[-1]} in it")
        return
    account.found(name, value, resource, resource.when(account.as_of))


def _read_size(resource: Resource, opened: Opened, account: Account) -> None:
    if not _of_brain(resource, opened):
        account.left(resource, "the size of a tumour that isn't known to lie in the brain")
        return
    longest = set(codes()["observation"]["longest_diameter"])
    for component in [resource.body, *mappings(resource.body.get("component"))]:
        if not longest & set(of_system(codings(component.get("code")), "loinc")):
            continue
        mm = _millimetres(mapping(component.get("valueQuantity")))
        if mm is None:
            account.left(resource, "a length without a unit of length")
        else:
            account.found(f"{SIZE}{_lesion(resource)}", mm, resource, resource.when(account.as_of))


def _of_brain(resource: Resource, opened: Opened) -> bool:
    sites: list[Any] = list(mappings(resource.body.get("bodySite")))
    for reference in [*mappings(resource.body.get("focus")), *mappings(resource.body.get("specimen"))]:
        target = opened.resolve(reference, resource)
        if target is None:
            continue
        sites += mappings(target.body.get("location"))
        sites += mappings(target.body.get("bodySite"))
        if target.type == "Condition":
            sites += mappings(target.body.get("code"))
    return is_brain(codings(sites), words(sites))


def _lesion(resource: Resource) -> str:
    """Tells lesions apart within one reading; it is replaced before anything leaves the reader."""
    focus = [said(one.get("reference")) for one in mappings(resource.body.get("focus"))]
    return "|".join(focus)


def _millimetres(quantity: Mapping[str, Any]) -> float | None:
    value = quantity.get("value")
    unit = said(quantity.get("code")) or said(quantity.get("unit"))
    if isinstance(value, bool) or not isinstance(value, (int, float)) or unit not in _MM:
        return None
    mm = round(float(value) * _MM[unit], 2)
    return mm if 0 < mm <= LONGEST_MM else None


def settle_sizes(account: Account) -> None:
    """The largest of the lesions, each at its latest measurement."""
    latest = []
    for name in [one for one in account.candidates if one.startswith(SIZE)]:
        listed = account.candidates.pop(name)
        latest.append(max(listed, key=lambda one: one.day.on if one.day else date.min))
    if latest:
        account.candidates["cns.largest_mm"] = [max(latest, key=lambda one: float(one.value))]


def _read_marker(resource: Resource, account: Account) -> None:
    """A gene or protein that was tested: shown, and quoted from trials that name it."""
    result = _result_told(resource)
    gene = _gene_studied(resource) or marker_of(words(resource.body.get("code")))
    if gene is None:
        account.left(resource, "an observation that no rule uses")
        return
    account.show(resource, "biomarker", f"{gene}: {result}" if result else gene)


def _result_told(resource: Resource) -> str:
    """The result by its code's display, else in words that only a result has.

    Free text may name a person, so other words than those of `codes.toml` aren't repeated.
    """
    concept = resource.body.get("valueCodeableConcept")
    shown = next((one.display for one in codings(concept) if one.display), "")
    texts = (
        shown,
        *(said(one.get("text")) for one in mappings(concept)),
        said(resource.body.get("valueString")),
    )
    tidy = (" ".join(text.casefold().split())[:LONGEST_RESULT].strip() for text in texts)
    return next((text for text in tidy if is_result(text)), "")


def _gene_studied(resource: Resource) -> str | None:
    wanted = set(codes()["observation"]["gene_studied"])
    for component in mappings(resource.body.get("component")):
        if wanted & set(of_system(codings(component.get("code")), "loinc")):
            shown = [one.display for one in codings(component.get("valueCodeableConcept")) if one.display]
            symbol = shown[0].strip() if len(shown) == 1 else ""
            if symbol and len(symbol) <= 30 and symbol.replace("-", "").isalnum():
                return symbol
    return None
