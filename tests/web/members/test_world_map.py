"""The outlines of land: no band across the Pacific, and nothing of the rings is lost (portal.md F13)."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest

import cimara_web.members
from cimara_web.members.projection import NORTH, SOUTH, on_map
from tools.make_world_map import bent, clipped, land, path_of, rings_of, unwrapped

DATA = Path(cimara_web.members.__file__).parent / "data"
UNITS = 10_000
MOST_BYTES = 130 * 1024

Ring = list[tuple[float, float]]


def rings(path: str) -> list[Ring]:
    """The rings of a path that says `M`, then steps, then `z`."""
    made = []
    for one in path.split("z"):
        numbers = [int(number) for number in re.findall(r"-?\d+", one)]
        ring: Ring = []
        x = y = 0
        for step_x, step_y in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + step_x, y + step_y
            ring.append((x, y))
        if ring:
            made.append(ring)
    return made


def is_land(found: list[Ring], x: float, y: float) -> bool:
    """Whether a point is inside an odd number of rings, as a browser fills a path."""
    crossings = 0
    for ring in found:
        for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
            if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                crossings += 1
    return crossings % 2 == 1


def at(found: list[Ring], longitude: float, latitude: float) -> bool:
    return is_land(found, *on_map(longitude, latitude, UNITS))


@pytest.fixture(scope="module")
def world() -> list[Ring]:
    return rings((DATA / "land.path").read_text())


OCEAN = [
    (longitude, latitude) for longitude in range(-165, -129, 5) for latitude in (-50, -35, -10, 5, 35, 48)
]
ARCTIC = [(longitude, 75.0) for longitude in (-179, -170, -160, -150, 165, 178)]


@pytest.mark.parametrize(("longitude", "latitude"), OCEAN + ARCTIC)
def test_the_pacific_and_the_sea_north_of_bering_strait_are_water(
    world: list[Ring], longitude: float, latitude: float
) -> None:
    assert not at(world, longitude, latitude)


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        (-79, 36),
        (6.6, 46.6),
        (37.6, 55.7),
        (170, 66),
        (-174, 66),
        (151, -33),
        (178, -17.8),
        (20, -33),
        (-60, -10),
    ],
    ids=["Durham", "Lausanne", "Moscow", "Chukotka", "beyond-180", "Sydney", "Fiji", "Africa", "Brazil"],
)
def test_land_is_where_it_should_be(world: list[Ring], longitude: float, latitude: float) -> None:
    assert at(world, longitude, latitude)


def test_no_edge_runs_across_the_map(world: list[Ring]) -> None:
    longest = max(abs(ax - bx) for ring in world for (ax, _), (bx, _) in pairwise([*ring, ring[0]]))
    assert longest < UNITS / 8  # Greenland, where the map ends


def test_the_file_is_small_and_stands_beside_its_source() -> None:
    assert (DATA / "land.path").stat().st_size <= MOST_BYTES
    told = (DATA / "README.md").read_text()
    assert all(word in told for word in ("world-atlas", "ISC", "SHA-256", "tools.make_world_map"))


EURASIA: Ring = [(170, 60), (-170, 60), (-170, 70), (170, 70), (170, 60)]
"""A ring that crosses the antimeridian, as a file tells it."""


def test_a_ring_that_crosses_the_antimeridian_is_unwrapped() -> None:
    assert unwrapped(EURASIA) == [(170, 60), (190, 60), (190, 70), (170, 70), (170, 60)]


def test_it_is_drawn_in_two_pieces_and_without_unwrapping_it_would_be_a_band() -> None:
    def drawn(ring: Ring) -> list[Ring]:
        copies = ([(x + turn, y) for x, y in ring] for turn in (-360, 0, 360))
        return rings(path_of(bent(part) for one in copies if (part := clipped(one))))

    pieces = drawn(unwrapped(EURASIA))
    assert len(pieces) == 2
    assert at(pieces, 175, 65)
    assert at(pieces, -175, 65)
    assert not at(pieces, 0, 65)
    assert at(drawn(EURASIA), 0, 65)


def test_a_ring_around_a_pole_is_led_to_it() -> None:
    ring = unwrapped([(-180, -70), (-60, -75), (60, -70), (180, -70)])
    assert min(latitude for _, latitude in ring) == -90
    assert ring[0] == ring[-1]


def test_what_lies_beyond_the_edges_of_the_map_is_cut() -> None:
    inside = clipped([(0, 60), (10, 60), (10, 89), (0, 89)])
    assert {latitude for _, latitude in inside} == {60, NORTH}
    assert clipped([(0, -80), (10, -80), (10, -70)]) == []
    assert SOUTH < 0 < NORTH


TOPOLOGY = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[0, 0], [10, 0], [0, 10]], [[0, 0], [0, 10], [10, 0]]],
    "objects": {
        "land": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "MultiPolygon", "arcs": [[[0, ~1]]]},
                {"type": "Polygon", "arcs": [[0, -2]]},
            ],
        }
    },
}


def test_arcs_are_joined_and_a_negative_one_runs_backwards() -> None:
    first, second = rings_of(TOPOLOGY)
    assert first == second == [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]


def test_the_same_file_gives_the_same_path() -> None:
    one, again = land(TOPOLOGY), land(TOPOLOGY)
    assert hashlib.sha256(one.encode()).digest() == hashlib.sha256(again.encode()).digest()
    assert at(rings(one)[:1], 5, 5)
    assert not at(rings(one)[:1], 15, 5)
