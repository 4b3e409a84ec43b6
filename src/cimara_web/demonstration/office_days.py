"""Days of the office and of members: other proposals, invitations, messages, roles renewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cimara_web.accounts.actions.site_roles import renew_role
from cimara_web.demonstration.cast import FIRST_WITHOUT_A_STUDY, number_at, site_lead
from cimara_web.demonstration.people import AUDITOR, OFFICE, SECOND_OFFICE, demo_people
from cimara_web.demonstration.places import demo_places
from cimara_web.demonstration.proposals import IDEA, IDEA_TITLE, PROPOSED, PROPOSED_TITLE
from cimara_web.demonstration.scenes import Scene
from cimara_web.demonstration.world import World
from cimara_web.members.actions.contact import ask_contact
from cimara_web.members.actions.invitations import invite, revoke
from cimara_web.members.queries import member_of
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.study import move_study, save_proposal, start_study

PROPOSER, THINKER = number_at(19, 0), number_at(20, 0)
"""Who proposes the second study, and who has an idea for a third."""
ASKED = number_at(FIRST_WITHOUT_A_STUDY, 0)
"""Who gets a message: the member that a newcomer looks through first."""
A_YEAR = -350


def _start(world: World, at: datetime, by: int, title: str, kind: str, mode: str) -> None:
    start_study(
        by=world.acting(by, at),
        title=title,
        kind=kind,
        mode=mode,
        lead_institution=world.places[demo_people()[by - 1].place.name],
        now=at,
        is_demonstration=True,
    )


def _answer(world: World, at: datetime, by: int, title: str, answers: Mapping[str, object]) -> None:
    save_proposal(by=world.acting(by, at), study=world.study(title), answers=answers, now=at)


def _propose(world: World, at: datetime) -> None:
    by = world.acting(PROPOSER, at)
    move_study(by=by, study=world.study(PROPOSED_TITLE), on="propose", now=at)


def _invite(world: World, at: datetime, guest: str, *, take_back: bool = False) -> None:
    by = world.acting(OFFICE, at)
    place = world.places[demo_places()[20].name]
    made, _ = invite(by=by, email=f"{guest}@example.org", institution=place, roles=(Role.MEMBER,), now=at)
    if take_back:
        revoke(by=by, invitation=made, now=at)


def _write(world: World, at: datetime) -> None:
    sender = site_lead(2)
    ask_contact(
        by=world.acting(sender, at),
        sender=member_of(world.account(sender).public_id),
        receiver=member_of(world.account(ASKED).public_id),
        subject="A registry of leptomeningeal disease",
        text="We are planning a registry and look for hospitals that sample cerebrospinal fluid. May I call?",
        now=at,
    )


def _renew(world: World, at: datetime) -> None:
    until = world.day(A_YEAR)
    for by, whom, role in (
        (OFFICE, SECOND_OFFICE, Role.OFFICE),
        (OFFICE, AUDITOR, Role.AUDITOR),
        (SECOND_OFFICE, OFFICE, Role.OFFICE),
    ):
        account = world.account(whom).public_id
        renew_role(by=world.acting(by, at), account=account, role=role, until=until, now=at)


SCENES = (
    Scene(41, lambda world, at: _invite(world, at, "guest-of-last-month")),
    Scene(25, lambda world, at: _start(world, at, THINKER, IDEA_TITLE, "window-of-opportunity", "pooled")),
    Scene(24, lambda world, at: _answer(world, at, THINKER, IDEA_TITLE, IDEA)),
    Scene(21, lambda world, at: _start(world, at, PROPOSER, PROPOSED_TITLE, "registry", "federated")),
    Scene(20, lambda world, at: _answer(world, at, PROPOSER, PROPOSED_TITLE, PROPOSED)),
    Scene(8, _renew),
    Scene(7, lambda world, at: _invite(world, at, "guest-by-mistake", take_back=True)),
    Scene(6, _propose),
    Scene(3, _write),
    Scene(2, lambda world, at: _invite(world, at, "guest")),
)
