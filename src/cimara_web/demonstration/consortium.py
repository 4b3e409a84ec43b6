"""The first part of the story: an office, 62 institutions, 133 members who accept, and what places can do."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from cimara.terms.ids import RorId
from cimara_web.accounts.actions.making import appoint_office, make_account
from cimara_web.demonstration.people import AUDITOR, OFFICE, SECOND_OFFICE, SEED, DemoPerson, demo_people
from cimara_web.demonstration.places import DemoPlace, demo_places
from cimara_web.demonstration.world import World
from cimara_web.members.actions.capabilities import state_capability
from cimara_web.members.actions.institutions import add_institution
from cimara_web.members.actions.invitations import invite
from cimara_web.members.actions.joining import accept
from cimara_web.members.words import TUMOURS, CapabilityKind, Field, InstitutionKind, Visibility, Volume
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import Role

FOUNDED, FIRST_WAVE, STATED = 330, 329, 300
"""Days before the end: the office is appointed, the first invitations go out, places say what they can do."""
A_WAVE = 20
"""Invitations of one day; the next follow three days later."""
ROLES = {SECOND_OFFICE: (Role.OFFICE,), AUDITOR: (Role.AUDITOR,)}
"""What somebody is invited to besides being a member."""
FOR_ALL = frozenset({Field.NAME, Field.DEGREES, Field.SPECIALTIES, Field.AFFILIATION})
SHOWN = {
    "office": {Field.NAME: Visibility.MEMBERS},
    "members": dict.fromkeys(Field, Visibility.MEMBERS),
    "public": {one: Visibility.PUBLIC if one in FOR_ALL else Visibility.MEMBERS for one in Field},
}
"""Who sees which field, by how open somebody is: members see a name at least."""


def found(world: World) -> None:
    """The operator appoints the office, which adds the institutions."""
    at = world.on(FOUNDED, 9)
    office = demo_people()[OFFICE - 1]
    make_account(email=office.email, now=at, is_demonstration=True)
    appoint_office(email=office.email, now=at)
    by = world.acting(OFFICE, at)
    for place in demo_places():
        add_institution(by=by, now=at, is_demonstration=place.is_invented, **_facts(place))


def gather(world: World) -> None:
    """The office invites, wave by wave; everybody accepts."""
    people = demo_people()
    first, last = people[SECOND_OFFICE - 1], people[OFFICE - 1]
    order = [first, *(one for one in people if one not in (first, last)), last]
    for wave, start in enumerate(range(0, len(order), A_WAVE)):
        sent, accepted = world.on(FIRST_WAVE - 3 * wave, 9), world.on(FIRST_WAVE - 3 * wave - 1, 15)
        guests = order[start : start + A_WAVE]
        tokens = [_invite(world, one, sent) for one in guests]
        for one, token in zip(guests, tokens, strict=True):
            _accept(world, one, token, accepted)


def state_capabilities(world: World) -> None:
    """Invented places say what they can do; a few things stay unsaid everywhere."""
    draw, at = random.Random(SEED), world.on(STATED, 11)
    by = world.acting(OFFICE, at)
    for place in demo_places():
        if place.is_invented and place.kind is not InstitutionKind.NON_PROFIT:
            _state(world.places[place.name], by, draw, at)


def _facts(place: DemoPlace) -> dict[str, Any]:
    latitude, longitude = place.point
    return {
        "name": place.name,
        "country": place.country,
        "kind": place.kind,
        "city": place.city,
        "ror": RorId(place.ror) if place.ror else None,
        "latitude": latitude,
        "longitude": longitude,
    }


def _invite(world: World, guest: DemoPerson, at: datetime) -> str:
    host = SECOND_OFFICE if guest.number == OFFICE else OFFICE
    _, token = invite(
        by=world.acting(host, at),
        email=guest.email,
        institution=world.places[guest.place.name],
        roles=(Role.MEMBER, *ROLES.get(guest.number, ())),
        now=at,
    )
    return token


def _accept(world: World, guest: DemoPerson, token: str, at: datetime) -> None:
    if guest.number != OFFICE:
        make_account(email=guest.email, now=at, is_demonstration=True)
    accept(
        token=token,
        account=world.account(guest.number).public_id,
        display_name=guest.name,
        specialties=guest.specialties,
        visibility=SHOWN[guest.shows],
        interests=guest.interests,
        languages=guest.languages,
        contactable=guest.contactable,
        now=at,
    )


def _state(place: Any, by: Holder, draw: random.Random, at: datetime) -> None:
    for kind in sorted(draw.sample(list(CapabilityKind), draw.randint(2, 7))):
        present = draw.random() < 0.85
        state_capability(
            by=by,
            institution=place,
            kind=kind,
            as_of=at.date(),
            now=at,
            present=present,
            tumour_types=draw.sample(TUMOURS[:5], draw.randint(1, 4)) if present else (),
            patients_a_year=draw.choice(list(Volume)) if present else None,
        )
