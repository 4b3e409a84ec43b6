"""Whose trial it is: blood cancers and primary CNS tumours have no brain metastases to decide about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cimara.terms.tumour import TumourFamily, family_of_condition

_NOT_METASTATIC = (TumourFamily.BLOOD, TumourFamily.PRIMARY_CNS)
_BRAIN_TUMOUR = re.compile(
    r"\b(?:brain|cns|central nervous system|intracranial|spinal cord)\b.{0,20}"
    r"\b(?:tumou?rs?|neoplasms?|cancers?|malignanc)"
    r"|\bneuro-?oncolog",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"leptomening|meninge|meningitis", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)")


def has_no_metastases(title: str, conditions: Sequence[str]) -> bool:
    """True when every condition that names a tumour is a blood cancer or a primary CNS tumour.

    A condition that names no tumour ("Graft vs Host Disease") doesn't count, nor does leptomeningeal
    spread, which both kinds have; with no tumour among the conditions the title decides.
    """
    families = [family for condition in conditions if (family := _family(condition)) is not None]
    if not families:
        return not _BESIDE.search(title) and _family(_BRACKETS.sub(" ", title)) in _NOT_METASTATIC
    return all(family in _NOT_METASTATIC for family in families)


@lru_cache(maxsize=20_000)
def _family(condition: str) -> TumourFamily | None:
    if _BESIDE.search(condition):
        return None
    if "metasta" not in condition.lower() and _BRAIN_TUMOUR.search(condition):
        return TumourFamily.PRIMARY_CNS
    return family_of_condition(condition)
