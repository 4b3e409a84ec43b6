"""Times since therapy or growth that a trial asks for, and when a person reaches them (trials.md §7.2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cimara.trials.matching import CnsFacts, Profile, match
from cimara.trials.verdict import Change, ChangeKind, Criterion, CriterionId, CriterionValue, Verdict
from tests.unit.trials.matching.made_trials import AS_OF, FIELD_SENTENCE, eligibility, person, trial


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def compared(
    criterion: CriterionId, state: str | None, facts: dict[str, Any], **rules: Any
) -> Criterion | None:
    return match(person(state, **facts), trial(eligibility("active_allowed", **rules))).criterion(criterion)


def stable(facts: dict[str, Any], asked: int = 28, state: str | None = "treated_stable") -> Criterion | None:
    return compared(CriterionId.STABLE_DAYS, state, facts, stable_days=asked)


def test_treated_21_days_ago_28_asked_is_possible_from_8_march() -> None:
    profile = Profile(
        as_of=date(2026, 3, 1), cns=CnsFacts(state="treated_stable", last_srs=date(2026, 2, 8), lmd="no")
    )
    result = match(profile, trial(eligibility("stable_only", stable_days=28)))
    found = result.criterion(CriterionId.STABLE_DAYS)
    assert found is not None
    assert found.value is CriterionValue.FAILS
    assert found.change == Change(kind=ChangeKind.FROM_DATE, days=28, date="2026-03-08")
    assert (found.requirement, found.fact) == ("28", "21")
    assert [quote.text for quote in found.quotes] == [FIELD_SENTENCE]
    assert result.verdict is Verdict.NOT_NOW


@pytest.mark.parametrize(
    ("days", "value"),
    [
        (60, CriterionValue.MEETS),
        (32, CriterionValue.MEETS),
        (31, CriterionValue.NEEDS_CHECK),
        (28, CriterionValue.NEEDS_CHECK),
        (25, CriterionValue.NEEDS_CHECK),
        (24, CriterionValue.FAILS),
        (0, CriterionValue.FAILS),
    ],
)
def test_stability_within_three_days_of_the_limit_is_left_to_a_check(
    days: int, value: CriterionValue
) -> None:
    found = stable({"stable_since": ago(days)})
    assert found is not None
    assert found.value is value


def test_stability_counts_from_the_later_of_last_therapy_and_last_growth() -> None:
    found = stable({"stable_since": ago(90), "last_srs": ago(10), "last_surgery": ago(200)})
    assert found is not None
    assert found.fact == "10"


def test_last_therapy_stands_in_when_the_start_of_stability_is_not_known() -> None:
    found = stable({"last_wbrt": ago(50)})
    assert found is not None
    assert (found.value, found.fact) == (CriterionValue.MEETS, "50")


def test_no_date_at_all_is_unknown() -> None:
    found = stable({})
    assert found is not None
    assert found.value is CriterionValue.UNKNOWN


@pytest.mark.parametrize("state", ["untreated_asymptomatic", "progressing_after_local", "none_known"])
def test_stability_is_asked_of_treated_lesions_only(state: str) -> None:
    assert stable({"last_wbrt": ago(5)}, state=state) is None


def test_a_trial_without_a_time_asks_nothing() -> None:
    assert compared(CriterionId.STABLE_DAYS, "treated_stable", {"stable_since": ago(5)}) is None


THERAPIES = [
    (CriterionId.DAYS_SINCE_SRS, "min_days_since_srs", "last_srs"),
    (CriterionId.DAYS_SINCE_WBRT, "min_days_since_wbrt", "last_wbrt"),
    (CriterionId.DAYS_SINCE_SURGERY, "min_days_since_surgery", "last_surgery"),
]


@pytest.mark.parametrize(("criterion", "rule", "fact"), THERAPIES)
def test_a_washout_is_counted_from_its_own_therapy(criterion: CriterionId, rule: str, fact: str) -> None:
    found = compared(criterion, "treated_stable", {fact: ago(5)}, **{rule: 14})
    assert found is not None
    assert found.value is CriterionValue.FAILS
    assert found.change == Change(
        kind=ChangeKind.FROM_DATE, days=14, date=(AS_OF + timedelta(days=9)).isoformat()
    )


@pytest.mark.parametrize(("criterion", "rule", "fact"), THERAPIES)
def test_a_therapy_that_never_took_place_needs_no_washout(
    criterion: CriterionId, rule: str, fact: str
) -> None:
    found = compared(criterion, "treated_stable", {fact: "none"}, **{rule: 14})
    assert found is not None
    assert found.value is CriterionValue.MEETS


@pytest.mark.parametrize(("criterion", "rule", "fact"), THERAPIES)
def test_a_missing_date_is_unknown(criterion: CriterionId, rule: str, fact: str) -> None:
    del fact
    found = compared(criterion, "treated_stable", {}, **{rule: 14})
    assert found is not None
    assert found.value is CriterionValue.UNKNOWN


@pytest.mark.parametrize(("criterion", "rule", "fact"), THERAPIES)
def test_a_person_without_brm_is_not_asked_for_a_date(criterion: CriterionId, rule: str, fact: str) -> None:
    del fact
    assert compared(criterion, "none_known", {}, **{rule: 14}) is None


def test_radiotherapy_of_unknown_kind_is_left_to_a_check() -> None:
    found = compared(
        CriterionId.DAYS_SINCE_SRS, "treated_stable", {"last_brain_rt": ago(50)}, min_days_since_srs=7
    )
    assert found is not None
    assert found.value is CriterionValue.NEEDS_CHECK


def any_rt(facts: dict[str, Any]) -> CriterionValue:
    found = compared(CriterionId.DAYS_SINCE_ANY_RT, "treated_stable", facts, min_days_since_any_rt=14)
    assert found is not None
    return found.value


def test_any_radiotherapy_counts_from_the_last_of_all_kinds() -> None:
    assert any_rt({"last_srs": ago(90), "last_wbrt": ago(5)}) is CriterionValue.FAILS
    assert any_rt({"last_srs": ago(90), "last_wbrt": ago(50)}) is CriterionValue.MEETS
    assert any_rt({"last_srs": ago(90), "had_wbrt": False}) is CriterionValue.MEETS
    assert any_rt({"last_srs": "none", "had_wbrt": False}) is CriterionValue.MEETS


def test_a_kind_of_radiotherapy_that_is_not_known_might_be_the_last() -> None:
    assert any_rt({"last_srs": ago(90)}) is CriterionValue.UNKNOWN
    assert any_rt({"last_srs": ago(5)}) is CriterionValue.FAILS


def test_a_rule_read_in_one_cohort_only_never_fails() -> None:
    study = trial(eligibility("stable_only", stable_days=28, cohort="Cohort A"))
    found = match(person("treated_stable", stable_since=ago(2)), study).criterion(CriterionId.STABLE_DAYS)
    assert found is not None
    assert found.value is CriterionValue.NEEDS_CHECK
    assert found.reason == "MATCH/stable_days/too_short/one_cohort"
