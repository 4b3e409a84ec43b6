"""What one sentence says: its statements over token positions, and what it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from cimara.trials.eligibility.model import Force, Section, Target
from cimara.trials.eligibility.qualifiers import Mark
from cimara.trials.eligibility.states import UA, States, excluded_states, permitted_states


class Context(msgspec.Struct, frozen=True, gc=False):
    """What a sentence stands in: its section and what title and conditions say of the trial."""

    section: Section
    cns_trial: bool = False
    lm_trial: bool = False
    cohort: str | None = None
    choice: bool = False
    """True under "one of the following": an item is a way in, not a condition of entry."""
    note: bool = False
    lm_defined: bool = False


class Reading(msgspec.Struct, frozen=True):
    """One statement over token positions, before it becomes a span of the stored text."""

    target: Target
    force: Force
    states: States
    first: int
    last: int
    qualifiers: tuple[str, ...] = ()
    exception: bool = False
    named: bool = False
    """True when the states were named by a qualifier, not taken as "all"."""
    partial: bool = False
    rule: str = ""
    unclear: bool = False
    conditioned: bool = False
    """True when a condition cut it down from all patients ("eligible if treated")."""
    narrows: bool = False
    """True for a sentence that only adds a condition to the one before ("they must be stable")."""


@dataclass(slots=True)
class Ledger:
    """The statements of a sentence so far, and those that a later clause or sentence speaks of."""

    heads: list[Reading]
    said: list[Reading] = field(default_factory=list)

    def add(self, head: Reading) -> None:
        """Say a statement that later clauses may speak of."""
        self.said.append(head)
        self.heads.append(head)

    def change(self, head: Reading, changed: Reading) -> None:
        """Put `changed` in the place of a statement."""
        self.said[self.said.index(head)] = changed
        self.heads = [changed if item is head else item for item in self.heads]

    def head_of(self, target: Target) -> Reading | None:
        """The head about `target`, else the first one."""
        return next((item for item in self.heads if item.target is target), next(iter(self.heads), None))

    def targets(self) -> tuple[Target, ...]:
        """The diseases that the heads speak of."""
        return tuple(dict.fromkeys(head.target for head in self.heads))


def narrow(head: Reading, marks: list[list[Mark]]) -> Reading:
    """A head with a condition upon it: "eligible if stable", "excluded if symptomatic"."""
    if head.force is Force.EXCLUDE:
        states = excluded_states(marks)
        if states is None:
            return head
        kept = (head.states & states) or states if head.named else states
        return replace(head, states=kept, named=True)
    states = permitted_states(marks, beside=head.qualifiers)
    if states is None:
        return head
    kept = (head.states & states) or _calmest(head, states)
    return replace(head, states=kept, named=True, conditioned=head.conditioned or not head.named)


def _calmest(head: Reading, states: States) -> States:
    """Two readings that share no state: keep the head's own words when they say "untreated"."""
    return frozenset({UA}) if UA in head.states else states
