"""The rule files hold together: every kind has rows, every row a kind, no trial is named."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from cimara.terms.endpoint import CATALOGUE, Compartment, EndpointId
from cimara.trials.atlas.context import Population
from cimara.trials.atlas.wording import ENDPOINT_FILE, WORDING_FILES, Kind, kinds, rows, rules_hash


def counted() -> list[Kind]:
    return [kind for kind in kinds() if not kind.silent]


def test_kinds_are_told_apart() -> None:
    names = [kind.id for kind in kinds()]
    assert len(names) == len(set(names))


def test_every_kind_has_rows_and_every_row_a_kind() -> None:
    assert {kind.id for kind in counted()} == set(rows())


@pytest.mark.parametrize("kind", counted(), ids=lambda kind: kind.id)
def test_the_last_row_of_a_kind_takes_whatever_is_left(kind: Kind) -> None:
    last = rows()[kind.id][-1]
    assert not last.compartments
    assert last.population is None
    assert last.death is None


def test_rules_are_named_once_and_for_their_endpoint() -> None:
    found = [row for table in rows().values() for row in table]
    assert len({row.rule for row in found}) == len(found)
    assert all(row.rule.startswith(f"{row.canonical}/") for row in found)


def test_rows_speak_of_known_compartments_and_populations() -> None:
    known = {*Compartment, "csf"}
    for row in (row for table in rows().values() for row in table):
        assert row.compartments <= known
        assert row.population is None or row.population in set(Population)


def test_every_endpoint_of_the_catalogue_can_be_reached() -> None:
    reached = {row.canonical for table in rows().values() for row in table}
    assert set(CATALOGUE) <= reached
    assert reached == set(EndpointId)


@pytest.mark.parametrize("name", [*WORDING_FILES, ENDPOINT_FILE])
def test_no_trial_is_named_in_a_rule(name: str) -> None:
    text = files("cimara.trials.atlas").joinpath(name).read_text("utf-8")
    assert not re.search(r"NCT\d", text)


def test_the_hash_names_the_rules() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", rules_hash())
