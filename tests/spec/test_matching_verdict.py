"""The five verdicts, in the order in which the first that holds wins (trials.md §7.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cimara.terms.registry import OverallStatus, Sex
from cimara.terms.units import DAYS_PER_YEAR
from cimara.trials.eligibility.model import Force, Statement, Target
from cimara.trials.matching import Profile, match
from cimara.trials.verdict import ChangeKind, CriterionId, CriterionValue, Verdict
from tests.unit.trials.matching.made_trials import eligibility, person, site, trial

STABLE = {"lmd": "no", "stable_since": "2025-12-01"}


def stable_person(**changes: Any) -> Profile:
    return replace(person("treated_stable", **STABLE), **changes)


def test_everything_met_is_likely() -> None:
    assert match(stable_person(), trial(eligibility("stable_only", stable_days=28))).verdict is Verdict.LIKELY


def test_a_missing_fact_is_possible() -> None:
    study = trial(eligibility("stable_only", seizures_controlled=True))
    assert match(stable_person(), study).verdict is Verdict.POSSIBLE


def test_judgement_left_is_possible() -> None:
    assert match(stable_person(), trial(eligibility("unclear"))).verdict is Verdict.POSSIBLE


def test_silence_on_the_cns_disease_comes_before_missing_facts() -> None:
    study = trial(eligibility("not_mentioned", seizures_controlled=True))
    assert match(stable_person(), study).verdict is Verdict.UNKNOWN


def test_a_fail_that_may_change_comes_before_silence() -> None:
    study = trial(eligibility("not_mentioned"), overall_status=OverallStatus.NOT_YET_RECRUITING)
    assert match(stable_person(), study).verdict is Verdict.NOT_NOW


def test_a_fail_that_nothing_can_change_comes_first() -> None:
    study = trial(
        eligibility("not_mentioned"), overall_status=OverallStatus.NOT_YET_RECRUITING, sex=Sex.FEMALE
    )
    assert match(stable_person(sex="male"), study).verdict is Verdict.NO


@pytest.mark.parametrize(
    ("status", "value", "verdict"),
    [
        (OverallStatus.RECRUITING, CriterionValue.MEETS, Verdict.LIKELY),
        (OverallStatus.AVAILABLE, CriterionValue.MEETS, Verdict.LIKELY),
        (OverallStatus.ENROLLING_BY_INVITATION, CriterionValue.NEEDS_CHECK, Verdict.POSSIBLE),
        (OverallStatus.UNKNOWN, CriterionValue.UNKNOWN, Verdict.POSSIBLE),
        (OverallStatus.WITHHELD, CriterionValue.UNKNOWN, Verdict.POSSIBLE),
        (OverallStatus.NOT_YET_RECRUITING, CriterionValue.FAILS, Verdict.NOT_NOW),
        (OverallStatus.SUSPENDED, CriterionValue.FAILS, Verdict.NOT_NOW),
        (OverallStatus.TEMPORARILY_NOT_AVAILABLE, CriterionValue.FAILS, Verdict.NOT_NOW),
        (OverallStatus.ACTIVE_NOT_RECRUITING, CriterionValue.FAILS, Verdict.NO),
        (OverallStatus.COMPLETED, CriterionValue.FAILS, Verdict.NO),
        (OverallStatus.TERMINATED, CriterionValue.FAILS, Verdict.NO),
        (OverallStatus.WITHDRAWN, CriterionValue.FAILS, Verdict.NO),
        (OverallStatus.NO_LONGER_AVAILABLE, CriterionValue.FAILS, Verdict.NO),
        (OverallStatus.APPROVED_FOR_MARKETING, CriterionValue.FAILS, Verdict.NO),
    ],
)
def test_recruitment_status(status: OverallStatus, value: CriterionValue, verdict: Verdict) -> None:
    result = match(stable_person(), trial(eligibility("stable_only"), overall_status=status))
    found = result.criterion(CriterionId.STATUS)
    assert found is not None
    assert (found.value, result.verdict) == (value, verdict)


def test_a_trial_that_has_not_opened_changes_when_a_site_opens() -> None:
    study = trial(overall_status=OverallStatus.NOT_YET_RECRUITING)
    found = match(stable_person(), study).criterion(CriterionId.STATUS)
    assert found is not None
    assert found.change is not None
    assert found.change.kind is ChangeKind.SITE_OPENS


def test_a_recruiting_trial_whose_sites_are_all_closed_is_left_to_a_check() -> None:
    study = trial(sites=(site(status=OverallStatus.WITHDRAWN), site(1, status=OverallStatus.COMPLETED)))
    found = match(stable_person(), study).criterion(CriterionId.STATUS)
    assert found is not None
    assert (found.value, found.reason) == (CriterionValue.NEEDS_CHECK, "MATCH/status/open/no_open_site")


def years(number: float) -> int:
    return int(number * DAYS_PER_YEAR)


@pytest.mark.parametrize(
    ("least", "most", "age", "value"),
    [
        (None, None, None, CriterionValue.MEETS),
        (years(18), None, 61, CriterionValue.MEETS),
        (years(18), None, 18, CriterionValue.MEETS),
        (years(18), None, 17, CriterionValue.FAILS),
        (years(18), years(75), 75, CriterionValue.MEETS),
        (years(18), years(75), 76, CriterionValue.FAILS),
        (years(0.5), None, 0, CriterionValue.NEEDS_CHECK),
        (None, years(1.5), 1, CriterionValue.NEEDS_CHECK),
        (years(18), None, None, CriterionValue.UNKNOWN),
    ],
)
def test_age(least: int | None, most: int | None, age: int | None, value: CriterionValue) -> None:
    study = trial(min_age_days=least, max_age_days=most)
    found = match(stable_person(age=age), study).criterion(CriterionId.AGE)
    assert found is not None
    assert found.value is value


@pytest.mark.parametrize(
    ("takes", "sex", "value"),
    [
        (Sex.ALL, None, CriterionValue.MEETS),
        (Sex.FEMALE, "female", CriterionValue.MEETS),
        (Sex.FEMALE, "male", CriterionValue.FAILS),
        (Sex.MALE, "female", CriterionValue.FAILS),
        (Sex.MALE, "other", CriterionValue.NEEDS_CHECK),
        (Sex.MALE, None, CriterionValue.UNKNOWN),
    ],
)
def test_sex(takes: Sex, sex: str | None, value: CriterionValue) -> None:
    found = match(stable_person(sex=sex), trial(sex=takes)).criterion(CriterionId.SEX)
    assert found is not None
    assert found.value is value


def test_age_and_sex_mismatches_stay_listed_and_are_flagged() -> None:
    result = match(stable_person(age=80, sex="male"), trial(max_age_days=years(75), sex=Sex.FEMALE))
    assert result.verdict is Verdict.NO
    assert result.relevant
    assert {"age_outside", "sex_differs"} <= set(result.flags)


ECOG_LINE = "Eastern Cooperative Oncology Group (ECOG) performance status 0 or 1"


def test_performance_status_is_shown_and_not_read() -> None:
    study = trial(criteria=f"Inclusion Criteria:\n* Age over 18.\n* {ECOG_LINE}\n* Informed consent.\n")
    found = match(stable_person(ecog=0), study).criterion(CriterionId.PERFORMANCE)
    assert found is not None
    assert found.value is CriterionValue.NEEDS_CHECK
    assert found.fact == "ECOG 0"
    assert [quote.text for quote in found.quotes] == [ECOG_LINE]
    assert study.criteria[found.quotes[0].start : found.quotes[0].end] == ECOG_LINE


def test_performance_status_that_is_not_known_is_unknown() -> None:
    found = match(stable_person(), trial(criteria=f"* {ECOG_LINE}")).criterion(CriterionId.PERFORMANCE)
    assert found is not None
    assert found.value is CriterionValue.UNKNOWN


@pytest.mark.parametrize(
    ("gene", "line", "shown"),
    [
        ("EGFR", "Sensitising EGFR mutation", True),
        ("HER2", "HER-2 positive disease", True),
        ("HER2", "HER 2 low", True),
        ("PD-L1", "PD-L1 of 50 % or more", True),
        ("MET", "patients who have met the criteria", False),
        ("ALK", "ability to walk", False),
        ("KRAS", "no known driver", False),
    ],
)
def test_tested_genes_are_shown_and_not_read(gene: str, line: str, shown: bool) -> None:
    profile = stable_person(biomarkers=({"gene": gene, "result": "positive"},))
    found = match(profile, trial(criteria=f"Inclusion Criteria:\n* {line}\n")).criterion(
        CriterionId.BIOMARKER
    )
    assert (found is not None) == shown
    if found is not None:
        assert [quote.text for quote in found.quotes] == [line]
        assert found.value is CriterionValue.NEEDS_CHECK


def test_the_investigators_opinion_is_left_to_a_check() -> None:
    sentence = "Brain metastases are excluded unless stable in the opinion of the investigator"
    reading = eligibility("stable_only")
    spoken = tuple(replace(one, quote=sentence) for one in reading.evidence)
    result = match(stable_person(), trial(replace(reading, evidence=spoken)))
    found = result.criterion(CriterionId.BRM)
    assert found is not None
    assert found.reason == "MATCH/brm/stable_only/treated_stable/investigator"
    assert found.value is CriterionValue.NEEDS_CHECK


def test_nobody_fails_by_a_policy_that_no_words_are_named_for() -> None:
    reading = eligibility("excluded")
    (decider,) = reading.evidence_for("brm_policy")
    spoken = Statement(
        target=Target.CNS,
        force=Force.PERMIT,
        states=(),
        start=decider.start,
        end=decider.end,
        quote=decider.quote,
        rule_id="MADE/1",
    )
    unfounded = replace(reading, evidence=(), statements=(spoken,))
    found = match(stable_person(), trial(unfounded)).criterion(CriterionId.BRM)
    assert found is not None
    assert found.value is CriterionValue.NEEDS_CHECK
    assert [quote.text for quote in found.quotes] == [decider.quote]


@pytest.mark.parametrize(
    ("updated", "flagged"),
    [("2023-12-01", True), ("2025-06-01", False), (None, True), ("2024-02", True), ("2024-03", False)],
)
def test_a_recruiting_record_not_updated_for_two_years_may_be_outdated(
    updated: str | None, flagged: bool
) -> None:
    result = match(stable_person(), trial(last_updated=updated))
    assert ("may_be_outdated" in result.flags) == flagged
