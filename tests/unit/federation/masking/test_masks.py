"""Masks of pairs of sites vanish from the sum over all of them, and from no other."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking import MaskKey, masked, numbers_of, unmasked_sum, words_of
from tests.unit.federation.masking.sites import JOB, ids, keys_of, message, public

KEYS = keys_of(ids(17))


@settings(max_examples=40)
@given(st.integers(2, 17), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_the_sum_of_masked_messages_is_the_sum_of_the_numbers(sites: int, count: int, seed: int) -> None:
    keys = {site: KEYS[site] for site in ids(sites)}
    values = np.random.default_rng(seed).normal(scale=1e4, size=(sites, count)).round(9)
    found = unmasked_sum([message(site, keys, values[place]) for place, site in enumerate(keys)])
    exact = [sum(map(Fraction, column)) for column in values.T.tolist()]
    assert found == pytest.approx([float(one) for one in exact], rel=1e-15, abs=sites * 2.0**-68)


def test_the_order_of_a_roster_does_not_matter() -> None:
    keys = {site: KEYS[site] for site in ids(5)}
    turned = dict(reversed(keys.items()))
    values = np.arange(12.0)
    assert (message("S02", keys, values) == message("S02", turned, values)).all()


def test_ids_that_sort_otherwise_than_they_are_listed_still_cancel() -> None:
    keys = keys_of(("UT02", "NL01", "a|b", "é"))
    total = unmasked_sum([message(site, keys, np.array([1.25, -3.0])) for site in keys])
    assert total.tolist() == [5.0, -12.0]


def test_the_sum_without_one_site_is_noise() -> None:
    keys = {site: KEYS[site] for site in ids(5)}
    left = [message(site, keys, np.zeros(100)) for site in ids(5)[1:]]
    assert np.abs(unmasked_sum(left)).min() > 1.0


@pytest.mark.parametrize(
    "changed",
    [{"job": "job-0043"}, {"analysis": "A3"}, {"step": 2}, {"attempt": 1}, {"step": 0, "attempt": 11}],
)
def test_every_job_analysis_step_and_attempt_has_masks_of_its_own(changed: dict[str, object]) -> None:
    keys = {site: KEYS[site] for site in ids(3)}
    first = message("S00", keys, np.zeros(500))
    other = message("S00", keys, np.zeros(500), **changed)  # type: ignore[arg-type]
    assert not (first == other).any()


def test_a_mask_key_that_was_changed_on_its_way_leaves_no_readable_sum() -> None:
    keys = {site: KEYS[site] for site in ids(3)}
    told = public(keys) | {"S02": keys_of(["mallory"])["mallory"].public}
    betrayed = masked(
        words_of(np.ones(50), 3, "score"), own=keys["S00"], site="S00", roster=ids(3), keys=told,
        job=JOB, analysis="A2", step=1, attempt=0,
    )  # fmt: skip
    messages = [betrayed, *(message(site, keys, np.ones(50)) for site in ("S01", "S02"))]
    assert np.abs(unmasked_sum(messages) - 3).min() > 1.0


def _refusal(**changed: object) -> FederationError:
    keys = {site: KEYS[site] for site in ids(3)}
    asked = {
        "own": keys["S00"], "site": "S00", "roster": ids(3), "keys": public(keys), "job": JOB,
        "analysis": "A2", "step": 1, "attempt": 0,
    } | changed  # fmt: skip
    with pytest.raises(FederationError) as caught:
        masked(words_of(np.ones(2), 3, "score"), **asked)  # type: ignore[arg-type]
    return caught.value


def test_a_site_whose_own_key_was_swapped_for_the_others_is_told() -> None:
    swapped = public({site: KEYS[site] for site in ids(3)}) | {"S00": KEYS["S05"].public}
    refusal = _refusal(keys=swapped)
    assert refusal.code is Code.FOREIGN_KEY
    assert "telephone" in str(refusal)


def test_two_sites_with_one_key_are_refused() -> None:
    keys = public({site: KEYS[site] for site in ids(3)})
    assert _refusal(keys=keys | {"S02": keys["S01"]}).code is Code.FOREIGN_KEY


def test_a_missing_key_is_refused_by_its_site() -> None:
    keys = public({site: KEYS[site] for site in ids(2)})
    refusal = _refusal(keys=keys)
    assert (refusal.code, refusal.where) == (Code.FOREIGN_KEY, "S02")


@pytest.mark.parametrize("key", ["0" * 64, "01" + "0" * 62, "zz", "", "A" * 64, "0" * 63 + "\n"])
def test_a_key_that_is_none_or_that_fixes_the_secret_is_refused(key: str) -> None:
    keys = public({site: KEYS[site] for site in ids(3)})
    assert _refusal(keys=keys | {"S02": key}).code is Code.FOREIGN_KEY


def test_a_site_outside_the_roster_sends_nothing() -> None:
    assert _refusal(site="S07").code is Code.NOT_A_MEMBER


def test_a_roster_that_names_a_site_twice_is_refused() -> None:
    assert _refusal(roster=("S00", "S01", "S01")).code is Code.OTHER_ROSTER


def test_a_site_alone_sends_nothing_since_it_would_be_unmasked() -> None:
    assert _refusal(roster=("S00",)).code is Code.TOO_FEW_SITES


def test_the_words_that_are_masked_are_left_as_they_were() -> None:
    keys = {site: KEYS[site] for site in ids(3)}
    words = words_of(np.array([1.5]), 3, "score")
    masked(
        words, own=keys["S00"], site="S00", roster=ids(3), keys=public(keys), job=JOB, analysis="A2",
        step=1, attempt=0,
    )  # fmt: skip
    assert numbers_of(words).tolist() == [1.5]


def test_keys_made_anew_differ() -> None:
    assert MaskKey.new().public != MaskKey.new().public
