"""The world map of the network: one dot an institution, its area as large as the number of members there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import cos, pi, sin, sqrt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cimara_web.members.counted import Place
from cimara_web.members.drawing import (
    ACCENT,
    INK,
    LAND,
    LINE,
    MUTED,
    PAPER,
    SEA,
    attribute,
    svg,
    text,
)
from cimara_web.members.projection import HEIGHT_PER_WIDTH, frame, on_map

WIDTH = 1000.0
HEIGHT = WIDTH * HEIGHT_PER_WIDTH
UNITS = 10_000
"""Width of the map in the units of `data/land.path`."""
KEY_HEIGHT = 46.0
ONE_MEMBER = 2.6
"""Radius of the dot of one member; `n` of them have `sqrt(n)` times this."""
GAP = 0.6
NEAR = 0.5
"""Dots closer than this are at one place, and are nudged apart."""
GOLDEN = pi * (3 - sqrt(5))


@dataclass(frozen=True, slots=True)
class Dot:
    """An institution where it is drawn."""

    place: Place
    x: float
    y: float

    @property
    def radius(self) -> float:
        """Its area grows with the members, so that twice as many look like twice as many."""
        return radius_of(self.place.members)


def radius_of(members: int) -> float:
    """Radius of a dot in units of the map."""
    return ONE_MEMBER * sqrt(members)


def dots(places: Sequence[Place]) -> list[Dot]:
    """Institutions as they are drawn: the biggest first, so that no small one is hidden."""
    together: dict[tuple[int, int], list[Dot]] = defaultdict(list)
    for one in places:
        x, y = on_map(one.longitude or 0.0, one.latitude or 0.0, WIDTH)
        together[round(x / NEAR), round(y / NEAR)].append(Dot(one, x, y))
    made = [dot for group in together.values() for dot in _apart(group)]
    return sorted(made, key=lambda dot: (-dot.place.members, dot.place.name))


def _apart(group: list[Dot]) -> list[Dot]:
    """Dots at one place around their middle, none upon another; a lone one stays where it is."""
    if len(group) == 1:
        return group
    middle_x = sum(dot.x for dot in group) / len(group)
    middle_y = sum(dot.y for dot in group) / len(group)
    placed: list[Dot] = []
    for dot in sorted(group, key=lambda dot: (-dot.place.members, dot.place.name)):
        step = 0
        while True:  # outwards along a spiral until it touches no other
            reach, turn = 0.6 * sqrt(step), step * GOLDEN
            here = Dot(dot.place, middle_x + reach * cos(turn), middle_y + reach * sin(turn))
            if all(_distance(here, other) >= here.radius + other.radius + GAP for other in placed):
                break
            step += 1
        placed.append(here)
    return placed


def _distance(one: Dot, other: Dot) -> float:
    return sqrt((one.x - other.x) ** 2 + (one.y - other.y) ** 2)


def draw_map(places: Sequence[Place], *, as_of: str) -> str:
    """The map as an SVG file with its title and what it shows in words."""
    drawn = dots(places)
    parts = [
        f'<path d="{_frame()}" fill="{SEA}" stroke="{LINE}" stroke-width="1"/>',
        f'<path d="{_land()}" fill="{LAND}" transform="scale({WIDTH / UNITS:g})"/>',
        f'<g fill="{ACCENT}" fill-opacity="0.78" stroke="{PAPER}" stroke-width="0.7">',
        *(_circle(dot) for dot in drawn),
        "</g>",
        *_key(max((dot.place.members for dot in drawn), default=1), as_of),
    ]
    return svg(
        WIDTH,
        HEIGHT + KEY_HEIGHT,
        title=_("World map of the network"),
        description=describe(places),
        parts=parts,
    )


def describe(places: Sequence[Place]) -> str:
    """What the map shows in words, for those who don't see it."""
    count = len(places)
    return ngettext(
        "%(count)s institution as a dot whose area grows with its members. A table has the same numbers.",
        "%(count)s institutions as dots whose area grows with their members. A table has the same numbers.",
        count,
    ) % {"count": count}


def _circle(dot: Dot) -> str:
    words = ngettext(
        "%(place)s, %(city)s: %(count)s member", "%(place)s, %(city)s: %(count)s members", dot.place.members
    ) % {"place": dot.place.name, "city": dot.place.city, "count": dot.place.members}
    return (
        f'<circle cx="{dot.x:.1f}" cy="{dot.y:.1f}" r="{dot.radius:.2f}"><title>{attribute(words)}</title>'
        "</circle>"
    )


def _key(most: int, as_of: str) -> list[str]:
    """How large the dots of some numbers are, and of when the numbers are."""
    middle = HEIGHT + KEY_HEIGHT / 2 + 2
    made, x = [text(4, middle + 4, _("Members"), colour=MUTED)], 74.0
    for count in key_counts(most):
        radius = radius_of(count)
        made.append(
            f'<circle cx="{x + radius:.1f}" cy="{middle:.1f}" r="{radius:.2f}" fill="{ACCENT}" '
            f'fill-opacity="0.78"/>'
        )
        made.append(text(x + 2 * radius + 5, middle + 4, str(count), colour=INK))
        x += 2 * radius + 34
    made.append(text(WIDTH - 4, middle + 4, as_of, colour=MUTED, anchor="end"))
    return made


def key_counts(most: int) -> list[int]:
    """Round numbers up to the largest dot, at most four."""
    found = [one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if one <= most]
    return found[-4:] if found[-1:] != [1] or most == 1 else [1]


def _frame() -> str:
    points = (on_map(longitude, latitude, WIDTH) for longitude, latitude in frame())
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


@cache
def _land() -> str:
    return files("cimara_web.members").joinpath("data/land.path").read_text("utf-8").strip()
