"""Of several quotes, the one that speaks of the person's own state is shown, with its list's name."""

from __future__ import annotations

from dataclasses import replace

from cimara.terms.cns import CnsState
from cimara.trials.eligibility.model import Force, Section
from cimara.trials.plain.quotes import list_of, telling_quotes
from cimara.trials.verdict import CriterionValue
from tests.unit.trials.plain.made_sheets import ACTIVE, BRM_MEETS, READ, TREATED, quote, statement


def test_the_permission_of_the_own_state_is_told() -> None:
    assert telling_quotes(BRM_MEETS, READ) == (quote(TREATED),)


def test_the_exclusion_of_the_own_state_is_told_when_it_fails() -> None:
    fails = replace(BRM_MEETS, value=CriterionValue.FAILS, fact="untreated_asymptomatic")
    assert telling_quotes(fails, READ) == (quote(ACTIVE),)


def test_a_statement_on_one_state_outranks_one_on_all() -> None:
    broad = replace(statement(ACTIVE, Force.PERMIT, CnsState.TREATED_STABLE), states=tuple(CnsState))
    read = replace(READ, statements=(READ.statements[0], broad))
    assert telling_quotes(BRM_MEETS, read) == (quote(TREATED),)


def test_all_quotes_stay_when_none_names_the_state() -> None:
    unknown = replace(BRM_MEETS, value=CriterionValue.UNKNOWN, fact=None)
    assert telling_quotes(unknown, READ) == BRM_MEETS.quotes


def test_a_criterion_without_quotes_has_none_to_tell() -> None:
    assert telling_quotes(replace(BRM_MEETS, quotes=()), READ) == ()


def test_a_quote_knows_its_list() -> None:
    assert list_of(quote(TREATED), READ) is Section.INCLUSION
    assert list_of(quote(ACTIVE), READ) is Section.EXCLUSION


def test_a_permission_among_the_exclusions_is_not_called_an_exclusion() -> None:
    turned = replace(statement(ACTIVE, Force.PERMIT, CnsState.TREATED_STABLE), section=Section.EXCLUSION)
    assert list_of(quote(ACTIVE), replace(READ, statements=(turned,))) is Section.NONE


def test_words_without_a_statement_belong_to_no_list() -> None:
    assert list_of(quote(ACTIVE), replace(READ, statements=())) is Section.NONE
