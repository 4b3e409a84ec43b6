"""A visitor's answers: what was said to each question, as plain text that can be sealed and given back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Given = Mapping[str, str | list[str]]
"""What a step's form took: field name to the text, or list of texts, that was chosen."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Step slug to what was given there; a step that was skipped has an empty mapping.

    `chosen` are the studies put on the sheet for the doctor. `unread` and `left_out` tell what a file that
    the answers came from had more: steps whose answer was not readable, and parts that nobody here knows.
    `clinician` is what was typed on the clinician path, in the same browser: never part of a patient's file.
    """

    steps: Mapping[str, Given] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    left_out: bool = False
    clinician: Mapping[str, Given] = field(default_factory=dict)

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
        unread = tuple(one for one in self.unread if one != step)
        return replace(self, steps={**self.steps, step: dict(given)}, unread=unread)

    def to_bytes(self) -> bytes:
        """Canonical JSON, for sealing."""
        whole = {
            "steps": self.steps,
            "chosen": self.chosen,
            "unread": self.unread,
            "left_out": self.left_out,
            "clinician": self.clinician,
        }
        return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode("utf-8")

    @classmethod
    def of_bytes(cls, plain: bytes) -> Answers:
        """The answers of `to_bytes`; a body without a part has nothing there."""
        whole = json.loads(plain)
        return cls(
            steps=whole.get("steps", {}),
            chosen=tuple(whole.get("chosen", ())),
            unread=tuple(whole.get("unread", ())),
            left_out=whole.get("left_out", False),
            clinician=whole.get("clinician", {}),
        )
