"""Cohen's kappa against published examples."""

from __future__ import annotations

import pytest

from cimara.cohort.double_entry.kappa import kappa


def pairs(table: list[list[int]]) -> tuple[list[str], list[str]]:
    first, second = [], []
    for row, counts in enumerate(table):
        for column, count in enumerate(counts):
            first += [str(row)] * count
            second += [str(column)] * count
    return first, second


def test_kappa_of_fleiss_cohen_and_everitt_table_1() -> None:
    """Fleiss, Cohen & Everitt 1969: 200 subjects, three categories; kappa 0.429, standard error 0.054."""
    found = kappa(*pairs([[106, 10, 4], [22, 28, 10], [2, 12, 6]]))
    assert found.n == 200
    assert found.agreed == pytest.approx(0.70)
    assert found.kappa == pytest.approx(0.429, abs=5e-4)
    assert found.upper is not None
    assert found.kappa is not None
    assert (found.upper - found.kappa) / 1.959963984540054 == pytest.approx(0.054, abs=5e-4)


def test_two_words_give_the_textbook_value() -> None:
    """20 yes-yes, 15 no-no, 5 and 10 apart: (0.7 - 0.5) / (1 - 0.5) = 0.4 (Cohen 1960's arithmetic)."""
    assert kappa(*pairs([[20, 5], [10, 15]])).kappa == pytest.approx(0.4)


def test_perfect_agreement_is_one_with_no_width() -> None:
    found = kappa(*pairs([[7, 0], [0, 4]]))
    assert (found.kappa, found.lower, found.upper) == (1.0, 1.0, 1.0)


def test_one_word_throughout_has_no_kappa() -> None:
    found = kappa(["a", "a"], ["a", "a"])
    assert (found.agreed, found.kappa) == (1.0, None)


def test_nothing_to_compare_is_said() -> None:
    assert kappa([], []).kappa is None
