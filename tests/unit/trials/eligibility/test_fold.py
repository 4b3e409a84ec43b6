"""Statements fold into policies: trials.md section 6.2, worked on statements made by hand."""

from __future__ import annotations

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.eligibility.fold import Folded, fold
from cimara.trials.eligibility.model import Force, LmdQualifier, Section, Statement, Target
from tests.unit.trials.eligibility.made_statements import ALL, PR, SY, TS, UA, statement

EXCLUDE, PERMIT, REQUIRE = Force.EXCLUDE, Force.PERMIT, Force.REQUIRE


def folded(*statements: Statement, cns_trial: bool = False, lm_trial: bool = False, named: int = 0) -> Folded:
    return fold(statements, cns_trial=cns_trial, lm_trial=lm_trial, cohorts_named=named)


def brm(*statements: Statement, cns_trial: bool = False) -> BrmPolicy:
    return folded(*statements, cns_trial=cns_trial).brm_policy


def lmd(*statements: Statement, lm_trial: bool = False) -> LmdPolicy:
    return folded(*statements, lm_trial=lm_trial).lmd_policy


def test_nothing_said_is_not_mentioned() -> None:
    assert folded().brm_policy is BrmPolicy.NOT_MENTIONED
    assert folded().lmd_policy is LmdPolicy.NOT_MENTIONED


def test_untreated_excluded_and_treated_eligible_is_stable_only() -> None:
    assert brm(statement(EXCLUDE, UA, PR, SY), statement(PERMIT, TS)) is BrmPolicy.STABLE_ONLY


def test_symptomatic_excluded_unless_calm_active_ones_is_active_allowed() -> None:
    exception = statement(PERMIT, TS, UA, PR, exception=True, rule="R4")
    assert brm(statement(EXCLUDE, SY), exception) is BrmPolicy.ACTIVE_ALLOWED


def test_a_permission_that_names_states_outranks_an_exclusion_of_all() -> None:
    named = statement(PERMIT, TS, UA, section=Section.INCLUSION)
    assert brm(named, statement(EXCLUDE)) is BrmPolicy.ACTIVE_ALLOWED


def test_asymptomatic_and_treated_both_excluded_leaves_nobody() -> None:
    assert brm(statement(EXCLUDE, UA, PR), statement(EXCLUDE, *ALL)) is BrmPolicy.EXCLUDED


def test_an_exclusion_of_all_is_excluded() -> None:
    assert brm(statement(EXCLUDE, rule="R5")) is BrmPolicy.EXCLUDED


def test_an_exclusion_of_the_symptomatic_alone_infers_the_permission() -> None:
    found = folded(statement(EXCLUDE, SY, rule="R2"))
    assert found.brm_policy is BrmPolicy.ACTIVE_ALLOWED
    assert "permission-inferred" in found.reasons


def test_a_permission_that_stands_alone_leaves_only_its_own() -> None:
    found = folded(statement(PERMIT, TS))
    assert found.brm_policy is BrmPolicy.STABLE_ONLY
    assert found.cohorts[0].states == (TS,)


def test_an_unconditional_permission_beside_an_exclusion_of_all_restores_the_calm() -> None:
    assert brm(statement(PERMIT), statement(EXCLUDE)) is BrmPolicy.ACTIVE_ALLOWED


def test_a_requirement_of_all_is_required() -> None:
    assert brm(statement(REQUIRE), cns_trial=True) is BrmPolicy.REQUIRED


def test_a_requirement_of_all_is_required_with_states_excluded() -> None:
    assert brm(statement(REQUIRE), statement(EXCLUDE, SY), cns_trial=True) is BrmPolicy.REQUIRED


def test_not_required_is_not_required() -> None:
    permit = statement(PERMIT, rule="not-required")
    assert brm(statement(REQUIRE), permit, cns_trial=True) is not BrmPolicy.REQUIRED


def test_the_most_permissive_cohort_decides() -> None:
    found = folded(statement(PERMIT, TS, cohort="cohort a"), statement(PERMIT, UA, cohort="cohort b"))
    assert found.brm_policy is BrmPolicy.ACTIVE_ALLOWED
    assert [item.cohort for item in found.cohorts] == ["cohort a", "cohort b"]
    assert "cohorts-differ" in found.reasons


def test_required_of_one_cohort_of_a_general_trial_is_not_required() -> None:
    assert brm(statement(REQUIRE, cohort="cohort b"), statement(EXCLUDE, SY)) is not BrmPolicy.REQUIRED


def test_a_statement_that_nothing_settles_is_unclear() -> None:
    assert brm(statement(EXCLUDE, qualifiers=("unclear",))) is BrmPolicy.UNCLEAR


def test_a_clear_statement_settles_an_unclear_one() -> None:
    assert brm(statement(EXCLUDE, qualifiers=("unclear",)), statement(PERMIT, TS)) is BrmPolicy.STABLE_ONLY


def test_the_same_qualifier_allowed_and_excluded_is_unclear() -> None:
    words = ("asymptomatic",)
    permit = statement(PERMIT, UA, qualifiers=words, section=Section.INCLUSION)
    assert brm(permit, statement(EXCLUDE, UA, qualifiers=words)) is BrmPolicy.UNCLEAR


def test_statements_of_leptomeningeal_disease_say_nothing_of_brain_metastases() -> None:
    assert brm(statement(EXCLUDE, target=Target.LMD)) is BrmPolicy.NOT_MENTIONED


def test_leptomeningeal_disease_excluded() -> None:
    assert lmd(statement(EXCLUDE, target=Target.LMD)) is LmdPolicy.EXCLUDED


def test_leptomeningeal_disease_permitted_outranks_its_exclusion() -> None:
    statements = statement(EXCLUDE, target=Target.LMD), statement(PERMIT, TS, target=Target.LMD)
    assert lmd(*statements) is LmdPolicy.ALLOWED


def test_leptomeningeal_disease_required_in_its_own_trial() -> None:
    assert lmd(statement(REQUIRE, target=Target.LMD), lm_trial=True) is LmdPolicy.REQUIRED


def test_leptomeningeal_disease_required_beside_brain_metastases_is_allowed() -> None:
    assert lmd(statement(REQUIRE, target=Target.LMD), statement(REQUIRE)) is LmdPolicy.ALLOWED


@pytest.mark.parametrize(
    ("qualifiers", "found"),
    [
        (("unstable",), LmdQualifier.ACTIVE_ONLY_EXCLUDED),
        (("untreated",), LmdQualifier.ACTIVE_ONLY_EXCLUDED),
        (("symptomatic",), LmdQualifier.SYMPTOMATIC_ONLY_EXCLUDED),
    ],
)
def test_an_exclusion_of_some_leptomeningeal_disease_keeps_its_qualifier(
    qualifiers: tuple[str, ...], found: LmdQualifier
) -> None:
    said = statement(EXCLUDE, SY, target=Target.LMD, qualifiers=qualifiers)
    assert folded(said).lmd_qualifiers == (found,)


@pytest.mark.parametrize(
    ("qualifiers", "quote", "found"),
    [
        (("asymptomatic",), "words", LmdQualifier.ASYMPTOMATIC),
        (("stable",), "words", LmdQualifier.TREATED_STABLE),
        ((), "Focal disease", LmdQualifier.FOCAL),
    ],
)
def test_a_permission_of_some_leptomeningeal_disease_keeps_its_condition(
    qualifiers: tuple[str, ...], quote: str, found: LmdQualifier
) -> None:
    said = statement(PERMIT, TS, target=Target.LMD, qualifiers=qualifiers, quote=quote)
    assert folded(said).lmd_qualifiers == (found,)


def test_the_permission_that_decides_stands_first_among_the_deciders() -> None:
    exclude, permit = statement(EXCLUDE, UA, PR, SY), statement(PERMIT, TS)
    assert folded(exclude, permit).brm_deciders == (permit, exclude)
