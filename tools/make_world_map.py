"""Turns the outlines of land of the npm package world-atlas into the one path of the network's map.

    python -m tools.make_world_map land-110m.json

Longitudes are unwrapped ring by ring, so that no ring jumps across the antimeridian; each ring is drawn at
-360, 0 and +360 degrees and cut at the edges of the map (portal.md F13).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from operator import ge, le
from pathlib import Path
from typing import Any

from cimara_web.members.projection import NORTH, SOUTH, on_map

TARGET = Path(__file__).parent.parent / "src/cimara_web/members/data/land.path"
UNITS = 10_000
"""Width of the map in the units of the path, whole numbers of which are written."""
LEAST_AREA = 30
"""Islets of fewer square units would be dust on the page."""
BEND = 2.0
"""An edge along the side of the map is broken into pieces of at most so many degrees: the side is curved."""

Point = tuple[float, float]
Ring = list[Point]


def rings_of(topology: dict[str, Any]) -> Iterator[Ring]:
    """Every ring of a TopoJSON topology as longitudes and latitudes, each closed by its first point."""
    arcs = [_arc(topology["transform"], one) for one in topology["arcs"]]
    for one in topology["objects"].values():
        for polygon in _polygons(one):
            for numbers in polygon:
                yield _joined(arcs, numbers)


def _polygons(geometry: dict[str, Any]) -> Iterator[list[list[int]]]:
    if geometry["type"] == "GeometryCollection":
        for one in geometry["geometries"]:
            yield from _polygons(one)
    elif geometry["type"] == "MultiPolygon":
        yield from geometry["arcs"]
    elif geometry["type"] == "Polygon":
        yield geometry["arcs"]


def _arc(transform: dict[str, list[float]], quantised: list[list[int]]) -> Ring:
    """An arc is whole steps from the point before, scaled and shifted."""
    (scale_x, scale_y), (shift_x, shift_y) = transform["scale"], transform["translate"]
    x = y = 0
    made = []
    for step_x, step_y in quantised:
        x, y = x + step_x, y + step_y
        made.append((x * scale_x + shift_x, y * scale_y + shift_y))
    return made


def _joined(arcs: list[Ring], numbers: list[int]) -> Ring:
    """Arcs end to end; a negative number is the arc of its complement, backwards."""
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring


def unwrapped(ring: Ring) -> Ring:
    """The ring without jumps of 360 degrees; one around a pole is led to the pole and back."""
    made = [ring[0]]
    for longitude, latitude in ring[1:]:
        before = made[-1][0]
        made.append((longitude - 360 * round((longitude - before) / 360), latitude))
    turned = made[-1][0] - made[0][0]
    if abs(turned) > 180:
        pole = 90.0 if sum(latitude for _, latitude in made) > 0 else -90.0
        made += [(made[-1][0], pole), (made[0][0], pole), made[0]]
    return made


def clipped(ring: Ring, west: float = -180, east: float = 180) -> Ring:
    """The part of a ring within the map (Sutherland and Hodgman, edge by edge); empty when none is."""
    sides: tuple[tuple[int, float, Callable[[float, float], bool]], ...] = (
        (0, west, ge),
        (0, east, le),
        (1, SOUTH, ge),
        (1, NORTH, le),
    )
    for axis, edge, keeps in sides:
        ring = _cut(ring, axis, float(edge), keeps)
        if not ring:
            return []
    return ring


def _cut(ring: Ring, axis: int, edge: float, keeps: Callable[[float, float], bool]) -> Ring:
    made: Ring = []
    for place, here in enumerate(ring):
        before = ring[place - 1]
        if keeps(here[axis], edge) != keeps(before[axis], edge):
            share = (edge - before[axis]) / (here[axis] - before[axis])
            crossing = [before[i] + share * (here[i] - before[i]) for i in (0, 1)]
            crossing[axis] = edge
            made.append((crossing[0], crossing[1]))
        if keeps(here[axis], edge):
            made.append(here)
    return made


def bent(ring: Ring) -> Ring:
    """Points added along the sides of the map, so that the land ends where the curved side is."""
    made: Ring = []
    for place, (longitude, latitude) in enumerate(ring):
        before = ring[place - 1]
        if longitude == before[0] and abs(longitude) == 180:
            pieces = int(abs(latitude - before[1]) / BEND) + 1
            step = (latitude - before[1]) / pieces
            made += [(longitude, before[1] + step * piece) for piece in range(1, pieces)]
        made.append((longitude, latitude))
    return made


def path_of(rings: Iterable[Ring]) -> str:
    """An SVG path in whole units, each point told from the one before."""
    return "".join(_drawn(points) for ring in rings if len(points := _in_units(ring)) > 2)


def _in_units(ring: Ring) -> list[tuple[int, int]]:
    """Projected and rounded; points that fall together are one, and an islet is nothing."""
    made: list[tuple[int, int]] = []
    for longitude, latitude in ring:
        x, y = on_map(longitude, latitude, UNITS)
        point = round(x), round(y)
        if not made or point != made[-1]:
            made.append(point)
    if len(made) > 1 and made[0] == made[-1]:
        made.pop()
    return made if _area(made) >= LEAST_AREA else []


def _area(points: list[tuple[int, int]]) -> float:
    ends = points[1:] + points[:1]
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(points, ends, strict=True))) / 2


def _drawn(points: list[tuple[int, int]]) -> str:
    (x, y), *others = points
    told = f"M{x} {y}l"
    for u, v in others:
        told += f"{u - x} {v - y} "
        x, y = u, v
    return told.strip().replace(" -", "-") + "z"


def land(topology: dict[str, Any]) -> str:
    """The path of all land that the map shows."""
    made = (unwrapped(ring) for ring in rings_of(topology))
    copies = (
        [(longitude + turn, latitude) for longitude, latitude in ring]
        for ring in made
        for turn in (-360, 0, 360)
    )
    return path_of(bent(part) for one in copies if (part := clipped(one)))


def main() -> None:
    """Write the path beside its README."""
    topology = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    TARGET.write_text(land(topology) + "\n", "utf-8")
    sys.stderr.write(f"{TARGET.name}: {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
