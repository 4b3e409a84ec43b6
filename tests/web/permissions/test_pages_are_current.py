"""The generated pages of the reference are those that the code makes now; the walk holds its own table."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara_web.machines import Machine
from cimara_web.permissions.roles import ROLES, Role
from tests.web.world import World
from tools.portal_pages import permission_table, sbom
from tools.portal_pages.all import without_trying
from tools.portal_pages.diagram import svg
from tools.portal_pages.states import ALSO, MACHINES
from tools.portal_pages.trying import Tried, all_tried

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
STALE = "run: python -m tools.make_portal_pages"
HOLDS = {
    "office": Role.OFFICE,
    "lead": Role.STUDY_LEAD,
    "statistician": Role.STATISTICIAN,
    "site lead": Role.SITE_LEAD,
    "coordinator": Role.COORDINATOR,
}
"""Who has a role over everything that is tried."""


@pytest.mark.parametrize("name", sorted(without_trying()))
def test_a_page_made_from_tables_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text() == without_trying()[name], STALE


@pytest.fixture
def tried(w: World) -> list[Tried]:
    """Everything, tried by everybody."""
    return all_tried(w)


def test_what_was_tried_is_what_the_page_says_and_the_tables_of_states_allow(tried: list[Tried]) -> None:
    assert (REFERENCE / "permissions.md").read_text() == permission_table.page(tried), STALE
    assert [one.machine.name for one in tried] == [one.name for one in MACHINES]
    for one in tried:
        assert dict(one.done) == allowed(one.machine)


def allowed(machine: Machine) -> dict[tuple[object, object], tuple[str, ...]]:
    """State and action -> who could, by the table of the machine and the permissions of the roles."""
    found = {}
    for row in machine.transitions:
        names = tuple(name for name, role in HOLDS.items() if row.permission in ROLES[role].permissions)
        also = "office" if (machine.name, str(row.on)) in ALSO else ""
        if row.permission is not None:
            found[row.source, row.on] = tuple(name for name in HOLDS if name in (*names, also))
    return found


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
class TestPictures:
    def test_a_picture_is_drawn_alike_each_time(self, machine: Machine) -> None:
        assert svg(machine) == svg(machine)

    def test_it_has_every_state_and_every_happening(self, machine: Machine) -> None:
        drawn = svg(machine)
        for row in machine.transitions:
            for words in (row.source, row.on, row.target):
                assert str(words).replace("'", "&#x27;") in drawn or str(words) in drawn

    def test_it_is_told_in_words(self, machine: Machine) -> None:
        assert f"<title>States of the {machine.name}</title>" in svg(machine)
        assert f"From {machine.transitions[0].source} to {machine.transitions[0].target}" in svg(machine)


def test_the_list_of_components_has_every_pinned_one_with_its_hashes() -> None:
    locked = sbom.LOCKED.read_text()
    found = list(sbom.components(locked))
    assert len(found) == sum("==" in line.split("--hash")[0].split(";")[0] for line in locked.splitlines())
    assert sum(len(one["hashes"]) for one in found) == locked.count("--hash=sha256:")  # type: ignore[arg-type, misc]
    assert all(one["hashes"] for one in found)
