"""Places the states of a machine in layers: arrows run downwards, cross little, and have room for words.

Sugiyama's way in four steps: turn round what runs back, give each state a layer, order each layer by where
its neighbours are, then pull each thing towards its neighbours. The words of an arrow are a thing in a layer
of their own between those of states, so nothing is ever written over anything else. All of it is decided by
the order of the table: the same table gives the same picture.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

GAP = 26
"""Least room between two things in a layer."""
PORT = 18
"""Room between two arrows at a state."""
SWEEPS = 24
STRAIGHT = 8
"""How much more a bend keeps to the next bend than to a state."""


@dataclass
class Thing:
    """A state, the words of an arrow, or a bend of one."""

    key: str
    width: float
    layer: int
    x: float = 0
    above: list[Thing] = field(default_factory=list)
    below: list[Thing] = field(default_factory=list)

    @property
    def is_bend(self) -> bool:
        """Whether it is part of an arrow, and no state."""
        return ":" in self.key

    def port(self, arrow: Thing, side: int) -> float:
        """Where the arrow whose nearest part is given leaves the lower (1) or upper (-1) side of a state."""
        near = sorted(self.below if side > 0 else self.above, key=lambda other: other.x)
        if len(near) < 2 or self.is_bend:
            return self.x
        step = min(PORT, (self.width - PORT) / (len(near) - 1))
        place = next(n for n, other in enumerate(near) if other is arrow)
        return self.x + (place - (len(near) - 1) / 2) * step


@dataclass
class Arrow:
    """From a state to a state through what it passes, the first of them the upper one."""

    source: str
    target: str
    words: str
    path: list[Thing]
    runs_up: bool


@dataclass
class Plan:
    """Where everything is."""

    states: dict[str, Thing]
    arrows: list[Arrow]
    layers: list[list[Thing]]
    width: float


def planned(states: list[str], arrows: list[tuple[str, str, str]], width_of: dict[str, float]) -> Plan:
    """Place states and arrows (source, target, words); `width_of` has the width of each of their texts."""
    upwards = _running_back(states, arrows)
    down = [(b, a) if (a, b) in upwards else (a, b) for a, b, _ in arrows]
    rank = _ranks(states, [one for one in down if one[0] != one[1]])
    things = {name: Thing(name, width_of[name], 2 * rank[name]) for name in states}
    made = []
    for number, ((source, target, words), (upper, lower)) in enumerate(zip(arrows, down, strict=True)):
        path = _path(number, things[upper], things[lower], width_of[words])
        made.append(Arrow(source, target, words, path, upper != source))
    layers = _layers(things.values(), made)
    _order(layers)
    _pull(layers)
    left = min(one.x - one.width / 2 for layer in layers for one in layer)
    for layer in layers:
        for one in layer:
            one.x -= left
    width = max(one.x + one.width / 2 for layer in layers for one in layer)
    return Plan(things, made, layers, width)


def _running_back(states: list[str], arrows: list[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """Arrows that lead to where one came from, looking ahead from the first state."""
    after = defaultdict(list)
    for source, target, _ in arrows:
        after[source].append(target)
    back: set[tuple[str, str]] = set()
    done: set[str] = set()

    def visit(state: str, way: tuple[str, ...]) -> None:
        for target in after[state]:
            if target in (*way, state):
                back.add((state, target))
            elif target not in done:
                visit(target, (*way, state))
        done.add(state)

    for state in states:
        if state not in done:
            visit(state, ())
    return back


def _ranks(states: list[str], down: list[tuple[str, str]]) -> dict[str, int]:
    """The longest way to each state, in steps."""
    rank = dict.fromkeys(states, 0)
    for _ in states:
        for upper, lower in down:
            rank[lower] = max(rank[lower], rank[upper] + 1)
    return rank


def _path(number: int, upper: Thing, lower: Thing, words: float) -> list[Thing]:
    """The upper state, the words just below it, a bend in each layer that is passed, the lower state."""
    between = [
        Thing(f"{number}:{layer}", words if layer == upper.layer + 1 else 2, layer)
        for layer in range(upper.layer + 1, max(lower.layer, upper.layer + 2))
    ]
    path = [upper, *between, lower]
    for one, other in pairwise(path):
        one.below.append(other)
        other.above.append(one)
    return path


def _layers(states: object, arrows: list[Arrow]) -> list[list[Thing]]:
    found: dict[int, dict[str, Thing]] = defaultdict(dict)
    for one in (*states, *(thing for arrow in arrows for thing in arrow.path)):  # type: ignore[misc]
        found[one.layer][one.key] = one
    return [list(found[number].values()) for number in sorted(found)]


def _order(layers: list[list[Thing]]) -> None:
    """Sort each layer by the middle of its neighbours, from above and from below in turn; keep the best."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        place = {id(one): n for layer in layers for n, one in enumerate(layer)}
        for layer in layers[1:] if downwards else reversed(layers[:-1]):
            layer.sort(key=lambda one: _middle(one, place, downwards))
            place |= {id(one): n for n, one in enumerate(layer)}
        if (crossings := _crossings(layers)) < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    for layer, order in zip(layers, best, strict=True):
        layer[:] = order


def _middle(one: Thing, place: dict[int, int], downwards: bool) -> float:
    near = one.above if downwards else one.below
    return sum(place[id(other)] for other in near) / len(near) if near else place[id(one)]


def _crossings(layers: list[list[Thing]]) -> int:
    """Pairs of arrows between two layers that cross."""
    total = 0
    for upper, lower in pairwise(layers):
        place = {id(one): n for n, one in enumerate(lower)}
        lines = [
            (n, place[id(other)]) for n, one in enumerate(upper) for other in one.below if id(other) in place
        ]
        total += sum(a < c and b > d for a, b in lines for c, d in lines)
    return total


def _pull(layers: list[list[Thing]]) -> None:
    """Give each thing an `x` near those of its neighbours, the order and the room kept."""
    for layer in layers:
        at = 0.0
        for one in layer:
            one.x = at + one.width / 2
            at += one.width + GAP
    for sweep in range(4 * SWEEPS):
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            wished = [_wished(one) for one in layer]
            _settle(layer, wished)


def _wished(one: Thing) -> float:
    """The middle of its neighbours; of a bend rather that of the bends, so that long arrows run straight."""
    near = [(other.x, STRAIGHT if one.is_bend and other.is_bend else 1) for other in (*one.above, *one.below)]
    return sum(x * weight for x, weight in near) / sum(weight for _, weight in near) if near else one.x


def _settle(layer: list[Thing], wished: list[float]) -> None:
    """The places nearest to those wished for: things that would overlap share their shift (isotonic fit)."""
    blocks: list[tuple[float, int]] = []
    offsets, at = [], 0.0
    for n, one in enumerate(layer):
        at += one.width / 2 + (GAP + layer[n - 1].width / 2 if n else 0)
        offsets.append(at)
    for n, wish in enumerate(wished):
        total, count = wish - offsets[n], 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            more, many = blocks.pop()
            total, count = total + more, count + many
        blocks.append((total, count))
    shifts = [total / count for total, count in blocks for _ in range(count)]
    for one, shift, offset in zip(layer, shifts, offsets, strict=True):
        one.x = shift + offset
