"""What FHIR codes mean here: tumours, brain sites, spread to the CNS, drugs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from cimara.terms.tumour import ANY_CANCER, ANY_SOLID, classify, is_within
from cimara.trials.fhir.resource import Coding

_NOT_PRIMARIES = frozenset(
    {ANY_CANCER, ANY_SOLID, "brain_metastases", "leptomeningeal_disease", "brain_tumour"}
)
_SPREAD = re.compile(r"metasta|secondary|carcinomatosis|carcinomatous|leptomening")
_BRAIN = re.compile(
    r"\bbrain|cerebr|cerebell|intracranial|frontal lobe|temporal lobe|parietal lobe|occipital lobe"
)
_MENINGES = re.compile(r"mening")
_SRS = re.compile(r"radiosurg|stereotactic|gamma ?knife|cyber ?knife|\bsrs\b|\bsrt\b")
_ALTERATION = re.compile(r"(?:[pc]\.)?[a-z]{0,3}\*?\d{1,4}(?:[_-][a-z]{0,3}\d{1,4})?(?:[a-z]{1,3}|\*|%|\+)?")
"""Such as l858r, p.val600glu, e746_a750del, 19, 80%, 3+."""
_BETWEEN_WORDS = re.compile(r"[\s,;:/()<>=≥≤~+-]+")
_WBRT = re.compile(r"whole[- ]brain|\bwbrt\b|\bhippocampal avoid")


@cache
def codes() -> Mapping[str, Any]:
    """The whole table of `codes.toml`."""
    return tomllib.loads(files("cimara.trials.fhir").joinpath("codes.toml").read_text("utf-8"))


def of_system(found: Iterable[Coding], system: str) -> list[str]:
    """The codes of one system, such as `snomed`."""
    addresses = codes()["systems"][system]
    return [one.code for one in found if one.system in addresses]


def is_spread(found: list[Coding], told: str) -> bool:
    """True for a secondary cancer, by code or by words."""
    prefixes = tuple(codes()["secondary"]["prefixes"])
    by_code = any(code.startswith(prefixes) for code in of_system(found, "icd10"))
    return by_code or "94225005" in of_system(found, "snomed") or bool(_SPREAD.search(told))


def spread_site(found: list[Coding], told: str, site: str) -> str | None:
    """Where in the CNS a secondary cancer is: `brain`, `meninges`, `meninges_suspected` or None."""
    table = codes()["secondary"]
    snomed, icd10 = of_system(found, "snomed"), of_system(found, "icd10")
    for place in ("brain", "meninges", "meninges_suspected"):
        if set(snomed) & set(table[place]["snomed"]) or set(icd10) & set(table[place]["icd10"]):
            return place
    where = f"{told} ; {site}"
    if _MENINGES.search(where):
        return "meninges"
    return "brain" if _BRAIN.search(where) else None


def is_brain(found: list[Coding], told: str) -> bool:
    """True for a body site within the brain."""
    return bool(set(of_system(found, "snomed")) & set(codes()["brain_site"]["snomed"]) or _BRAIN.search(told))


def radiotherapy_kind(told: str) -> str | None:
    """`srs` or `wbrt` when the words of technique, volume or name say so; both or neither give None."""
    srs, wbrt = bool(_SRS.search(told)), bool(_WBRT.search(told))
    return None if srs == wbrt else "srs" if srs else "wbrt"


def tumour_of(found: list[Coding], told: str, histology: list[Coding], histology_told: str) -> str | None:
    """The tumour of a primary cancer: by code, else by words, made narrower by its histology."""
    wide = _by_code(found) or _by_words(told)
    narrow = _by_morphology(wide, histology) or _by_words(f"{histology_told} of {wide}" if wide else "")
    return narrow if narrow and wide and is_within(narrow, wide) else wide


def _by_code(found: list[Coding]) -> str | None:
    for code in of_system(found, "snomed"):
        if code in codes()["snomed_primary"]:
            return str(codes()["snomed_primary"][code])
    table = codes()["icd10_primary"]
    for code in of_system(found, "icd10"):
        prefixes = sorted((one for one in table if code.startswith(one)), key=len)
        if prefixes:
            return str(table[prefixes[-1]])
    return None


def _by_words(told: str) -> str | None:
    named = {one for part in told.split(" ; ") for one in classify([part])} - _NOT_PRIMARIES
    narrowest = [one for one in named if not any(other != one and is_within(other, one) for other in named)]
    return narrowest[0] if len(narrowest) == 1 else None


def _by_morphology(wide: str | None, histology: list[Coding]) -> str | None:
    kinds = codes()["morphology"].get(wide, {})
    for one in histology:
        for kind, morphologies in kinds.items():
            if one.code[:4] in morphologies:
                return str(kind)
    return None


def steroid_of(found: list[Coding], told: str) -> str | None:
    """The corticosteroid that a medication is; the longest name first, since one holds another."""
    table = codes()["steroid"]
    for name in sorted(table, key=len, reverse=True):
        if name in told or set(of_system(found, "rxnorm")) & set(table[name]):
            return str(name)
    return None


def antiseizure_of(told: str) -> str | None:
    """The antiseizure drug that a medication is."""
    return next((name for name in codes()["antiseizure"]["names"] if name in told), None)


def marker_of(told: str) -> str | None:
    """The gene or protein that a tumour marker test is about, as trials write it."""
    for name, said in codes()["markers"].items():
        if any(part in told for part in said):
            return str(name).upper()
    return None


def is_result(told: str) -> bool:
    """True when every word is one that the result of a tumour marker test is told in."""
    known = codes()["result"]["words"]
    parts = [part for part in _BETWEEN_WORDS.split(told) if part]
    return bool(parts) and all(part in known or _ALTERATION.fullmatch(part) for part in parts)
