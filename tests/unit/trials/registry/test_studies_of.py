"""Some studies of a snapshot are read in one statement, in the order in which they were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cli.trials.registry import default_registry
from cimara.trials.snapshot import Snapshot


@pytest.fixture(scope="module")
def starter() -> Snapshot:
    return Snapshot.open(Path(default_registry()))


def test_they_come_in_the_order_asked_for(starter: Snapshot) -> None:
    numbers = [one.nct_id for one in starter.studies()][::-5]
    assert [one.nct_id for one in starter.studies_of(numbers)] == numbers


def test_they_are_the_studies_that_iteration_gives(starter: Snapshot) -> None:
    first = next(starter.studies())
    assert starter.studies_of([first.nct_id]) == (first,)


def test_unknown_numbers_are_left_out(starter: Snapshot) -> None:
    assert starter.studies_of(["NCT99999999", "nonsense"]) == ()


def test_it_takes_one_statement_however_many_are_asked_for(starter: Snapshot) -> None:
    numbers = [one.nct_id for one in starter.studies()]
    statements: list[str] = []
    starter.connection.set_trace_callback(statements.append)
    starter.studies_of(numbers)
    starter.connection.set_trace_callback(None)
    assert len(statements) == 1
