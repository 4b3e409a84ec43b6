"""A clause of the CNS rules, and one value that it gives a field."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.model import Section

_OFF = words("off")
_NEEDING = words("needing")


class Clause(msgspec.Struct, frozen=True):
    """A sentence that speaks of the trial's brain-metastasis rules, or of a brain scan."""

    tokens: list[Token]
    section: Section
    cohort: str | None
    about_brm: bool
    """True inside a criterion about brain metastases, with the items below it."""
    permits: bool
    """True when the criterion lets patients with brain metastases in under conditions."""

    @property
    def shuts_out(self) -> bool:
        """True for an exclusion that lets nobody in."""
        return self.section is Section.EXCLUSION and not self.permits


class Found(msgspec.Struct, frozen=True):
    """One value with the tokens that say it."""

    field: str
    value: object
    clause: Clause
    first: int
    last: int
    rule: str


def is_denied(tokens: Sequence[Token], at: int) -> bool:
    """True for a drug or a therapy that must not be: "off steroids", "no need of", "steroids stopped"."""
    before = tokens[max(0, at - 9) : at]
    for token in reversed(before):
        if token.word in _OFF or token.kind == "NEG":
            return True
        if token.kind in ("SEMI", "STOP", "PERMIT", "COLON"):
            break
    return any(token.word in _OFF for token in tokens[at + 1 : at + 8]) or any(
        token.word in _NEEDING for token in before
    )
