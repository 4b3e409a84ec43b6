"""An endpoint: one small frozen object that says what starts, stops and censors the clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.outcomes.endpoints.options import OPTIONS, OptionValue
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.switches import PRESETS, Switches
from cimara.outcomes.endpoints.words import EndpointKind, FactWord, Flag, RuleStatus, Take, UnitOfAnalysis
from cimara.terms.endpoint import CriteriaId
from cimara.terms.response import AssessedCompartment

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from cimara.outcomes.endpoints.observe import ScanPlan
    from cimara.outcomes.endpoints.requires import Requirements
    from cimara.outcomes.endpoints.table import EndpointTable

Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Field and the values that it may have; equality only."""

DEFAULT_CRITERIA = {
    AssessedCompartment.SYS: CriteriaId.RECIST11,
    AssessedCompartment.ANY: CriteriaId.RECIST11,
    AssessedCompartment.CNS: CriteriaId.RANO_BM,
    AssessedCompartment.LM: CriteriaId.RANO_LM_2019,
}
"""Criterion of a compartment for which a definition names none."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A response policy: a preset, and fields of it that are overridden."""

    preset: CriteriaId
    override: tuple[tuple[str, str | int | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What one event, competing event or censoring is: which fact, where, and what it is called.

    `not_before` and `within_days` are days from the start; `take` says which of several facts counts.
    """

    code: str
    fact: FactWord
    text: str
    compartment: AssessedCompartment | None = None
    where: Where = ()
    take: Take = Take.FIRST
    not_before: int | None = None
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Where the clock begins: the first of these words that a patient (or lesion) has."""

    first_available: tuple[FactWord, ...]
    where: Where = ()


@dataclass(frozen=True)
class Endpoint:
    """One endpoint definition; `id` is also PARAMCD. Made by `from_toml`, which validates it.

    The same object prints the protocol text, derives the data and is sent, as data, to every site.
    """

    id: str
    version: str
    label: str
    kind: EndpointKind
    unit: UnitOfAnalysis
    compartment: AssessedCompartment
    status: RuleStatus
    plain: str
    cite: tuple[str, ...] = ()
    criteria: tuple[tuple[AssessedCompartment, Criterion], ...] = ()
    require: tuple[Flag, ...] = ()
    exclude: tuple[Flag, ...] = ()
    start: Start | None = None
    events: tuple[Rule, ...] = ()
    competing: tuple[Rule, ...] = ()
    censors: tuple[Rule, ...] = ()
    combine: tuple[str, ...] = ()
    switch_preset: str = "ema"
    switches: Switches = dataclasses.field(default_factory=Switches)
    options: tuple[tuple[str, OptionValue], ...] = ()
    evaluator: str = ""
    schedule: Schedule | None = None

    @classmethod
    def from_toml(cls, source: Path | str) -> Endpoint:
        """Read and validate a definition from a TOML file.

        Raises
        ------
        DefinitionError
            All problems at once, each with its line and key.
        """
        from cimara.outcomes.endpoints.reading import read_definition

        path = Path(source)
        return read_definition(path.read_text(encoding="utf-8"), source=path.name)

    @classmethod
    def from_text(cls, text: str, source: str = "definition") -> Endpoint:
        """Read and validate a definition from TOML text. Raises DefinitionError."""
        from cimara.outcomes.endpoints.reading import read_definition

        return read_definition(text, source=source)

    def to_toml(self) -> str:
        """The definition as canonical TOML; reading it again gives an equal object."""
        from cimara.outcomes.endpoints.writing import write_definition

        return write_definition(self)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical definition, its response policies and the derivation version."""
        from cimara.outcomes.endpoints.fingerprint import fingerprint

        return fingerprint(self)

    def protocol_text(self) -> str:
        """The definition in the words of a protocol."""
        from cimara.outcomes.endpoints.protocol_text import protocol_text

        return protocol_text(self)

    def requires(self) -> Requirements:
        """The facts, columns and assessments that deriving it needs."""
        from cimara.outcomes.endpoints.requires import requirements

        return requirements(self)

    def compare(self, other: Endpoint) -> list[str]:
        """What differs from another definition, one sentence a difference."""
        from cimara.outcomes.endpoints.compare import differences

        return differences(self, other)

    def observe(self, latent: pl.DataFrame, scans: ScanPlan, rng: np.random.Generator) -> EndpointTable:
        """The endpoint as a trial would see it, from true times in days; see `observe.observe`."""
        from cimara.outcomes.endpoints.observe import observe

        return observe(self, latent, scans, rng)

    def option(self, name: str) -> OptionValue:
        """The value of a named parameter, its default where the definition is silent."""
        return dict(self.options).get(name, OPTIONS[name].default)

    def criterion_of(self, compartment: AssessedCompartment) -> Criterion:
        """The response criterion by which this compartment is judged."""
        found = dict(self.criteria).get(compartment)
        return found or Criterion(DEFAULT_CRITERIA[compartment])

    def replace(
        self,
        *,
        switch: Mapping[str, object] | None = None,
        option: Mapping[str, object] | None = None,
        **changes: object,
    ) -> Endpoint:
        """A copy with other switches, options or fields; validated, with a fingerprint of its own.

        `id` stays unless it is given; `version` must be raised by whoever publishes the change.
        Raises DefinitionError.
        """
        from cimara.outcomes.endpoints.checks import validate
        from cimara.outcomes.endpoints.reading import read_options, read_switches

        if switch:
            preset = str(switch.get("preset", self.switch_preset))
            base = PRESETS.get(preset, self.switches) if "preset" in switch else self.switches
            changes["switches"] = read_switches(switch, base)
            changes["switch_preset"] = preset
        if option:
            changes["options"] = tuple(sorted({**dict(self.options), **dict(read_options(option))}.items()))
        made = dataclasses.replace(self, **changes)  # type: ignore[arg-type]
        validate(made)
        return made
