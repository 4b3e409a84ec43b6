"""What the sites of the main study sent, and what became of it: a submission in nearly every state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cimara_web.demonstration.cast import coordinator, site_lead
from cimara_web.demonstration.exports import site_code
from cimara_web.demonstration.people import STATISTICIAN, STUDY_LEAD
from cimara_web.demonstration.scenes import Scene
from cimara_web.demonstration.study_sites import site_of
from cimara_web.demonstration.world import World
from cimara_web.studies.actions.deciding import move_submission
from cimara_web.studies.actions.submitting import receive, validate
from cimara_web.studies.kept_bytes import keep

WITH_DATA, WITH_FEW = 9, 2
"""So many of the first sites have exports."""
MOST = 1 << 26
UNREADABLE = b"Name of the table;see the second sheet\n"


def taken(number: int, *, came: int, decided: int, by: int = STUDY_LEAD) -> Iterator[Scene]:
    """A clean export comes and is accepted."""
    yield Scene(came, lambda world, at: _send(world, at, number, mended=True), 11)
    yield Scene(decided, lambda world, at: _decide(world, at, number, by, "accept"), 16)


def corrected() -> Iterator[Scene]:
    """The first site's export has errors, and is mended; the second's has them still; one can't be read."""
    yield Scene(60, lambda world, at: _send(world, at, 1, mended=False), 11)
    yield from taken(1, came=50, decided=47, by=STATISTICIAN)
    yield Scene(12, lambda world, at: _send(world, at, 2, mended=False), 11)
    yield Scene(5, lambda world, at: _send_unreadable(world, at, 10), 11)


def from_all_others() -> Iterator[Scene]:
    """What the other sites sent."""
    yield from taken(3, came=150, decided=145)
    yield from taken(5, came=134, decided=130, by=STATISTICIAN)
    yield from taken(9, came=124, decided=120)
    yield from taken(6, came=110, decided=104)
    yield from taken(7, came=100, decided=95, by=STATISTICIAN)
    yield from taken(8, came=96, decided=92)
    yield Scene(32, lambda world, at: _send(world, at, 3, mended=False), 11)
    yield Scene(
        31, lambda world, at: _decide(world, at, 3, coordinator(3), "withdraw", "The wrong export was sent.")
    )
    yield Scene(9, lambda world, at: _send(world, at, 4, mended=True), 11)


def _send(world: World, at: datetime, number: int, *, mended: bool) -> None:
    export = world.exports[site_code(number)]
    file = export.mended if mended else export.first
    _receive(world, at, number, file.read_bytes(), file.name)


def _send_unreadable(world: World, at: datetime, number: int) -> None:
    _receive(world, at, number, UNREADABLE, f"{site_code(number)}_export.csv")


def _receive(world: World, at: datetime, number: int, content: bytes, name: str) -> None:
    made = receive(
        by=world.acting(coordinator(number), at),
        site=site_of(world, number),
        kept=keep([content], most=MOST),
        file_name=name,
        now=at,
    )
    validate(submission=made, now=at)


def _decide(world: World, at: datetime, number: int, by: int, on: str, reason: str = "") -> None:
    acting = world.acting(by, at)
    newest = site_of(world, number).submissions.order_by("received_at").last()
    if on == "accept" and newest.state == "needs correction":
        lead = world.acting(site_lead(number), at)
        why = "Looked at with the site: words that resemble names are names of drugs."
        newest = move_submission(by=lead, submission=newest, on="ask to accept as is", now=at, reason=why)
    move_submission(by=acting, submission=newest, on=on, now=at, reason=reason)


FEW = tuple(corrected())
ALL = (*FEW, *from_all_others())
