"""The 17 sites of the main study: invited, confirmed, approved or not; one in every state that there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cimara_web.demonstration.cast import coordinator, site_lead
from cimara_web.demonstration.exports import site_code
from cimara_web.demonstration.papers import add_text
from cimara_web.demonstration.people import STUDY_LEAD
from cimara_web.demonstration.places import STUDY_SITES, demo_places
from cimara_web.demonstration.scenes import Scene
from cimara_web.demonstration.study_start import A_YEAR, main_study
from cimara_web.demonstration.world import World
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.agreement import move_agreement
from cimara_web.studies.actions.ethics import move_ethics
from cimara_web.studies.actions.milestones import set_milestone
from cimara_web.studies.actions.sites import close_site, confirm_site, invite_site, withdraw_site
from cimara_web.studies.actions.team import give_study_role

NO_END = 10_000
"""In the place of days after the end of the story: an approval that has no end."""
INVITED, CONFIRMED = 265, 258
LATE_INVITED = {13: 15, 16: 120, 17: 150, 10: 120}
"""Sites that were asked later than the others."""
UNCONFIRMED = 13


def site_of(world: World, number: int) -> Any:
    """A site of the main study by its number."""
    return world.site(main_study(world).public_id, site_code(number))


def invited(number: int) -> Iterator[Scene]:
    """A site is added with its lead and its coordinator, and says yes a week later."""
    days = LATE_INVITED.get(number, INVITED)
    yield Scene(days, lambda world, at: _invite(world, at, number), 9)
    if number != UNCONFIRMED:
        yield Scene(days - (INVITED - CONFIRMED), lambda world, at: _confirm(world, at, number), 14)


def approved(number: int, *, sent: int, decided: int, until: int) -> Iterator[Scene]:
    """Ethics begun and sent to the board, approved until so many days after the end of the story."""
    yield Scene(sent + 5, lambda world, at: _ethics(world, at, number, "begin"))
    yield Scene(sent, lambda world, at: _send_to_board(world, at, number))
    yield Scene(decided, lambda world, at: _approve(world, at, number, until))


def agreed(number: int, *, sent: int, signed: int, executed: int, until: int = NO_END) -> Iterator[Scene]:
    """The agreement drafted, sent, signed by the site and countersigned."""
    yield from negotiating(number, sent=sent)
    yield Scene(signed, lambda world, at: _sign(world, at, number), 15)
    yield Scene(executed, lambda world, at: _countersign(world, at, number, until), 16)


def negotiating(number: int, *, sent: int) -> Iterator[Scene]:
    """The agreement drafted and sent to the site."""
    yield Scene(
        sent + 6, lambda world, at: _agreement(world, at, STUDY_LEAD, number, "draft", kind="DUA"), 11
    )
    yield Scene(sent, lambda world, at: _send_agreement(world, at, number), 11)


def _usual(number: int) -> Iterator[Scene]:
    """What most sites did, each some days after the one before."""
    late = 3 * number
    yield from approved(number, sent=250 - late, decided=232 - late, until=300 + 5 * number)
    yield from agreed(number, sent=245 - late, signed=230 - late, executed=226 - late)


def _all() -> Iterator[Scene]:
    for number in range(1, STUDY_SITES + 1):
        yield from invited(number)
    for number in (1, 2, 4, 5, 7, 9):
        yield from _usual(number)
    yield from approved(3, sent=250, decided=236, until=45)
    yield from agreed(3, sent=240, signed=228, executed=224)
    yield from approved(6, sent=252, decided=240, until=-21)
    yield from agreed(6, sent=240, signed=226, executed=222)
    yield Scene(250, lambda world, at: _exempt(world, at, 8))
    yield Scene(
        249,
        lambda world, at: _agreement(
            world, at, STUDY_LEAD, 8, "mark not needed", reason="The site's data are public."
        ),
    )
    yield from approved(10, sent=105, decided=80, until=500)
    yield from agreed(10, sent=100, signed=75, executed=70, until=295)
    yield Scene(82, lambda world, at: _ethics(world, at, 11, "begin"))
    yield Scene(75, lambda world, at: _send_to_board(world, at, 11))
    yield from agreed(11, sent=120, signed=90, executed=86)
    yield Scene(70, lambda world, at: _ethics(world, at, 12, "begin"))
    yield Scene(62, lambda world, at: _send_to_board(world, at, 12))
    yield Scene(
        20,
        lambda world, at: _ethics(
            world, at, 12, "ask for changes", decided_at=at.date(), reason="The patient letter is too long."
        ),
    )
    yield from negotiating(12, sent=60)
    yield Scene(35, lambda world, at: _sign(world, at, 12), 15)
    yield Scene(150, lambda world, at: _ethics(world, at, 14, "begin"))
    yield Scene(145, lambda world, at: _send_to_board(world, at, 14))
    yield Scene(100, lambda world, at: _ethics(world, at, 14, "reject", decided_at=at.date()))
    yield Scene(90, lambda world, at: withdraw_site(**_lead_of(world, at, 14)))
    yield from approved(15, sent=110, decided=85, until=280)
    yield from negotiating(15, sent=40)
    yield from approved(16, sent=90, decided=60, until=305)
    yield from agreed(16, sent=88, signed=58, executed=50)
    yield Scene(45, lambda world, at: _expect_data(world, at, 16))
    yield from approved(17, sent=120, decided=95, until=270)
    yield from agreed(17, sent=115, signed=90, executed=85)
    yield Scene(
        10,
        lambda world, at: _ethics(
            world, at, 17, "suspend", reason="The board asks for its yearly report first."
        ),
    )
    yield Scene(30, lambda world, at: close_site(**_lead_of(world, at, 9)))


def _invite(world: World, at: datetime, number: int) -> None:
    by, study = world.acting(STUDY_LEAD, at), main_study(world)
    site = invite_site(
        by=by,
        study=study,
        institution=world.places[demo_places()[number - 1].name],
        code=site_code(number),
        now=at,
        expected_patients=60 + 10 * (number % 6),
    )
    people = ((Role.SITE_LEAD, site_lead(number)), (Role.COORDINATOR, coordinator(number)))
    for role, who in people:
        account = world.account(who).public_id
        ends = world.on(A_YEAR)
        give_study_role(by=by, study=study, account=account, role=role, now=at, site=site, ends_at=ends)


def _confirm(world: World, at: datetime, number: int) -> None:
    confirm_site(by=world.acting(site_lead(number), at), site=site_of(world, number), now=at)


def _ethics(world: World, at: datetime, number: int, on: str, **facts: Any) -> None:
    by = world.acting(site_lead(number), at)
    move_ethics(by=by, site=site_of(world, number), on=on, now=at, **facts)


def _send_to_board(world: World, at: datetime, number: int) -> None:
    board = f"Demo Review Board {number:02d}"
    _ethics(world, at, number, "submit", board=board, submitted_at=at.date())


def _approve(world: World, at: datetime, number: int, until: int) -> None:
    letter = _letter(world, at, number)
    facts = {"reference": f"DEMO-{number:02d}-{at.year}", "decided_at": at.date(), "document": letter}
    _ethics(world, at, number, "approve", **facts, **_ends(world, until))


def _exempt(world: World, at: datetime, number: int) -> None:
    letter = _letter(world, at, number)
    facts = {"reference": f"DEMO-{number:02d}-{at.year}", "decided_at": at.date(), "document": letter}
    _ethics(world, at, number, "mark exempt or waived", **facts)


def _letter(world: World, at: datetime, number: int) -> UUID:
    site = site_of(world, number)
    made = add_text(
        world,
        at,
        by=coordinator(number),
        study=site.study,
        kind="approval",
        title="Letter of the review board",
        version="1",
        site=site,
    )
    return made.public_id


def _agreement(world: World, at: datetime, by: int, number: int, on: str, **facts: Any) -> None:
    move_agreement(by=world.acting(by, at), site=site_of(world, number), on=on, now=at, **facts)


def _send_agreement(world: World, at: datetime, number: int) -> None:
    site = site_of(world, number)
    text = add_text(
        world,
        at,
        by=STUDY_LEAD,
        study=site.study,
        kind="agreement",
        title="Data use agreement",
        version="1",
        site=site,
    )
    _agreement(world, at, STUDY_LEAD, number, "send to site", document=text.public_id)


def _sign(world: World, at: datetime, number: int) -> None:
    _agreement(world, at, site_lead(number), number, "site signs", signed_by_site_at=at.date())


def _countersign(world: World, at: datetime, number: int, until: int) -> None:
    _agreement(world, at, STUDY_LEAD, number, "countersign", executed_at=at.date(), **_ends(world, until))


def _ends(world: World, until: int) -> dict[str, date | bool]:
    return {"no_end": True} if until == NO_END else {"valid_until": world.day(-until)}


def _expect_data(world: World, at: datetime, number: int) -> None:
    site = site_of(world, number)
    set_milestone(
        by=world.acting(STUDY_LEAD, at),
        study=site.study,
        kind="site data in",
        due=world.day(-10),
        now=at,
        site=site,
    )


def _lead_of(world: World, at: datetime, number: int) -> dict[str, Any]:
    return {"by": world.acting(STUDY_LEAD, at), "site": site_of(world, number), "now": at}


SCENES = tuple(_all())
