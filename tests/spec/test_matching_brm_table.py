"""The table of trials.md §7.2: a person's brain metastases against what a trial says of them."""

from __future__ import annotations

import pytest

from cimara.terms.cns import DISEASE_STATES, BrmPolicy, CnsState
from cimara.trials.eligibility.model import Confidence, LocalTherapy
from cimara.trials.matching import Lmd, match
from cimara.trials.matching.rules import RULES, rule_of
from cimara.trials.verdict import ChangeKind, Criterion, CriterionId, CriterionValue, Verdict
from tests.unit.trials.matching.made_trials import BRM_SENTENCE, eligibility, person, trial

TABLE = """
patient                 | required    | active_allowed | stable_only | excluded | not_mentioned | unclear
none_known              | fails       | meets          | meets       | meets    | meets         | meets
treated_stable          | needs_check | meets          | meets       | fails    | unknown       | needs_check
untreated_asymptomatic  | meets       | meets          | fails       | fails    | unknown       | needs_check
progressing_after_local | meets       | needs_check    | fails       | fails    | unknown       | needs_check
symptomatic             | needs_check | needs_check    | fails       | fails    | unknown       | needs_check
unknown                 | unknown     | unknown        | unknown     | unknown  | unknown       | unknown
"""


def cells() -> list[tuple[str, str, str]]:
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [
        (line[0], policy, value) for line in lines for policy, value in zip(head[1:], line[1:], strict=True)
    ]


def brm(policy: str, state: str, **rules: object) -> Criterion:
    known = None if state == "unknown" else CnsState(state)
    found = match(person(known, lmd=Lmd.NO), trial(eligibility(policy, **rules))).criterion(CriterionId.BRM)
    assert found is not None
    return found


@pytest.mark.parametrize(("state", "policy", "value"), cells())
def test_each_cell_of_the_table(state: str, policy: str, value: str) -> None:
    found = brm(policy, state)
    assert found.value == value
    assert found.reason.startswith(f"MATCH/brm/{policy}/{state}")
    assert rule_of(found.reason).value == value


@pytest.mark.parametrize(("state", "policy", "value"), cells())
def test_each_cell_quotes_the_trial_or_says_that_it_is_silent(state: str, policy: str, value: str) -> None:
    found = brm(policy, state)
    if policy == BrmPolicy.NOT_MENTIONED:
        assert (found.quotes, found.reason.endswith("/silent")) == ((), True)
    else:
        assert [quote.text for quote in found.quotes] == [BRM_SENTENCE]


def test_symptoms_fail_where_the_trial_excludes_them() -> None:
    found = brm("active_allowed", "symptomatic", symptomatic_excluded=True)
    assert found.value is CriterionValue.FAILS
    assert found.reason == "MATCH/brm/active_allowed/symptomatic/sy_excluded"


def test_symptoms_fail_where_no_cohort_takes_them() -> None:
    takes = (CnsState.TREATED_STABLE, CnsState.UNTREATED_ASYMPTOMATIC)
    assert brm("active_allowed", "symptomatic", states=takes).value is CriterionValue.FAILS


def test_a_trial_that_needs_brm_and_excludes_symptoms_is_for_later() -> None:
    found = brm("required", "symptomatic", symptomatic_excluded=True)
    assert found.value is CriterionValue.FAILS
    assert found.change is not None
    assert found.change.kind is ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS


def test_a_state_that_no_cohort_names_is_left_to_a_check() -> None:
    found = brm("active_allowed", "untreated_asymptomatic", states=(CnsState.TREATED_STABLE,))
    assert found.reason == "MATCH/brm/active_allowed/state_not_named"
    assert found.value is CriterionValue.NEEDS_CHECK


OPTIONAL = {"prior_local_therapy": LocalTherapy.OPTIONAL, "stable_days": 28}


@pytest.mark.parametrize(
    ("since", "value"),
    [
        ("2026-01-01", CriterionValue.NEEDS_CHECK),
        ("2026-02-20", CriterionValue.FAILS),
        (None, CriterionValue.UNKNOWN),
    ],
)
def test_untreated_but_stable_lesions_where_treatment_is_optional(
    since: str | None, value: CriterionValue
) -> None:
    reading = eligibility("stable_only", **OPTIONAL)
    facts = {} if since is None else {"stable_since": since}
    found = match(person("untreated_asymptomatic", **facts), trial(reading)).criterion(CriterionId.BRM)
    assert found is not None
    assert found.value is value


@pytest.mark.parametrize("state", [one for one in DISEASE_STATES if one is not CnsState.TREATED_STABLE])
def test_active_lesions_in_a_stable_only_trial_may_come_back_after_therapy(state: CnsState) -> None:
    found = brm("stable_only", state, stable_days=28)
    assert found.change is not None
    assert (found.change.kind, found.change.days) == (ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS, 28)


@pytest.mark.parametrize("state", DISEASE_STATES)
def test_nothing_can_change_a_trial_that_excludes_all_brm(state: CnsState) -> None:
    result = match(person(state, lmd=Lmd.NO), trial(eligibility("excluded")))
    assert result.verdict is Verdict.NO


@pytest.mark.parametrize("state", DISEASE_STATES)
def test_a_silent_record_gives_the_verdict_unknown(state: CnsState) -> None:
    result = match(person(state, lmd=Lmd.NO), trial(eligibility("not_mentioned")))
    assert result.verdict is Verdict.UNKNOWN


def test_low_confidence_never_fails() -> None:
    found = brm("excluded", "treated_stable", confidence=Confidence.LOW)
    assert found.value is CriterionValue.NEEDS_CHECK
    assert found.reason == "MATCH/brm/excluded/treated_stable/low_confidence"


def test_medium_confidence_may_fail() -> None:
    assert brm("excluded", "treated_stable", confidence=Confidence.MEDIUM).value is CriterionValue.FAILS


def test_lmd_may_take_the_place_of_brm_where_cns_disease_is_asked_for() -> None:
    study = trial(eligibility("required", "allowed"))
    found = match(person("none_known", lmd=Lmd.CSF_POSITIVE), study).criterion(CriterionId.BRM)
    assert found is not None
    assert found.reason == "MATCH/brm/required/none_known/lmd"


def test_brm_in_an_unknown_state_fail_where_all_states_would() -> None:
    found = match(person(lesion_count=2, lmd=Lmd.NO), trial(eligibility("excluded"))).criterion(
        CriterionId.BRM
    )
    assert found is not None
    assert found.reason == "MATCH/brm/excluded/present"


def test_brm_in_an_unknown_state_stay_unknown_where_states_differ() -> None:
    study = trial(eligibility("stable_only"))
    found = match(person(lesion_count=2, lmd=Lmd.NO), study).criterion(CriterionId.BRM)
    assert found is not None
    assert found.reason == "MATCH/brm/stable_only/unknown"


def test_every_row_of_the_rule_table_names_its_criterion_and_says_when() -> None:
    for row in RULES.values():
        assert row.id.startswith(f"MATCH/{row.criterion}/")
        assert row.when.endswith((".", "?"))
        assert (row.value is CriterionValue.FAILS) <= (row.change is not None)
