"""Writes of a study as a whole: it is started, proposed, decided on, opened, locked, published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from cimara_web.accounts.actions.roles import put_role
from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.papers import put_current
from cimara_web.studies.actions.permitted import require_one
from cimara_web.studies.conditions import what_is_missing
from cimara_web.studies.dictionary import DictionaryError, read_dictionary
from cimara_web.studies.models import Proposal, Study, StudyDocument, Submission
from cimara_web.studies.models.paper import DocumentKind
from cimara_web.studies.models.study import Mode, StudyKind
from cimara_web.studies.proposal import VERSION, known_answers
from cimara_web.studies.states.study import ALSO_BY_OFFICE, MACHINE, StudyHappening, StudyState
from cimara_web.writes import audited

NO_SLUGS = frozenset({"new", "demonstration"})
"""Addresses under /studies/ that are taken."""
S = StudyState
CHANGEABLE = frozenset({S.IDEA, S.PROPOSED, S.APPROVED, S.OPEN, S.LOCKED, S.ANALYSIS})
WITH_DICTIONARY = frozenset({S.IDEA, S.PROPOSED, S.APPROVED, S.OPEN})
CHANGED = ("title", "question", "kind", "mode", "lead_institution_id", "target_sites", "target_patients")
COPIED = {"question": "question", "kind": "kind", "mode": "mode"}
TARGETS = {"target_sites": "sites_wanted", "target_patients": "patients_expected"}
"""Fields of a study that its proposal fills in."""


@audited
def start_study(
    *,
    by: Holder,
    title: str,
    kind: StudyKind | str,
    mode: Mode | str,
    lead_institution: Any,
    now: datetime,
    is_demonstration: bool = False,
) -> Study:
    """Begin an idea of a study. Whoever begins it leads it, by the portal itself.

    Parameters
    ----------
    lead_institution
        A `members` institution, or None.
    """
    require(by, Permission.STUDY_PROPOSE)
    if by.account is None:
        raise TypeError("a study is started by somebody with an account")
    study = Study(
        slug=_free_slug(title),
        title=title.strip(),
        kind=StudyKind(kind).value,
        mode=Mode(mode).value,
        lead_institution_id=lead_institution.public_id if lead_institution else None,
        made_at=now,
        moved_at=now,
        is_demonstration=is_demonstration,
    )
    study.save(force_insert=True)
    put_role(account=by.account, role=Role.STUDY_LEAD, by=SYSTEM, now=now, study=study.public_id)
    record(
        Event.STUDY_STARTED,
        by=by,
        about=("study", study.public_id),
        now=now,
        study=study.public_id,
        role=by.role_for(Permission.STUDY_PROPOSE),
    )
    return study


@audited
def save_proposal(*, by: Holder, study: Study, answers: Mapping[str, object], now: datetime) -> Proposal:
    """Keep the answers of a proposal, whatever is missing; `proposal.problems` lists that.

    Raises
    ------
    NotNowError
        When the study isn't an idea any more.
    """
    require(by, Permission.STUDY_EDIT, study=study.public_id)
    locked = locked_study(study)
    if locked.state != S.IDEA:
        raise NotNowError(f"This study is {locked.state}: its proposal can't be changed now.")
    given = known_answers(answers)
    kept = Proposal.objects.filter(study=locked).first()
    before = kept.answers if kept else {}
    row = Proposal(study=locked, form_version=VERSION, answers=given, saved_at=now)
    row.save()
    for field, name in COPIED.items():
        setattr(locked, field, given.get(name) or getattr(locked, field))
    for field, name in TARGETS.items():
        setattr(locked, field, given.get(name))
    locked.save()
    changed = sorted(one for one in {*given, *before} if given.get(one) != before.get(one))
    _record_change(by, locked, changed, now)
    return row


@audited
def change_study(
    *,
    by: Holder,
    study: Study,
    title: str,
    question: str,
    kind: StudyKind | str,
    mode: Mode | str,
    lead_institution: Any,
    target_sites: int | None,
    target_patients: int | None,
    now: datetime,
) -> Study:
    """Change what a study is called and aims at; its address stays."""
    require(by, Permission.STUDY_EDIT, study=study.public_id)
    locked = locked_study(study)
    _require_state(locked, CHANGEABLE, "it can't be changed now")
    before = {name: getattr(locked, name) for name in CHANGED}
    locked.title, locked.question = title.strip(), question.strip()
    locked.kind, locked.mode = StudyKind(kind).value, Mode(mode).value
    locked.lead_institution_id = lead_institution.public_id if lead_institution else None
    locked.target_sites, locked.target_patients = target_sites, target_patients
    locked.save()
    _record_change(by, locked, [one for one in CHANGED if getattr(locked, one) != before[one]], now)
    return locked


@audited
def move_study(
    *, by: Holder, study: Study, on: StudyHappening | str, now: datetime, reason: str = ""
) -> Study:
    """Let something happen to a study, as its table says.

    Raises
    ------
    Refused
        When the roles of `by` don't carry what the row wants.
    NotNowError
        When it can't happen in its state, a condition isn't met, or a reason is missing.
    """
    happening = StudyHappening(on)
    wanted = {one.permission for one in MACHINE.transitions if one.on is happening and one.permission}
    also = {Permission.STUDY_DECIDE} if happening in ALSO_BY_OFFICE else set()
    role = require_one(by, study.public_id, *sorted(wanted), *also)
    locked = locked_study(study)
    row = MACHINE.row(StudyState(locked.state), happening)
    if missing := what_is_missing(locked, row, reason):
        raise NotNowError(f"'{happening}' is not possible yet. Missing: {'; '.join(missing)}.")
    locked.state, locked.moved_at, locked.last_reason = row.target.value, now, reason.strip()[:500]
    locked.save()
    record(
        Event.STUDY_MOVED,
        by=by,
        about=("study", locked.public_id),
        now=now,
        study=locked.public_id,
        role=role,
        context={"from": row.source.value, "to": row.target.value, "on": happening.value},
    )
    return locked


@audited
def set_dictionary(*, by: Holder, study: Study, document: StudyDocument, now: datetime) -> Study:
    """Make a study file the dictionary that sites are checked by, and its document the current one.

    Raises
    ------
    DictionaryError
        When the file can't be used, with every fault of it.
    NotNowError
        When the study takes no more data.
    """
    require(by, Permission.STUDY_EDIT, study=study.public_id)
    if document.study_id != study.public_id or document.kind != DocumentKind.DICTIONARY:
        raise DictionaryError("This document is no dictionary of the study.")
    read = read_dictionary(document.sha256, file_name=document.file_name)
    locked = locked_study(study)
    _require_state(locked, WITH_DICTIONARY, "its dictionary can't be changed now")
    _check_id(locked, read.id)
    locked.dictionary_id, locked.dictionary_hash = read.id, read.hash
    locked.needed_fields = list(read.needed_fields)
    locked.save()
    put_current(document)
    _record_change(by, locked, ["dictionary"], now)
    return locked


def _check_id(study: Study, dictionary_id: str) -> None:
    """The store keeps accepted data under this id, as `cimara study run` looks for it: one study, one id."""
    if Study.objects.filter(dictionary_id=dictionary_id).exclude(pk=study.pk).exists():
        raise DictionaryError(
            f"Another study here has the id {dictionary_id}. Give the file an id of its own."
        )
    has_data = Submission.objects.filter(study_site__study=study, store_version__isnull=False).exists()
    if has_data and study.dictionary_id != dictionary_id:
        raise DictionaryError(f"Data were accepted under the id {study.dictionary_id}. Keep it in the file.")


def locked_study(study: Study) -> Study:
    """The study as it is stored now, locked to the end of the action."""
    return Study.objects.select_for_update().get(pk=study.pk)


def _require_state(study: Study, states: frozenset[StudyState], words: str) -> None:
    if study.state not in states:
        raise NotNowError(f"This study is {study.state}: {words}.")


def _record_change(by: Holder, study: Study, fields: list[str], now: datetime) -> None:
    record(
        Event.STUDY_CHANGED,
        by=by,
        about=("study", study.public_id),
        now=now,
        study=study.public_id,
        role=by.role_for(Permission.STUDY_EDIT, study=study.public_id),
        context={"fields": fields},
    )


def _free_slug(title: str) -> str:
    """An address made of the title that no study has; a number is added where it is taken."""
    base = slugify(title)[:50].strip("-") or "study"
    taken = set(Study.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | NO_SLUGS
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
