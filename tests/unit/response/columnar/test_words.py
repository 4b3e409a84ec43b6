"""Decision tables as arrays: every combination gives the row that the reference looks up."""

from __future__ import annotations

from itertools import product

import pytest

from cimara.response.columnar.words import WORDS, lookup, number
from cimara.response.policy import Policy
from cimara.response.tables import POLICY, load_table

VARIED = Policy.preset("rano_bm").replace(
    steroid_increase_no_decline="sd", cr_on_steroids="ne", antiangiogenic="ne", cr_then_pr="pd"
)


@pytest.mark.parametrize("policy", [Policy.preset("rano_bm"), VARIED])
@pytest.mark.parametrize("name", ["recist11", "rano_bm", "best_response", "confirm_table3"])
def test_every_combination_has_the_row_of_the_table(name: str, policy: Policy) -> None:
    array, rows = lookup(name, policy)
    table = load_table(name)
    free = [column for column in table.columns if not column.startswith(POLICY)]
    for seen in product(*(table.domains[column] for column in free)):
        place = array[tuple(number(column, word) for column, word in zip(free, seen, strict=True))]
        assert rows[place] is table.first(policy, **dict(zip(free, seen, strict=True)))


@pytest.mark.parametrize("name", ["recist11", "rano_bm", "best_response", "confirm_table3"])
def test_no_word_of_a_table_is_unknown(name: str) -> None:
    for column, words in load_table(name).domains.items():
        if not column.startswith(POLICY):
            assert set(words) <= set(WORDS[column])
