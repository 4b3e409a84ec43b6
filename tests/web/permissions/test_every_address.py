"""Every address, asked as everybody: what comes back is in one committed table, and nothing leaks by it.

The table is `docs/reference/addresses-by-role.csv`, made by `python -m tools.make_portal_pages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from django.test import override_settings

from tests.web.addresses import FOR_MEMBERS, patterns
from tests.web.permissions import planted
from tests.web.permissions.judging import findings
from tests.web.walk import METHODS, SIGN_IN, Walker, examples, of_an_object
from tests.web.world import OUTSIDE, ROLES, STRANGER, World
from tools.portal_pages.addresses_by_role import read

TABLE = Path(__file__).parents[3] / "docs" / "reference" / "addresses-by-role.csv"
EXPECTED = read(TABLE.read_text())
NOT_THERE = {"404", "405"}
OF_OBJECTS = {pattern: example for pattern, example in FOR_MEMBERS.items() if of_an_object(example)}
BELOW_A_SITE = [pattern for pattern, example in OF_OBJECTS.items() if "sites/{site}" in example]
RELEASED = "studies/<study:slug>/reports/"
"""Opens to every member of the consortium where a report is released, and lists that report alone."""
OF_A_STUDY = [one for one, example in OF_OBJECTS.items() if "{study}" in example and one != RELEASED]


def test_every_pattern_has_a_row_for_each_method() -> None:
    wanted = {(route, method) for route, _ in patterns() for method in METHODS}
    assert wanted == EXPECTED.keys()


def test_every_pattern_is_walked() -> None:
    assert examples().keys() == {route for route, _ in patterns()}


@pytest.mark.parametrize("role", ROLES)
def test_an_address_gives_the_answer_of_the_table_and_tells_nothing_else(w: World, role: str) -> None:
    assert not findings(Walker(w, role), _of(role))


def _of(role: str) -> Mapping[tuple[str, str], str]:
    return {asked: by_role[role] for asked, by_role in EXPECTED.items()}


class TestAPlantedHoleIsFound:
    """A copy of one view is served that forgets something; the same walk must say so."""

    @pytest.mark.parametrize("role", OUTSIDE)
    def test_a_view_that_forgets_what_is_visible(self, w: World, role: str) -> None:
        with override_settings(ROOT_URLCONF=planted.FORGETFUL):
            found = findings(Walker(w, role), _of(role), only=planted.STUDY)
        assert found == [f"GET /{planted.STUDY}: 200, not 404"]

    def test_a_view_that_tells_what_is_hidden_from_what_is_not_there(self, w: World) -> None:
        with override_settings(ROOT_URLCONF=planted.TALKATIVE):
            found = findings(Walker(w, "member"), _of("member"), only=planted.STUDY)
        assert found == [
            f"GET /{planted.STUDY}: not the page of what does not exist",
            f"GET /{planted.STUDY}: other than for an id of nothing",
        ]

    def test_a_view_that_writes_before_it_refuses(self, w: World) -> None:
        with override_settings(ROOT_URLCONF=planted.HASTY):
            found = findings(Walker(w, "member"), _of("member"), only=planted.STUDY)
        assert found == [f"GET /{planted.STUDY}: refused, but wrote studies_study"]

    def test_a_view_that_anybody_may_see(self, w: World) -> None:
        with override_settings(ROOT_URLCONF=planted.OPEN):
            found = findings(Walker(w, STRANGER), _of(STRANGER), only=planted.STUDY)
        assert f"GET /{planted.STUDY}: 404, not {SIGN_IN}" in found


class TestTheTableItself:
    """What must hold of it whatever the pages are: portal.md sections 1 and 10.2."""

    def test_no_answer_is_a_fault(self) -> None:
        assert not [row for row, by_role in EXPECTED.items() if {"500", "429"} & set(by_role.values())]

    @pytest.mark.parametrize("pattern", FOR_MEMBERS)
    def test_a_stranger_is_sent_to_sign_in_from_every_page_for_members(self, pattern: str) -> None:
        assert [EXPECTED[pattern, method][STRANGER] for method in METHODS] == [SIGN_IN, SIGN_IN]

    @pytest.mark.parametrize("pattern", OF_A_STUDY)
    @pytest.mark.parametrize("role", OUTSIDE)
    def test_who_has_no_role_in_a_study_finds_nothing_of_it(self, pattern: str, role: str) -> None:
        assert {EXPECTED[pattern, method][role] for method in METHODS} <= NOT_THERE

    @pytest.mark.parametrize("pattern", BELOW_A_SITE)
    def test_another_site_finds_nothing_below_a_site(self, pattern: str) -> None:
        assert {EXPECTED[pattern, method]["other coordinator"] for method in METHODS} <= NOT_THERE

    @pytest.mark.parametrize(("start", "alone"), [("audit/", "auditor"), ("office/", "office")])
    def test_an_area_is_there_for_its_role_alone(self, start: str, alone: str) -> None:
        found = {
            role
            for (pattern, _), by_role in EXPECTED.items()
            if pattern.startswith(start)
            for role, answer in by_role.items()
            if answer not in {*NOT_THERE, SIGN_IN}
        }
        assert found == {alone}

    @pytest.mark.parametrize("pattern", [one for one in FOR_MEMBERS if one.startswith("network/")])
    def test_an_account_that_is_no_members_finds_nothing_of_people(self, pattern: str) -> None:
        assert {EXPECTED[pattern, method]["public account"] for method in METHODS} <= NOT_THERE
