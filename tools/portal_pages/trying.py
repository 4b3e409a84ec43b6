"""Tries every action in every state as everybody, through the portal's own actions, and undoes it.

What an action asks besides (dates, papers, a reason) is given, so that only roles and states decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import transaction

from cimara_web.machines import Machine, NotNowError
from cimara_web.permissions.holder import STRANGER, Holder, Refused
from cimara_web.studies.actions.agreement import move_agreement
from cimara_web.studies.actions.analyses import move_analysis, sign_analysis
from cimara_web.studies.actions.deciding import move_submission
from cimara_web.studies.actions.ethics import move_ethics
from cimara_web.studies.actions.reports import hold_report, sign_release
from cimara_web.studies.actions.study import move_study
from cimara_web.studies.actions.submitting import receive
from cimara_web.studies.kept_bytes import KeptFile
from cimara_web.studies.models import Analysis, Report, StudyDocument, StudySite, Submission
from cimara_web.studies.models.paper import DocumentKind
from cimara_web.studies.states import agreement, analysis, ethics, study, submission
from cimara_web.writes import action
from tests.web.people import NOW, TODAY, acting
from tests.web.world import ROLES, World, kept, uid

WHY = "Because of the plan of the study."
NO_HASH = "0" * 64
Attempt = Callable[[Holder, Any, StrEnum], object]
Papers = Mapping[UUID, UUID]
"""A site -> a paper of it."""


@dataclass(frozen=True)
class Tried:
    """A machine, and who could do what in which state."""

    machine: Machine
    done: Mapping[tuple[StrEnum, StrEnum], tuple[str, ...]]
    """State and action -> who could, for every pair that somebody could."""
    refused: int
    """Pairs that nobody could."""


def all_tried(world: World) -> list[Tried]:
    """Every machine of a study."""
    letters = _papers(world.ethics.values(), DocumentKind.APPROVAL)
    texts = _papers(world.agreements.values(), DocumentKind.AGREEMENT)
    _run_by_somebody_else(world)
    with everything_given():
        return [
            _tried(world, study.MACHINE, world.studies, _study),
            _tried(world, ethics.MACHINE, world.ethics, partial(_ethics, letters)),
            _tried(world, agreement.MACHINE, world.agreements, partial(_agreement, texts)),
            _tried(world, submission.MACHINE, world.submissions, partial(_submission, kept("a new file"))),
            _tried(world, analysis.MACHINE, world.analyses, _analysis),
        ]


def _tried(world: World, machine: Machine, things: Mapping[Any, Any], attempt: Attempt) -> Tried:
    happenings = type(machine.transitions[0].on)
    people = list(holders(world))
    found = {
        (state, on): tuple(name for name, by in people if _works(by, things[state], on, attempt))
        for state in machine.states
        for on in happenings
    }
    done = {pair: names for pair, names in found.items() if names}
    return Tried(machine, done, len(found) - len(done))


def holders(world: World) -> Iterator[tuple[str, Holder]]:
    """Everybody with their roles."""
    for name in ROLES:
        account = world.accounts[name]
        yield name, acting(account) if account else STRANGER


def _works(by: Holder, thing: Any, on: StrEnum, attempt: Attempt) -> bool:
    try:
        with transaction.atomic():
            attempt(by, thing, on)
            transaction.set_rollback(True)
    except (Refused, NotNowError):
        return False
    return True


@contextmanager
def everything_given() -> Iterator[None]:
    """A study has what its steps want, and a file reads as data: neither is a matter of roles."""
    with ExitStack() as given:
        given.enter_context(patch("cimara_web.studies.conditions.CONDITIONS", {}))
        given.enter_context(patch("cimara_web.studies.actions.deciding._dataset", lambda _: None))
        bundle = SimpleNamespace(files=(), check=NO_HASH)
        given.enter_context(patch("cimara_web.studies.actions.reports.checked_bundle", lambda *_: bundle))
        yield


def _study(by: Holder, thing: Any, on: StrEnum) -> object:
    return move_study(by=by, study=thing, on=on, now=NOW, reason=WHY)


def _ethics(letters: Papers, by: Holder, thing: StudySite, on: StrEnum) -> object:
    return move_ethics(
        by=by,
        site=thing,
        on=on,
        now=NOW,
        board="Demo board",
        reference="2026-1",
        submitted_at=TODAY,
        decided_at=TODAY,
        no_end=True,
        document=letters[thing.pk],
        reason=WHY,
    )


def _agreement(texts: Papers, by: Holder, thing: StudySite, on: StrEnum) -> object:
    return move_agreement(
        by=by,
        site=thing,
        on=on,
        now=NOW,
        signed_by_site_at=TODAY,
        executed_at=TODAY,
        no_end=True,
        document=texts[thing.pk],
        reason=WHY,
    )


def _submission(new: KeptFile, by: Holder, thing: Submission, on: StrEnum) -> object:
    if on is submission.SubmissionHappening.REPLACE:
        return receive(by=by, site=thing.study_site, kept=new, file_name="demo.csv", now=NOW, replaces=thing)
    return move_submission(by=by, submission=thing, on=on, now=NOW, reason=WHY)


def _analysis(by: Holder, thing: Analysis, on: StrEnum) -> object:
    happening = analysis.AnalysisHappening
    if on is happening.APPROVE:
        return sign_analysis(by=by, analysis=thing, now=NOW)
    if on is happening.HOLD:
        return hold_report(by=by, analysis=thing, kept=KeptFile(NO_HASH, 0), now=NOW)
    if on is happening.RELEASE:
        held = Report.objects.filter(analysis=thing).first()
        if held is None:
            raise NotNowError("There is nothing to release.")
        return sign_release(by=by, report=held, now=NOW)
    return move_analysis(by=by, analysis=thing, on=on, now=NOW, reason=WHY)


@action
def _run_by_somebody_else(world: World) -> None:
    """So that it is the role that decides on a release, and not who ran the analysis."""
    analyst = uid("another statistician")
    Analysis.objects.filter(study=world.study).exclude(analyst=None).update(analyst=analyst)
    Report.objects.filter(analysis__study=world.study).update(held_by=analyst)


@action
def _papers(sites: Iterable[StudySite], kind: DocumentKind) -> Papers:
    """A paper of a kind for each site."""
    file, made = kept(f"a paper: {kind}"), {}
    for site in sites:
        row = StudyDocument(
            study=site.study,
            study_site=site,
            kind=kind.value,
            title="Demo paper",
            version="1",
            file_name="demo.pdf",
            sha256=file.sha256,
            size=file.size,
            media_type="application/pdf",
            added_by=site.public_id,
            added_at=NOW,
        )
        row.save()
        made[site.pk] = row.public_id
    return made
