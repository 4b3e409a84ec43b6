"""Opens a bundle within its limits: resources by place, references inside it, identifiers counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from cimara.trials.fhir.bundle_error import MAX_BYTES, MAX_DEPTH, MAX_ENTRIES, BundleError, BundleFault
from cimara.trials.fhir.resource import Resource, mapping, mappings, said

IDENTIFYING = frozenset(
    {
        "identifier",
        "name",
        "address",
        "telecom",
        "contact",
        "photo",
        "birthDate",
        "text",
        "note",
        "maritalStatus",
    }
)
"""Elements that may tell who someone is: counted where they stand at the top of a resource, never kept."""
MAX_DIGITS = 15
_OTHER_VERSIONS = frozenset(
    {"MedicationOrder", "DiagnosticOrder", "BodySite", "ProcedureRequest", "ReferralRequest", "Conformance"}
)
"""Resource types of DSTU2 and STU3 that R4 no longer has."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The resources of a bundle, and where each reference leads."""

    resources: tuple[Resource, ...]
    by_address: Mapping[str, Resource]

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Resources of some types, in the order of the bundle."""
        return (one for one in self.resources if one.type in types)

    def resolve(self, reference: Any, within: Resource) -> Resource | None:
        """The resource that a reference leads to, inside the bundle only."""
        address = said(mapping(reference).get("reference"))
        if address.startswith("#"):
            return self._contained(address[1:], within)
        return self.by_address.get(address) or self.by_address.get("/".join(address.split("/")[-2:]))

    def _contained(self, name: str, within: Resource) -> Resource | None:
        for place, body in enumerate(mappings(within.body.get("contained"))):
            if body.get("id") == name:
                return Resource(said(body.get("resourceType")), f"{within.place}.{place}", body)
        return None


def open_bundle(source: bytes | str | Mapping[str, Any]) -> Opened:
    """The bundle's resources.

    Raises
    ------
    BundleError
        When it isn't JSON, isn't a bundle, is of another FHIR version, is above 2 MB, 5,000 entries or 32
        levels, or is about more than one person.
    """
    bundle = _decoded(source)
    if bundle.get("resourceType") != "Bundle":
        raise BundleError(BundleFault.NOT_A_BUNDLE)
    entries = mappings(bundle.get("entry"))
    if len(entries) > MAX_ENTRIES:
        raise BundleError(BundleFault.TOO_MANY_ENTRIES)
    bodies = [(place, entry, mapping(entry.get("resource"))) for place, entry in enumerate(entries)]
    resources: list[Resource] = []
    by_address: dict[str, Resource] = {}
    for place, entry, body in bodies:
        resource = Resource(said(body.get("resourceType")), str(place), body)
        resources.append(resource)
        for address in (said(entry.get("fullUrl")), f"{resource.type}/{said(body.get('id'))}"):
            if address and not address.endswith("/"):
                by_address.setdefault(address, resource)
                by_address.setdefault("/".join(address.split("/")[-2:]), resource)
    _check_version(bundle, resources)
    if sum(one.type == "Patient" for one in resources) > 1:
        raise BundleError(BundleFault.SEVERAL_PATIENTS)
    return Opened(tuple(resources), by_address)


def _decoded(source: bytes | str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        _check_depth(source)
        try:
            source = json.dumps(source)
        except (TypeError, ValueError):
            raise BundleError(BundleFault.NOT_JSON) from None
    if len(source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source) > MAX_BYTES:
        raise BundleError(BundleFault.TOO_LARGE)
    try:
        found = json.loads(source, parse_constant=_not_json, parse_int=_number)
    except RecursionError:
        raise BundleError(BundleFault.TOO_DEEP) from None
    except ValueError:
        raise BundleError(BundleFault.NOT_JSON) from None
    _check_depth(found)
    if not isinstance(found, dict):
        raise BundleError(BundleFault.NOT_A_BUNDLE)
    return found


def _not_json(constant: str) -> NoReturn:
    """NaN and infinity, which Python reads, aren't JSON."""
    raise ValueError(constant)


def _number(digits: str) -> int | float:
    """A whole number; one of more digits than any quantity has is a float, maybe an infinite one."""
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for one in level for inner in _inner(one)]
        if not level:
            return
    raise BundleError(BundleFault.TOO_DEEP)


def _inner(value: Any) -> list[Any]:
    held = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [one for one in held if isinstance(one, (Mapping, list))]


def _check_version(bundle: Mapping[str, Any], resources: list[Resource]) -> None:
    told = said(bundle.get("fhirVersion"))
    other = bool(told) and not told.startswith("4.")
    # R5 wraps the drug of a request in `medication`; R4 has medicationCodeableConcept or -Reference.
    r5 = any("medication" in one.body for one in resources if one.type == "MedicationRequest")
    if other or r5 or any(one.type in _OTHER_VERSIONS for one in resources):
        raise BundleError(BundleFault.WRONG_VERSION)


def identifiers_of(opened: Opened) -> Counter[str]:
    """How many identifying elements the bundle holds, by kind; resource ids count as `id`."""
    found: Counter[str] = Counter()
    for resource in opened.resources:
        for key in IDENTIFYING & resource.body.keys():
            held = resource.body[key]
            found[key] += len(held) if isinstance(held, list) else 1
        found["id"] += "id" in resource.body
    return +found


def dangling_references(opened: Opened) -> Iterator[str]:
    """Elements, such as `Condition[3].subject`, whose reference leads to nothing in the bundle."""
    for resource in opened.resources:
        for element, value in resource.body.items():
            if element == "contained":
                continue
            for reference in _references(value):
                if opened.resolve(reference, resource) is None:
                    yield f"{resource.label}.{element}"


def _references(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("reference"), str):
            yield value
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
