"""How the main study of the demonstration began: proposed, sent back once, accepted; its papers and dates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cimara_web.demonstration.papers import add_dictionary, add_text
from cimara_web.demonstration.people import OFFICE, STATISTICIAN, STUDY_LEAD
from cimara_web.demonstration.places import demo_places
from cimara_web.demonstration.proposals import MAIN, MAIN_TITLE
from cimara_web.demonstration.scenes import Scene
from cimara_web.demonstration.world import World
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.milestones import finish_milestone, set_milestone
from cimara_web.studies.actions.study import move_study, save_proposal, start_study
from cimara_web.studies.actions.team import give_study_role

A_YEAR = -365
"""A year after the end of the story: until then its people keep their roles."""
FIRST_GUESS = {"patients_expected": 900}
"""What the lead wrote first, and the office asked about."""
MILESTONES = (
    ("protocol final", 262),
    ("first site active", 220),
    ("all sites active", 14),
    ("data complete", -40),
    ("data lock", -55),
    ("analysis done", -90),
    ("report done", -120),
)
"""What is due so many days before the end."""


def main_study(world: World) -> Any:
    """The study of the demonstration."""
    return world.study(MAIN_TITLE)


def _start(world: World, at: datetime) -> None:
    start_study(
        by=world.acting(STUDY_LEAD, at),
        title=MAIN_TITLE,
        kind="retrospective",
        mode="pooled",
        lead_institution=world.places[demo_places()[0].name],
        now=at,
        is_demonstration=True,
    )


def _answer(world: World, at: datetime, answers: dict[str, object]) -> None:
    save_proposal(by=world.acting(STUDY_LEAD, at), study=main_study(world), answers=answers, now=at)


def _move(world: World, at: datetime, by: int, on: str, reason: str = "") -> None:
    move_study(by=world.acting(by, at), study=main_study(world), on=on, now=at, reason=reason)


def _name_statistician(world: World, at: datetime) -> None:
    give_study_role(
        by=world.acting(STUDY_LEAD, at),
        study=main_study(world),
        account=world.account(STATISTICIAN).public_id,
        role=Role.STATISTICIAN,
        now=at,
        ends_at=world.on(A_YEAR),
    )


def _paper(world: World, at: datetime, kind: str, title: str, version: str, current: bool = True) -> None:
    add_text(
        world,
        at,
        by=STUDY_LEAD,
        study=main_study(world),
        kind=kind,
        title=title,
        version=version,
        current=current,
    )


def _set_milestones(world: World, at: datetime) -> None:
    by, study = world.acting(STUDY_LEAD, at), main_study(world)
    for kind, due in MILESTONES:
        set_milestone(by=by, study=study, kind=kind, due=world.day(due), now=at)


def _finish(world: World, at: datetime, kind: str) -> None:
    due = main_study(world).milestones.get(kind=kind)
    finish_milestone(by=world.acting(STUDY_LEAD, at), milestone=due, done_at=at.date(), now=at)


SCENES = (
    Scene(285, _start),
    Scene(284, lambda world, at: _answer(world, at, MAIN | FIRST_GUESS)),
    Scene(280, lambda world, at: _move(world, at, STUDY_LEAD, "propose")),
    Scene(
        277,
        lambda world, at: _move(
            world, at, OFFICE, "send back", "Seventeen sites and 900 patients: are these numbers of one plan?"
        ),
    ),
    Scene(276, lambda world, at: _answer(world, at, MAIN)),
    Scene(275, lambda world, at: _move(world, at, STUDY_LEAD, "propose")),
    Scene(272, lambda world, at: _move(world, at, OFFICE, "accept")),
    Scene(271, _name_statistician),
    Scene(270, lambda world, at: _paper(world, at, "protocol", "Study protocol", "1.0")),
    Scene(
        269,
        lambda world, at: add_dictionary(world, at, by=STUDY_LEAD, study=main_study(world)),
    ),
    Scene(266, _set_milestones),
    Scene(263, lambda world, at: _finish(world, at, "protocol final")),
    Scene(221, lambda world, at: _finish(world, at, "first site active")),
    Scene(240, lambda world, at: _move(world, at, STUDY_LEAD, "open")),
    Scene(120, lambda world, at: _paper(world, at, "protocol", "Study protocol", "1.1"), 16),
    Scene(88, lambda world, at: _paper(world, at, "SAP", "Statistical analysis plan", "1.0"), 8),
    Scene(4, lambda world, at: _paper(world, at, "SAP", "Statistical analysis plan", "1.1", False), 16),
)
