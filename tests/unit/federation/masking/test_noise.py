"""One masked message is noise: tests at p 1e-4, which the same numbers without a mask fail by far.

Keys are fixed by seeds, so a test that passes once passes always; ten tests at this p would fail of
themselves for one seed in a thousand.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from cimara.federation.masking import words_of
from tests.unit.federation.masking.sites import ids, keys_of, message

P = 1e-4
KEYS = keys_of(ids(17), seed="noise")
COUNTS = np.random.default_rng(8).poisson(0.7, 6_720).astype(np.float64)
"""Small counts, nearly all below 5, as the cells of a site have them."""
SENT = message("S03", KEYS, COUNTS)
CLEAR = words_of(COUNTS, len(KEYS), "cells")


def _bytes(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return words.astype("<u8").view(np.uint8)


def _bits(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return np.unpackbits(_bytes(words))


def _p_bytes(words: NDArray[np.uint64]) -> float:
    """Chi-square of the 256 bytes against equal shares."""
    return float(stats.chisquare(np.bincount(_bytes(words), minlength=256)).pvalue)


def _p_runs(words: NDArray[np.uint64]) -> float:
    """Wald and Wolfowitz's runs test on the bits, two-sided."""
    bits = _bits(words)
    ones, zeros = float(bits.sum()), float(bits.size - bits.sum())
    runs = 1 + np.count_nonzero(np.diff(bits.astype(np.int8)))
    mean = 1 + 2 * ones * zeros / (ones + zeros)
    spread = np.sqrt((mean - 1) * (mean - 2) / (ones + zeros - 1))
    return float(2 * stats.norm.sf(abs(runs - mean) / spread))


def _p_together(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Share of equal bits against one half, two-sided."""
    equal = int((_bits(one) == _bits(other)).sum())
    return float(stats.binomtest(equal, one.size * 64).pvalue)


def _p_correlation(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Pearson's correlation of the words as they are read, as whole numbers with a sign."""
    return float(stats.pearsonr(one.view(np.int64), other.view(np.int64)).pvalue)


OTHERS = {
    "another round": message("S03", KEYS, COUNTS, step=2),
    "another attempt": message("S03", KEYS, COUNTS, attempt=1),
    "another analysis": message("S03", KEYS, COUNTS, analysis="A3"),
    "another job": message("S03", KEYS, COUNTS, job="job-0043"),
    "another site with the same numbers": message("S04", KEYS, COUNTS),
    "the numbers without their mask": CLEAR,
}


def test_the_bytes_of_a_message_are_evenly_spread() -> None:
    assert _p_bytes(SENT) > P


def test_each_bit_of_a_word_is_as_often_one_as_zero() -> None:
    ones = _bits(SENT).reshape(-1, 64).sum(axis=0)
    assert min(stats.binomtest(int(one), SENT.size).pvalue for one in ones) > P / 64


def test_the_bits_of_a_message_change_as_often_as_noise_does() -> None:
    assert _p_runs(SENT) > P


@pytest.mark.parametrize("other", OTHERS)
def test_a_message_tells_nothing_of(other: str) -> None:
    assert _p_together(SENT, OTHERS[other]) > P
    assert _p_correlation(SENT, OTHERS[other]) > P


def test_a_message_of_two_sites_only_is_noise_too() -> None:
    assert _p_bytes(message("S00", keys_of(ids(2), seed="two"), COUNTS)) > P


def test_neighbouring_words_of_a_message_are_not_related() -> None:
    assert _p_together(SENT[:-1], SENT[1:]) > P


def test_the_same_numbers_without_a_mask_fail_each_of_these_tests() -> None:
    assert _p_bytes(CLEAR) < 1e-100
    assert _p_runs(CLEAR) < 1e-100
    assert _p_together(CLEAR, words_of(COUNTS[::-1], len(KEYS), "cells")) < 1e-100
    assert _p_correlation(CLEAR, CLEAR + np.uint64(1)) < 1e-100
