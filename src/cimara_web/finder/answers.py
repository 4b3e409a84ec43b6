"""A visitor's answers: what was said to each question, as plain text that can be sealed and given back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Given = Mapping[str, str | list[str]]
"""What a step's form took: field name to the text, or list of texts, that was chosen."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Step slug to what was given there; a step that was skipped has an empty mapping."""

    steps: Mapping[str, Given] = field(default_factory=dict)

    def given(self, step: str) -> Given:
        """What was given to a step; empty when skipped or not reached."""
        return self.steps.get(step, {})

    def one(self, step: str, name: str) -> str:
        """One text of a step; empty when not given."""
        value = self.given(step).get(name, "")
        return value if isinstance(value, str) else ""

    def many(self, step: str, name: str) -> tuple[str, ...]:
        """The texts chosen in a list of a step."""
        value = self.given(step).get(name, [])
        return tuple(value) if isinstance(value, list) else (value,)

    def reached(self, step: str) -> bool:
        """True when the step was answered or skipped."""
        return step in self.steps

    def with_step(self, step: str, given: Given) -> Answers:
        """These answers with one step's taken anew."""
        return replace(self, steps={**self.steps, step: dict(given)})

    def to_bytes(self) -> bytes:
        """Canonical JSON, for sealing."""
        return json.dumps(self.steps, sort_keys=True, separators=(",", ":")).encode("utf-8")

    @classmethod
    def of_bytes(cls, plain: bytes) -> Answers:
        """The answers of `to_bytes`."""
        return cls(json.loads(plain))
