"""The reader against labels made by hand: the bars of the specification (trials.md 13.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import pytest

from cimara.trials.eligibility import read_eligibility
from cimara.trials.labels import Scores, label_row, load_labels, score
from tests.labelled import LABELS
from tests.registry_texts import registry_records
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared_data


def _is_untouched(nct_id: str) -> bool:
    """The third of the label file that was kept apart until the rules were first measured on it.

    At that first contact it scored 50 of 54 (the rest 87 of 87); its misses were then mended, so that it
    is apart no longer. `docs/explanation/how-we-read-criteria.md` has both figures.
    """
    return int(hashlib.sha256(nct_id.encode()).hexdigest(), 16) % 3 == 0


def _scores(labels: Mapping[str, Mapping[str, str]], ids: Iterable[str]) -> Scores:
    records = registry_records()
    rows = {}
    for nct_id in ids:
        record = records[nct_id]
        read = read_eligibility(record.criteria, title=record.title, conditions=record.conditions)
        rows[nct_id] = label_row(nct_id, read)
    return score(rows, labels)


@pytest.fixture(scope="module")
def labels() -> dict[str, dict[str, str]]:
    return load_labels(shared_data("trials/cns_gold.csv"))


@pytest.fixture(scope="module")
def whole(labels: dict[str, dict[str, str]]) -> Scores:
    return _scores(labels, labels)


def test_policies_agree_with_the_label_file(whole: Scores) -> None:
    assert whole.brm_accuracy.value >= 0.95
    assert whole.brm_macro_f1 >= 0.93
    assert whole.lmd_macro_f1 >= 0.95


def test_few_who_are_shut_out_are_let_in_and_few_who_may_enter_are_lost(whole: Scores) -> None:
    assert whole.unsafe_permissive.value < 0.02
    assert whole.lost_opportunity.value < 0.03


def test_fields_agree_with_the_label_file(whole: Scores) -> None:
    assert whole.fields["stable_days"].value >= 0.90
    assert whole.fields["max_pred_mg"].value >= 0.90
    assert whole.fields["max_dex_mg"].value >= 0.90
    assert whole.fields["brain_imaging"].value >= 0.85


def test_the_third_kept_apart_scores_like_the_rest(labels: dict[str, dict[str, str]]) -> None:
    apart = _scores(labels, [one for one in labels if _is_untouched(one)])
    rest = _scores(labels, [one for one in labels if not _is_untouched(one)])
    assert rest.brm_accuracy.value - apart.brm_accuracy.value <= 0.04


def test_sixty_trials_labelled_blind() -> None:
    own = load_labels(LABELS / "cns_trials.csv")
    scores = _scores(own, own)
    assert scores.brm_macro_f1 >= 0.90
    assert scores.lmd_macro_f1 >= 0.90


LATER = {"cns_trials_twice.csv": (0.95, 0.95), "cns_trials_once.csv": (0.93, 0.95)}
"""Least share of right policies, for brain metastases and for leptomeningeal disease."""


@pytest.mark.parametrize("name", LATER)
def test_all_other_trials_that_name_metastases(name: str) -> None:
    later = load_labels(LABELS / name)
    scores = _scores(later, later)
    brm, lmd = LATER[name]
    assert scores.brm_accuracy.value >= brm
    assert scores.lmd_accuracy.value >= lmd
    assert scores.unsafe_permissive.value < 0.02
    assert scores.lost_opportunity.value < 0.03
    assert min(share.value for share in scores.fields.values()) >= 0.90
