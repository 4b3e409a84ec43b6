"""Leptomeningeal disease of a person against what a trial says of it in explicit words (trials.md §7.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cimara.terms.cns import DISEASE_STATES
from cimara.trials.eligibility.model import Force, LmdQualifier, Statement, Target
from cimara.trials.matching import Lmd, match
from cimara.trials.verdict import ChangeKind, Criterion, CriterionId, CriterionValue, Verdict
from tests.unit.trials.matching.made_trials import BRM_SENTENCE, eligibility, person, trial


def lmd(
    policy: str, known: Lmd | None, *, brm: str = "stable_only", state: str | None = None, **rules: object
) -> Criterion:
    facts = person("treated_stable", lmd=known, lmd_state=state)
    found = match(facts, trial(eligibility(brm, policy, **rules))).criterion(CriterionId.LMD)
    assert found is not None
    return found


@pytest.mark.parametrize("known", [Lmd.IMAGING, Lmd.CSF_POSITIVE])
@pytest.mark.parametrize(
    ("policy", "value"),
    [
        ("required", CriterionValue.NEEDS_CHECK),
        ("allowed", CriterionValue.NEEDS_CHECK),
        ("excluded", CriterionValue.FAILS),
        ("not_mentioned", CriterionValue.UNKNOWN),
        ("unclear", CriterionValue.NEEDS_CHECK),
    ],
)
def test_lmd_is_present(policy: str, value: CriterionValue, known: Lmd) -> None:
    assert lmd(policy, known).value is value


@pytest.mark.parametrize(
    ("policy", "value"),
    [
        ("required", CriterionValue.FAILS),
        ("allowed", CriterionValue.MEETS),
        ("excluded", CriterionValue.MEETS),
        ("not_mentioned", CriterionValue.MEETS),
        ("unclear", CriterionValue.MEETS),
    ],
)
def test_there_is_no_lmd(policy: str, value: CriterionValue) -> None:
    assert lmd(policy, Lmd.NO).value is value


@pytest.mark.parametrize("policy", ["required", "allowed", "excluded", "not_mentioned", "unclear"])
def test_it_is_not_known_whether_there_is_lmd(policy: str) -> None:
    assert lmd(policy, None).value is CriterionValue.UNKNOWN


@pytest.mark.parametrize("policy", ["required", "allowed", "excluded", "unclear"])
def test_suspected_lmd_is_left_to_a_check(policy: str) -> None:
    assert lmd(policy, Lmd.SUSPECTED).value is CriterionValue.NEEDS_CHECK


def test_excluding_all_cns_metastases_excludes_lmd_too() -> None:
    found = lmd("not_mentioned", Lmd.IMAGING, brm="excluded", lmd_in_cns_words=True)
    assert found.value is CriterionValue.FAILS
    assert BRM_SENTENCE in [quote.text for quote in found.quotes]


def test_a_statement_on_the_cns_that_excludes_covers_lmd() -> None:
    reading = eligibility("excluded", "not_mentioned")
    (decider,) = reading.evidence_for("brm_policy")
    statement = Statement(
        target=Target.CNS,
        force=Force.EXCLUDE,
        states=DISEASE_STATES,
        start=decider.start,
        end=decider.end,
        quote=decider.quote,
        rule_id="MADE/1",
    )
    study = trial(replace(reading, statements=(statement,)))
    found = match(person("none_known", lmd=Lmd.IMAGING), study).criterion(CriterionId.LMD)
    assert found is not None
    assert found.value is CriterionValue.FAILS


def test_excluding_brain_metastases_alone_is_silent_on_lmd() -> None:
    found = lmd("not_mentioned", Lmd.IMAGING, brm="excluded")
    assert (found.value, found.reason) == (CriterionValue.UNKNOWN, "MATCH/lmd/not_mentioned/present/silent")


def test_cns_words_that_let_stable_disease_in_are_silent_on_lmd() -> None:
    assert lmd("not_mentioned", Lmd.IMAGING, lmd_in_cns_words=True).value is CriterionValue.UNKNOWN


def test_a_record_silent_on_lmd_gives_the_verdict_unknown_to_a_person_with_lmd() -> None:
    facts = person("treated_stable", lmd=Lmd.IMAGING)
    assert match(facts, trial(eligibility("stable_only", "not_mentioned"))).verdict is Verdict.UNKNOWN


def test_a_record_silent_on_lmd_stays_possible_while_lmd_is_not_known() -> None:
    facts = person("treated_stable", stable_since="2025-12-01")
    assert match(facts, trial(eligibility("stable_only", "not_mentioned"))).verdict is Verdict.POSSIBLE


ACTIVE_ONLY = {"lmd_qualifiers": (LmdQualifier.ACTIVE_ONLY_EXCLUDED,)}
SYMPTOMATIC_ONLY = {"lmd_qualifiers": (LmdQualifier.SYMPTOMATIC_ONLY_EXCLUDED,)}


@pytest.mark.parametrize(
    ("rules", "state", "value"),
    [
        (ACTIVE_ONLY, "stable", CriterionValue.NEEDS_CHECK),
        (ACTIVE_ONLY, "active", CriterionValue.FAILS),
        (ACTIVE_ONLY, "symptomatic", CriterionValue.FAILS),
        (ACTIVE_ONLY, None, CriterionValue.UNKNOWN),
        (SYMPTOMATIC_ONLY, "active", CriterionValue.NEEDS_CHECK),
        (SYMPTOMATIC_ONLY, "symptomatic", CriterionValue.FAILS),
    ],
)
def test_one_kind_of_lmd_is_excluded(
    rules: dict[str, object], state: str | None, value: CriterionValue
) -> None:
    assert lmd("excluded", Lmd.IMAGING, state=state, **rules).value is value


def test_an_excluded_kind_of_lmd_may_settle() -> None:
    found = lmd("excluded", Lmd.IMAGING, state="active", **ACTIVE_ONLY)
    assert found.change is not None
    assert found.change.kind is ChangeKind.WHEN_STABLE
