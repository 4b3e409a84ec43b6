"""Genes in criteria are found as trials write them, and nowhere else."""

from __future__ import annotations

import pytest

from cimara.trials.matching.mentions import gene_pattern

FOUND = [
    ("HER2", "HER-2 positive"),
    ("HER2", "HER 2+"),
    ("her2", "HER2"),
    ("EGFR", "an EGFR mutation"),
    ("PD-L1", "PDL1"),
    ("α", "the α chain"),
]
NOT_FOUND = [("EGFR", "xEGFR"), ("EGFR", "EGFR2"), ("ALK", "TALK"), ("α", "no Greek letter here")]


@pytest.mark.parametrize(("gene", "text"), FOUND)
def test_a_gene_is_found_as_trials_write_it(gene: str, text: str) -> None:
    assert gene_pattern(gene).search(text)


@pytest.mark.parametrize(("gene", "text"), NOT_FOUND)
def test_a_gene_is_not_found_in_another_word(gene: str, text: str) -> None:
    assert not gene_pattern(gene).search(text)
