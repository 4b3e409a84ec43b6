"""Figures of the network: each equals its table, counts each member once, and names nobody."""

from __future__ import annotations

import csv
import io
import re
from math import isclose, pi
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from cimara_web.members.counted import network
from cimara_web.members.map import dots, draw_map
from cimara_web.members.words import Specialty
from tests.web import people

SVG = "{http://www.w3.org/2000/svg}"
LARGE, SMALL = Specialty.MEDICAL_ONCOLOGY.value, Specialty.NEUROSURGERY.value


@pytest.fixture
def places() -> dict[str, Any]:
    """Four institutions: two in one town, one far away with more members, one without coordinates."""
    made = {
        "A": people.institution(name="Demo A", city="Here", latitude=36.0, longitude=-79.0),
        "B": people.institution(name="Demo B", city="Here", latitude=36.0, longitude=-79.0),
        "C": people.institution(name="Demo C", country="GR", latitude=38.0, longitude=23.7),
        "D": people.institution(name="Demo D", country="CH", latitude=None, longitude=None),
    }
    for name, count in (("A", 1), ("B", 2), ("C", 4), ("D", 1)):
        for _ in range(count):
            people.member(at=made[name], specialties=[LARGE])
    people.member(at=made["C"], specialties=[SMALL, LARGE])
    people.member(at=made["C"], specialties=[SMALL], left=people.TODAY)
    return made


def get(path: str, prefix: str = "") -> Any:
    return Client().get(f"{prefix}/network/{path}", secure=True)


def table(path: str) -> list[list[str]]:
    text = get(path).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_members_are_counted_once_by_primary_specialty_and_not_after_they_left(places: Any) -> None:
    assert network().specialties == ((LARGE, 8), (SMALL, 1))
    assert network().members == 9


def test_a_second_affiliation_counts_nowhere(places: Any) -> None:
    from cimara_web.members.models import Affiliation, Member
    from cimara_web.writes import action

    @action
    def also() -> None:
        row = Affiliation(member=Member.objects.first(), institution=places["C"], primary=False)
        row.save()

    before = {one.name: one.members for one in network().places}
    also()
    assert {one.name: one.members for one in network().places} == before


def test_bars_equal_the_table_of_the_page_and_the_file(places: Any) -> None:
    drawn = ElementTree.fromstring(get("specialties.svg").content)
    bars = [
        one.find(f"{SVG}title").text
        for one in drawn.iter(f"{SVG}rect")
        if one.find(f"{SVG}title") is not None
    ]
    rows = table("specialties.csv")
    assert bars == [f"{words}: {count}" for words, count in rows]
    page = get("").content.decode()
    assert all(
        f'<th scope="row">{words}</th><td class="figure">{count}</td>' in page for words, count in rows
    )


def test_bars_are_as_long_as_their_numbers(places: Any) -> None:
    drawn = ElementTree.fromstring(get("specialties.svg").content)
    lengths = [
        float(one.get("width", 0)) for one in drawn.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None
    ]
    assert lengths == sorted(lengths, reverse=True)
    assert isclose(lengths[0] / lengths[1], 8 / 1, rel_tol=0.01)


def circles() -> list[tuple[str, float, float, float]]:
    drawn = ElementTree.fromstring(get("map.svg").content)
    return [
        (one.find(f"{SVG}title").text, *(float(one.get(key)) for key in ("cx", "cy", "r")))
        for one in drawn.iter(f"{SVG}circle")
        if one.find(f"{SVG}title") is not None
    ]


def test_the_map_has_one_dot_an_institution_with_the_number_of_its_table(places: Any) -> None:
    told = sorted(re.findall(r"^(.*), .*: (\d+) member", one[0])[0] for one in circles())
    rows = [(row[2], row[3]) for row in table("places.csv") if row[4]]
    assert told == sorted(rows)


def test_the_area_of_a_dot_grows_with_the_members(places: Any) -> None:
    area = {one[0].split(",")[0]: pi * one[3] ** 2 for one in circles()}
    assert isclose(area["Demo C"] / area["Demo A"], 5, rel_tol=0.01)
    assert isclose(area["Demo B"] / area["Demo A"], 2, rel_tol=0.01)


def test_the_biggest_is_drawn_first(places: Any) -> None:
    radii = [one[3] for one in circles()]
    assert radii == sorted(radii, reverse=True)


def test_institutions_at_one_place_stand_side_by_side_and_near_it(places: Any) -> None:
    here = {dot.place.name: dot for dot in dots(network().on_map)}
    one, other = here["Demo A"], here["Demo B"]
    apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
    assert one.radius + other.radius <= apart <= 2 * (one.radius + other.radius)
    towns = [row[1] for row in table("places.csv") if row[0] == "United States"]
    assert towns == ["Here", "Here"]


def test_an_institution_without_coordinates_is_in_the_table_and_the_page_says_so(places: Any) -> None:
    assert not any("Demo D" in one[0] for one in circles())
    assert any(row[2] == "Demo D" for row in table("places.csv"))
    assert "1 institution is not on the map" in get("").content.decode()


@pytest.mark.parametrize("path", ["specialties.svg", "map.svg"])
def test_a_figure_has_words_and_no_style_that_the_policy_forbids(places: Any, path: str) -> None:
    response = get(path)
    assert response["Content-Type"] == "image/svg+xml"
    drawn = ElementTree.fromstring(response.content)
    assert drawn.find(f"{SVG}title").text
    assert drawn.find(f"{SVG}desc").text
    assert b"style" not in response.content
    assert b"<script" not in response.content


def test_the_page_shows_the_figures_of_its_own_numbers(places: Any) -> None:
    page = get("").content.decode()
    assert f'src="/network/map.svg?v={network().version}"' in page
    assert "As of 20 November 2026" in page
    assert "As of 20 November 2026" in get("map.svg").content.decode()
    before = network().version
    people.member(at=places["A"])
    assert network().version != before


def test_figures_change_with_the_numbers_although_they_are_kept(places: Any) -> None:
    before = get("map.svg").content
    assert get("map.svg").content == before
    people.member(at=places["A"])
    assert get("map.svg").content != before


def test_figures_are_in_the_language_of_the_page(places: Any) -> None:
    assert 'src="/es/network/map.svg' in get("", "/es").content.decode()
    assert get("map.svg", "/es").status_code == 200


def test_no_figure_page_or_file_names_a_member(places: Any) -> None:
    for path in ("", "specialties.svg", "map.svg", "specialties.csv", "places.csv", "capabilities.csv"):
        assert b"Demo Member" not in get(path).content


def test_an_empty_network_is_a_page_too() -> None:
    assert get("").status_code == get("map.svg").status_code == get("specialties.svg").status_code == 200


def test_a_name_with_signs_of_tags_stays_a_name() -> None:
    people.member(at=people.institution(name="A & <b>"))
    assert "A &amp; &lt;b&gt;" in draw_map(network().on_map, as_of="")
    ElementTree.fromstring(get("map.svg").content)
