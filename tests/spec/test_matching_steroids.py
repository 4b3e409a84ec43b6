"""Steroids: the trial's own drug and dose against the person's, never converted (trials.md §7.2)."""

from __future__ import annotations

from typing import Any

import pytest

from cimara.trials.eligibility.model import SteroidPolicy
from cimara.trials.matching import CnsFacts, Profile, Steroids, match
from cimara.trials.verdict import Change, ChangeKind, Criterion, CriterionId, CriterionValue
from tests.unit.trials.matching.made_trials import AS_OF, eligibility, trial


def steroids(taken: Steroids | None, state: str | None = "treated_stable", **rules: Any) -> Criterion | None:
    profile = Profile(as_of=AS_OF, cns=CnsFacts(state=state), steroids=taken)  # type: ignore[arg-type]
    return match(profile, trial(eligibility("stable_only", **rules))).criterion(CriterionId.STEROIDS)


def taking(drug: str, mg: float | None = None, **more: Any) -> Steroids:
    return Steroids(drug=drug, mg_per_day=mg, **more)  # type: ignore[arg-type]


OFF = taking("none")
DEX_4 = {"steroid_policy": SteroidPolicy.MAX_DOSE, "max_dex_mg": 4.0}
PRED_10 = {"steroid_policy": SteroidPolicy.MAX_DOSE, "max_pred_mg": 10.0}
NONE = {"steroid_policy": SteroidPolicy.NONE, "max_pred_mg": 0.0, "max_dex_mg": 0.0}
STEADY = {"steroid_policy": SteroidPolicy.STABLE_OR_TAPERING}


@pytest.mark.parametrize(
    ("rules", "taken", "value"),
    [
        (DEX_4, taking("dexamethasone", 2), CriterionValue.MEETS),
        (DEX_4, taking("dexamethasone", 4), CriterionValue.MEETS),
        (DEX_4, taking("dexamethasone", 4.3), CriterionValue.NEEDS_CHECK),
        (DEX_4, taking("dexamethasone", 8), CriterionValue.FAILS),
        (DEX_4, taking("dexamethasone"), CriterionValue.UNKNOWN),
        (DEX_4, taking("prednisone", 5), CriterionValue.NEEDS_CHECK),
        (DEX_4, taking("methylprednisolone", 400), CriterionValue.NEEDS_CHECK),
        (DEX_4, OFF, CriterionValue.MEETS),
        (DEX_4, None, CriterionValue.UNKNOWN),
        (PRED_10, taking("prednisone", 10), CriterionValue.MEETS),
        (PRED_10, taking("prednisone", 20), CriterionValue.FAILS),
        (PRED_10, taking("dexamethasone", 1), CriterionValue.NEEDS_CHECK),
        (PRED_10, taking("prednisolone", 40), CriterionValue.NEEDS_CHECK),
        (NONE, taking("dexamethasone", 0.5), CriterionValue.FAILS),
        (NONE, taking("other"), CriterionValue.FAILS),
        (NONE, OFF, CriterionValue.MEETS),
        (STEADY, taking("dexamethasone", 6, trend="tapering"), CriterionValue.MEETS),
        (STEADY, taking("dexamethasone", 6, trend="increasing"), CriterionValue.FAILS),
        (STEADY, taking("dexamethasone", 6), CriterionValue.UNKNOWN),
        ({"steroid_policy": SteroidPolicy.ANY}, taking("dexamethasone", 16), CriterionValue.MEETS),
        ({"steroid_policy": SteroidPolicy.ANY}, None, CriterionValue.MEETS),
        (NONE | {"steroids_physiologic": True}, taking("prednisone", 5), CriterionValue.NEEDS_CHECK),
    ],
)
def test_steroid_rules(rules: dict[str, Any], taken: Steroids | None, value: CriterionValue) -> None:
    found = steroids(taken, **rules)
    assert found is not None
    assert found.value is value


def test_above_the_limit_the_change_names_the_trials_drug_and_dose() -> None:
    found = steroids(taking("dexamethasone", 8), **DEX_4)
    assert found is not None
    assert found.change == Change(kind=ChangeKind.STEROID_AT_MOST, drug="dexamethasone", mg=4.0)


@pytest.mark.parametrize(
    ("last_dose", "value", "from_date"),
    [
        ("2026-01-01", CriterionValue.MEETS, None),
        ("2026-02-20", CriterionValue.FAILS, "2026-03-20"),
        ("2026-02-02", CriterionValue.NEEDS_CHECK, "2026-03-02"),
        ("none", CriterionValue.MEETS, None),
        (None, CriterionValue.UNKNOWN, None),
    ],
)
def test_time_off_steroids(last_dose: str | None, value: CriterionValue, from_date: str | None) -> None:
    found = steroids(taking("none", last_dose=last_dose), steroid_free_days=28)
    assert found is not None
    assert found.value is value
    assert (found.change.date if found.change else None) == from_date


def test_a_trial_that_says_nothing_of_steroids_asks_nothing() -> None:
    assert steroids(taking("dexamethasone", 16)) is None


def test_the_rule_stands_in_a_sentence_on_brm_so_others_are_not_asked() -> None:
    assert steroids(taking("dexamethasone", 16), "none_known", **DEX_4) is None


def test_while_it_is_not_known_whether_there_are_brm_no_dose_fails() -> None:
    found = steroids(taking("dexamethasone", 16), None, **DEX_4)
    assert found is not None
    assert found.value is CriterionValue.UNKNOWN
