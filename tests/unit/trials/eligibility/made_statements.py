"""Statements and readings made by hand, for tests of one stage at a time."""

from __future__ import annotations

from cimara.terms.cns import CnsState
from cimara.trials.eligibility.lexicon import Token, lexicon
from cimara.trials.eligibility.model import Force, Section, Statement, Target

TS, UA, PR, SY = (
    CnsState.TREATED_STABLE,
    CnsState.UNTREATED_ASYMPTOMATIC,
    CnsState.PROGRESSING_AFTER_LOCAL,
    CnsState.SYMPTOMATIC,
)
ALL = (TS, UA, PR, SY)


def tokens(sentence: str) -> list[Token]:
    """The tokens of a sentence."""
    lower = sentence.lower()
    return lexicon().tokens(lower, 0, len(lower))


def statement(
    force: Force,
    *states: CnsState,
    target: Target = Target.BRM,
    rule: str = "R1",
    qualifiers: tuple[str, ...] | None = None,
    exception: bool = False,
    cohort: str | None = None,
    section: Section = Section.EXCLUSION,
    quote: str = "words",
) -> Statement:
    """A statement about `states`, qualified by their names; without any it is about all, and unqualified."""
    given = tuple(states) if qualifiers is None else qualifiers
    return Statement(
        target=target,
        force=force,
        states=states or ALL,
        qualifiers=given if states else (*given, "unqualified"),
        exception=exception,
        cohort=cohort,
        section=section,
        start=0,
        end=len(quote),
        quote=quote,
        rule_id=rule,
    )
