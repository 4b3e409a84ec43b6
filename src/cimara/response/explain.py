"""A result row in words: what was called, for what reasons with which numbers, by which rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cimara.response.policy import Policy
from cimara.response.rows import TimepointRow
from cimara.response.sizes import millimetres, percent_change
from cimara.response.tables import component_rules

RANO = ("rano_bm", "irano")
VOLUME_RULE = "VOL-1"
"""The rule behind every call on volumes: their thresholds are not those of the target rules."""
_DECIDES = ("T1", "T3", "T4", "T5", "T6")


@dataclass(frozen=True, slots=True)
class Reason:
    """One code of the closed vocabulary: its sentence, and the component rule behind it.

    `volume` is the sentence where volumes are in the sum, if it is another one.
    """

    code: str
    sentence: str
    rule: str
    volume: str


@cache
def reasons() -> Mapping[str, Reason]:
    """Every reason that a row may give, by code."""
    known = _data()["reasons"]
    return {
        code: Reason(code, item["sentence"], item["rule"], item.get("volume", item["sentence"]))
        for code, item in known.items()
    }


@cache
def sources() -> Mapping[str, str]:
    """Citation keys and how a sentence names them."""
    return {key: str(name) for key, name in _data()["sources"].items()}


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("cimara.response") / "reasons.toml").read_text(encoding="utf-8"))


def explain(row: TimepointRow, policy: Policy | None = None) -> str:
    """One sentence on one row, as for a report; then the rule and its source.

    The rule named is that of the decisive part where there is one, otherwise that of the decision table.
    """
    sentences = [_sentence(reason, row, policy) for reason in row.reasons]
    rule_id, citation = decisive_rule(row)
    because = " and ".join(sentences) or "nothing to say of any part"
    return f"{row.response}: {because}. Rule {rule_id}, {sources().get(citation, citation)}."


def decisive_rule(row: TimepointRow) -> tuple[str, str]:
    """The component rule of the first reason that names one, else the row's own, with its citation."""
    family = "RBM" if row.criterion in RANO else "R11"
    own_rule = row.rule_id in ("RBM-O2", "R11-O2", "RBM-O12", "R11-O7", "R11-O6", "R11-O4", "RBM-O9")
    for reason in row.reasons if own_rule else ():
        known = reasons().get(reason.split(":", 1)[0])
        if known is not None and known.rule in _DECIDES and row.measure == "volume":
            return VOLUME_RULE, component_rules()[VOLUME_RULE].citation
        if known is not None and known.rule in _DECIDES:
            rule = component_rules()[f"{family}-{known.rule}"]
            return rule.rule_id, rule.citation
    return row.rule_id, row.citation


def _sentence(reason: str, row: TimepointRow, policy: Policy | None) -> str:
    code, _, arguments = reason.partition(":")
    known = reasons().get(code)
    if known is None:
        return code
    first, _, second = arguments.rpartition(",")
    has_pair = bool(first) and second.isdigit()
    words = {
        "lesion": first if has_pair else arguments,
        "size": _tenths(second if has_pair else arguments),
        "unit": "mm3" if row.measure == "volume" else "mm",
        "sum": _size(row.sum, row.measure),
        "base": _size(row.base_sum, row.measure),
        "nadir": _size(row.nadir_sum, row.measure),
        "nadir_visit": row.nadir_visit,
        "pct_base": _percent(row.sum, row.base_sum),
        "pct_nadir": _percent(row.sum, row.nadir_sum),
        "rise": _size((row.sum or 0) - (row.nadir_sum or 0), row.measure),
        "minimum": millimetres(50 if policy is None else policy.pd_min_increase),
        "minimum_volume": _least_volume(policy),
        "n_assessed": str(row.n_assessed),
        "n_targets": str(row.n_targets),
    }
    return (known.volume if row.measure == "volume" else known.sentence).format_map(words)


def _least_volume(policy: Policy | None) -> str:
    least = None if policy is None else policy.volumetric_abs_increase_mm3
    return "the policy asks" if least is None else f"{least} mm3"


def _tenths(text: str) -> str:
    return millimetres(int(text)) if text.isdigit() else text


def _size(size: int | None, measure: str) -> str:
    if size is None:
        return "unknown"
    if measure == "volume":
        return str(size)
    return f"-{millimetres(-size)}" if size < 0 else millimetres(size)


def _percent(now: int | None, reference: int | None) -> str:
    change = None if now is None else percent_change(now, reference)
    return "unknown" if change is None else f"{change:+.1f}"
