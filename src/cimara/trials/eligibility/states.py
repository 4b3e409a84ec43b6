"""Which states of disease an exclusion removes and a permission names, by their qualifiers (R1 to R3)."""

from __future__ import annotations

from collections.abc import Collection

from cimara.terms.cns import DISEASE_STATES, CnsState
from cimara.trials.eligibility.lexicon import rule_table
from cimara.trials.eligibility.qualifiers import Mark

States = frozenset[CnsState]

TS, UA, PR, SY = DISEASE_STATES
ALL: States = frozenset(DISEASE_STATES)
NOTHING: States = frozenset()

_CODES = {"TS": TS, "UA": UA, "PR": PR, "SY": SY}
_HARSH = ("unstable", "symptomatic", "urgent")
_CALM = ("stable", "clinically_stable", "asymptomatic")


def _by_class(name: str) -> dict[str, States]:
    rows = rule_table("states")[name]
    return {value: frozenset(_CODES[code] for code in row["states"]) for value, row in rows.items()}


EXCLUDED_BY = _by_class("excluded")
"""States that an exclusion removes, by the class of its qualifier (rules R2, R3)."""

PERMITTED_BY = _by_class("permitted")
"""States that a permission names, by the class of its qualifier; other classes name none (rule R1)."""

_COMPLEMENTS = [frozenset(pair) for pair in rule_table("states")["complements"]["pairs"]]


def excluded_states(groups: list[list[Mark]]) -> States | None:
    """The states that an exclusion with these qualifiers removes; None when there is no qualifier."""
    parts = [states for group in groups if (states := _excluded(group)) is not None]
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = (whole & part) or _harsher(whole, part)
    return ALL if TS in whole else whole


def permitted_states(
    groups: list[list[Mark]], beside: tuple[str, ...] = (), *, heads: int = 0
) -> States | None:
    """The states that a permission with these qualifiers names; None when there is no qualifier.

    The first `heads` groups stand in the noun phrase itself, the others are conditions upon it; `beside`
    are classes that the noun phrase has besides.
    """
    parts: list[States] = []
    seen = list(beside)
    for place, group in enumerate(groups):
        states = _permitted(group if place < heads else _conditions(group), seen)
        seen.extend(mark.value for mark in group if mark.kind == "Q")
        if states is not None:
            parts.append(states)
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = (whole & part) or (frozenset({UA}) if UA in whole | part else part)
    return whole


def _conditions(marks: list[Mark]) -> list[Mark]:
    """A condition asks for calm disease: a harsh word beside a calm one is a negation too far to see."""
    if not any(mark.value in _CALM for mark in marks):
        return marks
    return [mark for mark in marks if mark.value not in _HARSH]


def _excluded(marks: list[Mark]) -> States | None:
    alternatives = _alternatives(marks, EXCLUDED_BY, ("OR", "COMMA"))
    if not alternatives:
        return None
    whole: States = NOTHING
    for values in alternatives:
        if any(pair.issubset(values) for pair in _COMPLEMENTS):
            return ALL
        states = EXCLUDED_BY[values[0]]
        for value in values[1:]:
            states = (states & EXCLUDED_BY[value]) or _harsher(states, EXCLUDED_BY[value])
        whole |= states
    return whole


def _permitted(marks: list[Mark], beside: list[str]) -> States | None:
    alternatives = _alternatives(marks, PERMITTED_BY, ("OR",))
    if not alternatives:
        return None
    both = _joined_by_and(marks)
    treated = both and any(mark.word == "treated" for mark in marks)
    whole: States = NOTHING
    for values in alternatives:
        whole |= _permitted_by_all(values, both=both, treated=treated, calm="asymptomatic" in beside)
    return whole


def _permitted_by_all(values: list[str], *, both: bool, treated: bool, calm: bool) -> States:
    """The states of several qualifiers of one disease; `both` when "and" joins them."""
    whole: States | None = None
    for value in values:
        own = PERMITTED_BY["asymptomatic" if value == "clinically_stable" and calm else value]
        if whole is None:
            whole = own
        elif whole & own:
            whole &= own
        elif "untreated" in values and not treated:
            whole = frozenset({UA})
        elif both:
            whole |= own
        else:
            whole = frozenset({UA}) if UA in whole | own else own
    return whole or NOTHING


def _alternatives(marks: list[Mark], known: Collection[str], splitters: tuple[str, ...]) -> list[list[str]]:
    """The classes of each alternative of a list, cut at the `splitters`; empty ones are left out."""
    alternatives: list[list[str]] = [[]]
    for mark in marks:
        if mark.kind == "Q":
            if mark.value in known:
                alternatives[-1].append(mark.value)
        elif mark.kind in splitters:
            alternatives.append([])
    return [values for values in alternatives if values]


def _joined_by_and(marks: list[Mark]) -> bool:
    """True when "and" follows a qualifier of the same alternative."""
    qualified = False
    for mark in marks:
        if mark.kind == "OR":
            qualified = False
        elif mark.kind == "AND" and qualified:
            return True
        elif mark.kind == "Q" and mark.value in PERMITTED_BY:
            qualified = True
    return False


def _harsher(one: States, other: States) -> States:
    return one if SY in one else other
