"""The table of ASVS 5.0 has each requirement of levels 1 and 2, with a test that is there or a reason."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tools.portal_pages.asvs import Row, rows

ROOT = Path(__file__).parents[3]
ROWS = rows()
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1
4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2
7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
"""Requirements of levels 1 and 2 by section, as the standard numbers them; within one they start at 1."""
WITHOUT = {"4.3": "GraphQL", "4.4": "WebSocket", "17.1": "WebRTC", "17.2": "WebRTC", "17.3": "WebRTC"}
LEFT = {"6.3.3", "5.4.3", "16.4.3"}
"""What the specification says is left in part."""


def test_every_requirement_is_there_once() -> None:
    counts = dict(one.split(":") for one in SECTIONS.split())
    wanted = [f"{section}.{n}" for section, count in counts.items() for n in range(1, int(count) + 1)]
    assert [one.id for one in ROWS] == wanted


def test_there_are_70_of_level_1_and_183_of_level_2() -> None:
    assert Counter(one.level for one in ROWS) == {1: 70, 2: 183}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_says_how_and_names_a_test_that_is_there_or_why_there_is_none(row: Row) -> None:
    assert row.applies in ("yes", "partly", "no")
    assert len(row.how) > 15
    assert row.how.endswith(".")
    if row.test.startswith("tests/"):
        assert (ROOT / row.test).is_file()
    else:
        assert row.test.startswith("none: ")
        assert row.applies != "yes" or len(row.test) > 20


def test_what_the_portal_does_not_have_does_not_apply() -> None:
    apart = [one for one in ROWS if one.id.rpartition(".")[0] in WITHOUT]
    assert len(apart) == 13
    assert {one.applies for one in apart} == {"no"}
    assert all(WITHOUT[one.id.rpartition(".")[0]] in one.how for one in apart)
    assert next(one for one in ROWS if one.id == "6.8.3").applies == "no"


def test_what_is_left_in_part_is_stated() -> None:
    assert {one.id for one in ROWS if one.applies == "partly"} >= LEFT


def test_documents_that_a_row_names_are_there() -> None:
    named = {
        path
        for one in ROWS
        for path in re.findall(r"`((?:docs|deploy|requirements|tools)/[\w./-]+)`", one.how)
    }
    assert named
    assert not [path for path in named if "*" not in path and not (ROOT / path).exists()]
