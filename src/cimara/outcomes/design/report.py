"""What a design prints: its numbers, formula, assumptions, warnings, and the analysis that will run it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cimara.outcomes.design.endpoints import Measured
from cimara.outcomes.endpoints.definition import Endpoint

Number = float | int | str


class DesignConcern(StrEnum):
    """What a planner should mend or know before the protocol is signed."""

    VISITS_FAR_APART = "VISITS_FAR_APART"
    UNEQUAL_SCHEDULES = "UNEQUAL_SCHEDULES"
    DEATH_COMPETES = "DEATH_COMPETES"
    FEW_EVENTS = "FEW_EVENTS"
    CAUSE_UNKNOWN = "CAUSE_UNKNOWN"
    BELOW_LIMIT = "BELOW_LIMIT"
    SAWTOOTH = "SAWTOOTH"
    UNVERIFIED = "UNVERIFIED"


@dataclass(frozen=True, slots=True)
class DesignWarning:
    """One thing that may spoil the trial."""

    code: DesignConcern
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True, slots=True)
class AnalysisEntry:
    """One analysis that the design asks for: what, of which kind, and the further keys of its plan entry.

    `after` counts back to the entry whose test must have rejected first.
    """

    measured: Measured
    kind: str
    keys: tuple[tuple[str, object], ...]
    primary: bool = True
    after: int | None = None

    def with_keys(self, **keys: object) -> AnalysisEntry:
        """The entry with keys added, or replaced where it has them."""
        return replace(self, keys=tuple({**dict(self.keys), **keys}.items()))


def analysis_entry(measured: Measured, kind: str, **keys: object) -> AnalysisEntry:
    """A primary analysis; keys whose value is None are left out."""
    return AnalysisEntry(measured, kind, tuple(item for item in keys.items() if item[1] is not None))


@dataclass(frozen=True)
class DesignReport:
    """A design in full: named numbers, formulas with their source, assumptions, warnings, analyses."""

    title: str
    measured: Measured
    numbers: tuple[tuple[str, Number], ...]
    formulas: tuple[str, ...]
    assumptions: tuple[str, ...]
    entries: tuple[AnalysisEntry, ...]
    warnings: tuple[DesignWarning, ...] = ()
    table: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self.lines())

    @property
    def analysis(self) -> str:
        """TOML that the analysis plan takes as it is (statistics.md, section 5)."""
        return plan_text(self.entries)

    def lines(self) -> list[str]:
        """The report as lines of text."""
        width = max(len(name) for name, _ in self.numbers)
        return [
            self.title,
            f"  {named(self.measured)}",
            "",
            *(f"  {name:<{width}}  {printed(value)}" for name, value in self.numbers),
            *_part("Table", self.table),
            *_part("Formula", self.formulas),
            *_part("Assumes", [f"- {one}" for one in self.assumptions]),
            *_part("Warnings", [str(one) for one in self.warnings]),
            *_part("Analysis plan entry", self.analysis.splitlines()),
        ]


def _part(heading: str, lines: list[str] | tuple[str, ...]) -> list[str]:
    return ["", heading, *(f"  {line}".rstrip() for line in lines)] if lines else []


def named(measured: Measured) -> str:
    """What is measured, with the fingerprint of a definition."""
    if isinstance(measured, Endpoint):
        return f"endpoint {measured.id} {measured.version}, fingerprint {measured.fingerprint[:12]}"
    return f"{measured.label}: {measured.definition}"


def printed(value: Number) -> str:
    """A number with five significant digits, whole numbers whole."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else f"{value:.5g}"


def plan_text(entries: Sequence[AnalysisEntry]) -> str:
    """The entries as TOML: each endpoint once, then an `[[analysis]]` for each entry, A1 onwards."""
    measured = {one.measured.id: one.measured for one in entries}
    blocks = [_endpoint_lines(one) for one in measured.values()]
    for number, one in enumerate(entries, start=1):
        lines = ["[[analysis]]", f'id = "A{number}"', *(["primary = true"] if one.primary else [])]
        lines += [f"kind = {toml_value(one.kind)}", f"endpoint = {toml_value(one.measured.id.lower())}"]
        lines += [f"{key} = {toml_value(value)}" for key, value in one.keys]
        lines += [] if one.after is None else [f'only_if = "A{number - one.after}"']
        blocks.append(lines)
    return "\n\n".join("\n".join(lines) for lines in blocks)


def _endpoint_lines(measured: Measured) -> list[str]:
    head = f"[endpoints.{measured.id.lower()}]"
    if isinstance(measured, Endpoint):
        pinned = toml_value(measured.fingerprint[:16])
        return [head, f"use = {toml_value(measured.id)}", f"policy = {pinned}", 'unit = "months"']
    return [
        head,
        f"measurement = {toml_value(measured.label)}",
        f"definition = {toml_value(measured.definition)}",
    ]


def scans_planned(assessments: Sequence[str]) -> tuple[str, ...]:
    """The assumption that the schedule holds these assessments, where there are any."""
    return (f"assessments: {', '.join(assessments)}",) if assessments else ()


def toml_value(value: object) -> str:
    """A value as TOML text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(one) for one in value) + "]"
    return repr(value) if isinstance(value, int) else repr(float(f"{value:.12g}"))
