"""The demonstration in chapters: each is one transaction, played once, whatever is broken off between."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Generic, TypeVar

from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.audit.queries import moments_of
from cimara_web.writes import action

IDS = uuid.UUID("5d0a3b0e-1f0c-5b5e-9a52-6f3c0c8d9a10")
"""Namespace of the ids of chapters, so that they are the same in every demonstration."""
KIND = "demonstration_chapter"
FOUNDED_DAYS = 330
"""The story begins so many days before the moment that the demonstration is made."""

W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Chapter(Generic[W]):
    """A part of the story. `ends` is its last moment, in days before the end and an hour of that day.

    `prepare` makes what takes long, before the transaction begins that others wait for.
    """

    name: str
    says: str
    ends: tuple[int, int]
    play: Callable[[W], None]
    prepare: Callable[[W], object] | None = None

    @property
    def id(self) -> uuid.UUID:
        """What the audit trail calls it."""
        return uuid.uuid5(IDS, self.name)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many chapters there are, and how many are there."""

    played: int
    all: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.played >= self.all


def on(end: datetime, days: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of the story: so many days before its end."""
    day = end.astimezone(UTC).date() - timedelta(days=days)
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)


def played() -> frozenset[uuid.UUID]:
    """Chapters that are there."""
    return frozenset(moments_of(Event.DEMONSTRATION_MADE))


def end_of_story() -> datetime | None:
    """The moment that the dates of this database's demonstration count from; None without one."""
    moments = moments_of(Event.DEMONSTRATION_MADE)
    return min(moments.values()) + timedelta(days=FOUNDED_DAYS) if moments else None


def play_what_is_left(
    chapters: Sequence[Chapter[W]], world: W, end: datetime, progress: Callable[[str], None]
) -> None:
    """Play the chapters that are not there yet, in their order."""
    there = played()
    for chapter in chapters:
        if chapter.id not in there:
            progress(chapter.says)
            if chapter.prepare:
                chapter.prepare(world)
            _play(chapter, world, end)


@action
def _play(chapter: Chapter[W], world: W, end: datetime) -> None:
    chapter.play(world)
    record(Event.DEMONSTRATION_MADE, by=SYSTEM, about=(KIND, chapter.id), now=on(end, *chapter.ends))
