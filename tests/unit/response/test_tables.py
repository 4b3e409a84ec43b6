"""Decision tables: total, without a row that nothing reaches, and with a source on each."""

from __future__ import annotations

import itertools

import pytest

from cimara.response.policy import policy_fields
from cimara.response.tables import POLICY, Table, TableError, component_rules, digests, load_table
from cimara.terms.response import Response

TABLES = (
    "recist11",
    "rano_bm",
    "irecist",
    "irano",
    "discordance",
    "best_response",
    "confirm_table3",
    "reader",
)


def every_input(table: Table) -> itertools.product[tuple[str, ...]]:
    domains = [
        policy_fields()[name[len(POLICY) :]].allowed if name.startswith(POLICY) else table.domains[name]
        for name in table.columns
    ]
    return itertools.product(*domains)


@pytest.mark.parametrize("name", TABLES)
def test_every_input_has_an_outcome_and_every_row_is_reached(name):
    table = load_table(name)
    reached = {table.match(key).priority for key in every_input(table)}
    assert reached == {row.priority for row in table.rows}


@pytest.mark.parametrize("name", ["recist11", "rano_bm", "irecist", "irano"])
def test_outcomes_are_response_categories(name):
    outcomes = {row.outcome for row in load_table(name).rows}
    assert {word for word in outcomes if not word.startswith("=")} <= set(Response)


def test_no_cns_table_lets_steroids_alone_be_progression():
    table = load_table("rano_bm")
    steroid = table.columns.index("steroid")
    progression = [row for row in table.rows if row.outcome == "PD"]
    assert all(row.conditions[steroid] == ("*",) for row in progression)


def test_an_input_outside_the_table_is_an_error():
    with pytest.raises(TableError, match="no row matches"):
        load_table("confirm_table3").match(("SD", "SD", "yes", "sd"))


def test_component_rules_have_source_and_status():
    assert all(rule.citation and rule.text and rule.status in "VAUP" for rule in component_rules().values())


def test_digests_cover_the_tables_of_a_criterion():
    assert set(digests("irecist")) == {
        "recist11",
        "irecist",
        "best_response",
        "confirm_table3",
        "reader",
        "rules",
    }
