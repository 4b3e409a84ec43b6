"""Draws a state machine as an SVG: states as boxes in layers, arrows with what happens written on them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from cimara_web.machines import Machine
from tools.portal_pages.layering import Arrow, Plan, Thing, planned

LETTER = 7.0
"""Width of a letter, in pixels, generously."""
BOX, WORDS = 34, 20
"""Heights."""
BEND = 2
"""Width of what is no words and no box."""
ROW = 50
"""From a layer to the next."""
MARGIN = 16
STYLE = (
    ".s{fill:#fff;stroke:#1f4e9e;stroke-width:1.5}.b{stroke-width:3}.h{fill:#4a5763}"
    ".a{fill:none;stroke:#4a5763;stroke-width:1.25}.d{stroke-dasharray:4 3}"
    "text{font:13px system-ui,sans-serif;fill:#1b2530;text-anchor:middle}"
    ".w{fill:#4a5763;font-size:12px}.l{text-anchor:start}"
)
"""Colours of the portal; dashed is what nobody does: it comes by time or by another action."""


def svg(machine: Machine) -> str:
    """The picture, with a title and a description in words."""
    states = [str(one) for one in machine.states if _is_used(machine, one)]
    loops = {a: words for a, b, words in _arrows(machine) if a == b}
    arrows = [one for one in _arrows(machine) if one[0] != one[1]]
    width_of = {name: len(name) * LETTER + 28 + 2 * _room(loops.get(name, "")) for name in states}
    width_of |= {words: len(words) * LETTER * 0.92 + 8 for _, _, words in arrows if words not in width_of}
    plan = planned(states, arrows, width_of)
    derived = {(str(t.source), str(t.target)) for t in machine.transitions if t.permission is None}
    height = ROW * (len(plan.layers) - 1) + BOX + 2 * MARGIN
    parts = [
        *(_line(arrow, (arrow.source, arrow.target) in derived) for arrow in plan.arrows),
        *(_words(arrow) for arrow in plan.arrows),
        *(
            _box(one, name == str(machine.start), loops.get(name, ""), (name, name) in derived)
            for name, one in plan.states.items()
        ),
    ]
    return _document(machine, plan, height, parts)


def described(machine: Machine) -> str:
    """The picture in one sentence a transition."""
    return " ".join(f"From {a} to {b}: {words}." for a, b, words in _arrows(machine))


def _is_used(machine: Machine, state: object) -> bool:
    return any(state in (one.source, one.target) for one in machine.transitions)


def _arrows(machine: Machine) -> list[tuple[str, str, str]]:
    """One arrow a pair of states; several happenings share it."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in machine.transitions:
        found.setdefault((str(one.source), str(one.target)), []).append(str(one.on))
    return [(a, b, " / ".join(words)) for (a, b), words in found.items()]


def _y(layer: int) -> float:
    return MARGIN + BOX / 2 + ROW * layer


def _end(one: Thing, arrow: Thing, side: int) -> tuple[float, float]:
    """Where an arrow leaves (1, below) or reaches (-1, above) a thing."""
    half = (WORDS / 2 if one.width > BEND else 0) if one.is_bend else BOX / 2
    return one.port(arrow, side), _y(one.layer) + side * half


def _line(arrow: Arrow, is_derived: bool) -> str:
    path, steps = arrow.path, []
    for upper, lower in pairwise(path):
        (x1, y1), (x2, y2) = _end(upper, lower, 1), _end(lower, upper, -1)
        if lower is path[-1] and not arrow.runs_up:
            y2 -= 7
        if upper is path[0] and arrow.runs_up:
            y1 += 7
        mid = (y1 + y2) / 2
        steps.append(f"M{x1:.1f} {y1:.1f}C{x1:.1f} {mid:.1f} {x2:.1f} {mid:.1f} {x2:.1f} {y2:.1f}")
    x, y = _end(path[0], path[1], 1) if arrow.runs_up else _end(path[-1], path[-2], -1)
    return _stroke("".join(steps), is_derived) + _head(x, y, 8 if arrow.runs_up else -8)


def _stroke(way: str, is_derived: bool) -> str:
    return f'<path class="a{" d" if is_derived else ""}" d="{way}"/>'


def _head(x: float, y: float, away: int) -> str:
    return f'<path class="h" d="M{x:.1f} {y:.1f}l-4.5 {away}h9z"/>'


def _loop(one: Thing, words: str, is_derived: bool) -> str:
    """An arrow from a state to itself, on its right."""
    x, y = one.x + one.width / 2 - _room(words), _y(one.layer)
    way = f"M{x:.1f} {y - 8:.1f}c28 -8 28 24 8 16.5"
    head = f'<path class="h" d="M{x:.1f} {y + 8:.1f}l8 -4.5v9z"/>'
    text = f'<text class="w l" x="{x + 28:.1f}" y="{y + 4:.1f}">{escape(words)}</text>'
    return _stroke(way, is_derived) + head + text


def _room(words: str) -> float:
    """What a loop and its words take on the right of a box."""
    return len(words) * LETTER + 34 if words else 0


def _words(arrow: Arrow) -> str:
    at = arrow.path[1]
    return f'<text class="w" x="{at.x:.1f}" y="{_y(at.layer) + 4:.1f}">{escape(arrow.words)}</text>'


def _box(one: Thing, is_start: bool, loop: str, is_derived: bool) -> str:
    width = one.width - 2 * _room(loop)
    x, y = one.x - width / 2, _y(one.layer) - BOX / 2
    kind = "s b" if is_start else "s"
    box = f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.0f}" height="{BOX}" rx="6"/>'
    text = f'<text x="{one.x:.1f}" y="{_y(one.layer) + 5:.1f}">{escape(one.key)}</text>'
    return box + text + (_loop(one, loop, is_derived) if loop else "")


def _document(machine: Machine, plan: Plan, height: float, parts: Iterable[str]) -> str:
    width = plan.width + 2 * MARGIN
    title = f"States of the {machine.name}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-MARGIN} 0 {width:.0f} {height:.0f}"'
            f' width="{width:.0f}" height="{height:.0f}" role="img" aria-label={quoteattr(title)}>',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(described(machine))}</desc>",
            f"<style>{STYLE}</style>",
            f'<rect x="{-MARGIN}" width="100%" height="100%" fill="#fff"/>',
            *parts,
            "</svg>\n",
        )
    )
