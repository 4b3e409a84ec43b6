"""Which facts of a patient a rule means: word, compartment, criterion, evaluator, fields."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.outcomes.endpoints.facts import Fact, fields_of
from cimara.outcomes.endpoints.plan import PlanRule
from cimara.outcomes.endpoints.words import SCAN_FACTS
from cimara.response.model import INVESTIGATOR
from cimara.terms.response import AssessedCompartment

ACCEPTED = "ACCEPTED"
"""Evaluator of the rows that a READER_DECISION accepted."""

ANY = AssessedCompartment.ANY


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """All facts of one patient in order, each with its row in the facts table."""

    patient_id: str
    facts: list[tuple[int, Fact]]

    def evaluator(self, named: str) -> str:
        """Whose reading counts: the named one, else the accepted record, else the investigator."""
        if named:
            return named
        accepted = any(fact.evaluator == ACCEPTED for _, fact in self.facts)
        return ACCEPTED if accepted else INVESTIGATOR

    def of_evaluator(self, named: str) -> list[tuple[int, Fact]]:
        """Facts of the evaluator that counts, and those that no evaluator made."""
        wanted = self.evaluator(named)
        return [(row, fact) for row, fact in self.facts if fact.evaluator in ("", wanted)]


def by_criterion(fact: Fact, criterion: str | None) -> bool:
    """True when the fact was made by this criterion, or by none."""
    return criterion is None or fact.criterion in ("", criterion)


def in_compartment(fact: Fact, wanted: str | None, whole_body: bool) -> bool:
    """True when the fact speaks of the compartment.

    `ANY` is met by facts of the whole body where the patient has them (`whole_body`), else by any.
    """
    if wanted is None:
        return True
    if wanted == ANY and not whole_body:
        return True
    return fact.compartment == wanted


def has_fields(fact: Fact, planned: PlanRule) -> bool:
    """True when the fields are as `where` asks and none is as `without` excludes."""
    values = fields_of(fact.fields)
    asked = all(values.get(name, "") in allowed for name, allowed in planned.rule.where)
    return asked and not any(values.get(name, "") in barred for name, barred in planned.without)


def matching(planned: PlanRule, facts: list[tuple[int, Fact]], lesion_id: str) -> list[tuple[int, Fact]]:
    """Dated facts, in order, that the rule means."""
    rule = planned.rule
    whole_body = any(
        fact.fact in SCAN_FACTS and fact.compartment == ANY and by_criterion(fact, planned.criterion)
        for _, fact in facts
    )
    return [
        (row, fact)
        for row, fact in facts
        if fact.fact == rule.fact
        and fact.date is not None
        and (not planned.same_lesion or fact.lesion_id == lesion_id)
        and by_criterion(fact, planned.criterion)
        and in_compartment(fact, rule.compartment, whole_body)
        and has_fields(fact, planned)
    ]
