"""A scene of the story: on a day, at an hour, somebody does something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from cimara_web.demonstration.chapters import Chapter
from cimara_web.demonstration.world import World


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens so many days before the end."""

    days: int
    play: Callable[[World, datetime], None]
    hour: int = 10


def in_order(scenes: Iterable[Scene]) -> list[Scene]:
    """Scenes as they happen; those of one hour as they are told."""
    return sorted(scenes, key=lambda one: (-one.days, one.hour))


def chapters_of(name: str, scenes: Iterable[Scene], cuts: Collection[int]) -> list[Chapter[World]]:
    """Cut scenes into chapters, each up to so many days before the end; the last has the rest."""
    left, chapters = in_order(scenes), []
    for number, end in enumerate([*sorted(cuts, reverse=True), 0], start=1):
        now = [one for one in left if one.days >= end]
        left = left[len(now) :]
        if now:
            last = (now[-1].days, now[-1].hour)
            told = f"{name}, part {number} of {len(cuts) + 1}"
            chapters.append(Chapter(f"{name} {number}", told, last, _played(now), attrgetter("exports")))
    return chapters


def _played(scenes: list[Scene]) -> Callable[[World], None]:
    def play(world: World) -> None:
        for one in scenes:
            one.play(world, world.on(one.days, one.hour))

    return play
