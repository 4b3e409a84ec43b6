"""A policy: every choice that a response depends on, named, checked and hashed.

What each field means, may hold and rests on is data (`policy_presets/fields.toml`); a preset is what it
changes (`policy_presets/presets.toml`).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from cimara.response.tables import digests
from cimara.terms.errors import CimaraError

FieldValue = str | int | bool | None


class PolicyError(CimaraError):
    """A policy field that does not exist, or a value that it may not hold."""


@dataclass(frozen=True)
class PolicyField:
    """One field as data: type, default, what it may hold, why it is there, on whose word."""

    name: str
    type: str
    default: FieldValue
    allowed: tuple[str, ...]
    minimum: int
    maximum: int
    reason: str
    citation: str
    status: str

    @property
    def expectation(self) -> str:
        """What the field may hold, in words."""
        if self.type == "word":
            return " or ".join(self.allowed)
        if self.type == "bool":
            return "true or false"
        if self.type == "text":
            return "a text"
        whole = f"a whole number from {self.minimum} to {self.maximum}"
        return f"{whole}, or none" if self.type == "int?" else whole

    def accepts(self, value: object) -> bool:
        """Whether the field may hold `value`."""
        if self.type in ("word", "text"):
            return isinstance(value, str) and (self.type == "text" or value in self.allowed)
        if self.type == "bool":
            return isinstance(value, bool)
        if value is None:
            return self.type == "int?"
        return isinstance(value, int) and not isinstance(value, bool) and self._in_range(value)

    def _in_range(self, value: int) -> bool:
        return self.minimum <= value <= self.maximum


@cache
def policy_fields() -> Mapping[str, PolicyField]:
    """Every field of a policy by name, in the order of the data file."""
    return {
        name: PolicyField(
            name=name,
            type=item["type"],
            default=item.get("default"),
            allowed=tuple(item.get("allowed", ())),
            minimum=item.get("minimum", 0),
            maximum=item.get("maximum", 0),
            reason=item["reason"],
            citation=item["citation"],
            status=item["status"],
        )
        for name, item in _data("fields.toml").items()
    }


@cache
def preset_names() -> tuple[str, ...]:
    """Names of the presets."""
    return tuple(_data("presets.toml"))


@dataclass(frozen=True)
class Policy:
    """Every choice that a response depends on. Sizes in tenths of mm, times in days.

    Raises PolicyError for a value that a field may not hold.
    """

    criterion: str = "recist11"
    label: str = "RECIST 1.1"
    compartment: str = "ANY"
    imaging_only: bool = False
    measure: str = "ld"
    target_source: str = "given"
    measurability: str = "report"
    min_ld: int = 100
    min_perp: int = 0
    min_slices: int = 1
    max_slice: int = 50
    node_target_min: int = 150
    node_normal_below: int = 100
    max_targets: int = 5
    max_per_organ: int = 2
    treated_lesion_as_target: str = "if_progressed"
    baseline_window_days: int = 28
    too_small_value: int = 50
    too_small_volume: int = 65
    pr_percent: int = 30
    pd_percent: int = 20
    pd_min_increase: int = 50
    pd_increase_of: str = "sum"
    lesion_increase_reference: str = "nadir_visit"
    volumetric_pr_percent: int = 65
    volumetric_pd_percent: int = 73
    volumetric_abs_increase_mm3: int | None = None
    allow_unverified_tables: bool = False
    nadir_from: str = "complete_visits"
    partial_targets: str = "pd_if_sufficient"
    pr_persistence: bool = True
    reappearance_after_cr: str = "pd_any"
    nt_partial: str = "ne"
    equivocal_new: str = "ignore_and_flag"
    new_lesion_counts: str = "until_absent"
    min_projections: int = 1
    immuno_new_lesion: str = "review"
    clinical_source: str = "reported"
    clinical_persistence_days: int = 7
    clinical_missing: str = "ne"
    steroid_missing: str = "ne"
    steroid_reference: str = "baseline"
    physiological_steroid_is_none: bool = True
    steroid_increase_no_decline: str = "ne"
    cr_on_steroids: str = "pr"
    nt_ne_with_target_response: str = "keep"
    antiangiogenic: str = "flag"
    pd_date_in_visit: str = "by_kind"
    response_date_in_visit: str = "last_scan"
    confirm_rule: str = "lookahead"
    confirm_days: int = 28
    confirm_max_ne: int = 1
    confirm_max_sd: int = 0
    cr_then_pr: str = "sd"
    report_first: str = "bor"
    min_sd_days: int = 42
    sd_from: str = "start"
    new_therapy_cut: bool = True
    irecist_min_confirm_days: int = 28
    irecist_late_days: int = 56
    irecist_growth: int = 50
    irecist_max_new: int = 5
    irecist_max_new_per_organ: int = 2
    irecist_new_unchanged_with_isd: str = "iupd"
    irano_window_days: int = 183
    irano_min_followup_days: int = 28
    irano_followup_from: int = 60
    irano_followup_to: int = 120
    pairing_days: int = 28
    lm_incomplete: str = "block"

    def __post_init__(self) -> None:
        for field in policy_fields().values():
            if not field.accepts(getattr(self, field.name)):
                raise PolicyError(
                    "value not allowed", where=f"policy field {field.name}", expected=field.expectation
                )

    @classmethod
    def preset(cls, name: str) -> Self:
        """The policy of one criterion, by its name."""
        presets = _data("presets.toml")
        if name not in presets:
            raise PolicyError(
                f"unknown preset {name!r}", expected=" or ".join(presets), hint=_close(name, presets)
            )
        return cls(**presets[name])

    @classmethod
    def from_toml(cls, source: str | Path) -> Self:
        """A policy from a TOML file, or from its text: `preset = "rano_bm"`, then an `[override]` table."""
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
        where = str(source) if isinstance(source, Path) else "policy text"
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"not TOML: {error}", where=where) from error
        unknown = set(data) - {"preset", "override"}
        if (
            unknown
            or not isinstance(data.get("preset"), str)
            or not isinstance(data.get("override", {}), dict)
        ):
            raise PolicyError(
                "not a policy", where=where, expected='`preset = "..."` and a table `[override]`'
            )
        return cls.preset(data["preset"]).replace(**_nones(data.get("override", {})))

    def replace(self, **changes: FieldValue) -> Self:
        """The same policy with some fields changed; an unknown field is an error."""
        for name in changes:
            if name not in policy_fields():
                raise PolicyError(
                    f"unknown policy field {name!r}",
                    expected=", ".join(policy_fields()),
                    hint=_close(name, policy_fields()),
                )
        return replace(self, **changes)  # type: ignore[arg-type]  # __post_init__ checks each value

    def to_toml(self) -> str:
        """The policy as the TOML that `from_toml` reads: the nearest preset and what differs from it."""
        nearest = min(preset_names(), key=lambda name: len(self.differences(Policy.preset(name))))
        lines = [f'preset = "{nearest}"', "", "[override]"]
        for name, (own, _) in self.differences(Policy.preset(nearest)).items():
            lines.append(f"{name} = {_toml(own)}")
        return "\n".join(lines) + "\n"

    def differences(self, other: Policy) -> dict[str, tuple[FieldValue, FieldValue]]:
        """Fields in which two policies differ, with this one's value and the other's."""
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in policy_fields())
        return {name: (own, others) for name, own, others in pairs if own != others}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all fields and of the decision tables that the criterion uses, as hexadecimal."""
        content = {
            "fields": {field.name: getattr(self, field.name) for field in fields(self)},
            "tables": digests(self.criterion),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def is_rano(self) -> bool:
        """Whether clinical state and steroids take part (RANO-BM and iRANO)."""
        return self.criterion in ("rano_bm", "irano")

    def describe(self) -> str:
        """A Markdown table for the analysis plan: field, value, allowed, reason, source, status."""
        lines = [
            f"Policy {self.label}, SHA-256 {self.hash}",
            "",
            "| field | value | allowed | reason | source | status |",
            "|---|---|---|---|---|---|",
        ]
        for field in policy_fields().values():
            value = _toml(getattr(self, field.name)).strip('"')
            told = (field.name, value, field.expectation, field.reason, field.citation, field.status)
            lines.append(f"| {' | '.join(told)} |")
        return "\n".join(lines) + "\n"


@cache
def _data(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("cimara.response") / "policy_presets" / name).read_text(encoding="utf-8"))


def _close(name: str, known: Mapping[str, object]) -> str | None:
    near = get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else None


def _toml(value: FieldValue) -> str:
    """A value as TOML writes it; TOML has no null, so none is a word."""
    return '"none"' if value is None else json.dumps(value, ensure_ascii=False)


def _nones(override: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    known = policy_fields()
    return {
        name: None if value == "none" and name in known and known[name].type == "int?" else value
        for name, value in override.items()
    }
