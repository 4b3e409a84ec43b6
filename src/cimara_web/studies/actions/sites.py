"""Writes of the sites of a study: invited, confirmed, changed, attested, closed, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cimara.cohort.store.lines import SITE_ID
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.permitted import require_one
from cimara_web.studies.actions.study import locked_study
from cimara_web.studies.attesting import Rows, is_software
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import Agreement, EthicsReview, Study, StudySite
from cimara_web.studies.models.study import Mode
from cimara_web.studies.states.site import SiteState, site_state, what_blocks
from cimara_web.studies.states.study import StudyState
from cimara_web.writes import audited

TAKES_SITES = frozenset({StudyState.IDEA, StudyState.PROPOSED, StudyState.APPROVED, StudyState.OPEN})


@audited
def invite_site(
    *,
    by: Holder,
    study: Study,
    institution: Any,
    code: str,
    now: datetime,
    expected_patients: int | None = None,
    mode: Mode | str = Mode.POOLED,
) -> StudySite:
    """Add an institution to a study, with its ethics review and agreement not begun.

    Parameters
    ----------
    institution
        A `members` institution.
    code
        The site's name in its data and in the study store: two capital letters and two digits.

    Raises
    ------
    FieldError
        When the code is no code, or it or the institution is in the study already.
    """
    require(by, Permission.SITE_INVITE, study=study.public_id)
    locked = locked_study(study)
    if locked.state not in TAKES_SITES:
        raise NotNowError(f"This study is {locked.state}: it takes no more sites.")
    _check_new(locked, institution, code)
    site = StudySite(
        study=locked,
        institution_id=institution.public_id,
        code=code,
        expected_patients=expected_patients,
        mode=Mode(mode).value,
        invited_at=now,
    )
    site.save(force_insert=True)
    EthicsReview(study_site=site, moved_at=now).save(force_insert=True)
    Agreement(study_site=site, moved_at=now).save(force_insert=True)
    role = by.role_for(Permission.SITE_INVITE, study=study.public_id)
    _record(Event.SITE_INVITED, by, site, now, role, {"institution": str(institution.public_id)})
    return site


@audited
def change_site(
    *,
    by: Holder,
    site: StudySite,
    expected_patients: int | None,
    impossible_fields: Iterable[str],
    now: datetime,
) -> StudySite:
    """Say how many patients a site expects, and which needed fields it can't give at all."""
    study, own = site.study_id, site.public_id
    role = require_one(by, study, Permission.SITE_INVITE, Permission.SITE_CONFIRM, site=own)
    locked = locked_site(site)
    _require_staying(locked)
    fields = sorted(set(impossible_fields))
    if stray := set(fields) - set(locked.study.needed_fields):
        raise FieldError("impossible_fields", f"The study doesn't ask for {', '.join(sorted(stray))}.")
    before = (locked.expected_patients, locked.impossible_fields)
    locked.expected_patients, locked.impossible_fields = expected_patients, fields
    locked.save()
    names = ("expected_patients", "impossible_fields")
    after = (locked.expected_patients, locked.impossible_fields)
    changed = [name for name, one, other in zip(names, before, after, strict=True) if one != other]
    _record(Event.SITE_CHANGED, by, locked, now, role, {"fields": changed})
    return locked


@audited
def confirm_site(*, by: Holder, site: StudySite, now: datetime) -> StudySite:
    """The site says yes: it takes part."""
    require(by, Permission.SITE_CONFIRM, study=site.study_id, site=site.public_id)
    locked = locked_site(site)
    _require_staying(locked)
    if locked.confirmed_at is not None:
        raise NotNowError("This site is confirmed already.")
    locked.confirmed_at = now
    note_active(locked, now)
    locked.save()
    role = by.role_for(Permission.SITE_CONFIRM, study=site.study_id, site=site.public_id)
    _record(Event.SITE_CONFIRMED, by, locked, now, role)
    return locked


@audited
def close_site(*, by: Holder, site: StudySite, now: datetime) -> StudySite:
    """The site has done its part: what it sent stays, nothing more comes."""
    require(by, Permission.SITE_INVITE, study=site.study_id)
    locked = locked_site(site)
    _require_staying(locked)
    if locked.confirmed_at is None:
        raise NotNowError("This site was never confirmed; withdraw it instead.")
    locked.closed_at = now
    locked.save()
    role = by.role_for(Permission.SITE_INVITE, study=site.study_id)
    _record(Event.SITE_CLOSED, by, locked, now, role)
    return locked


@audited
def withdraw_site(*, by: Holder, site: StudySite, now: datetime) -> StudySite:
    """The site leaves the study, by the study's lead; one that is not confirmed yet may say no by itself."""
    study, own = site.study_id, site.public_id
    role = require_one(by, study, Permission.SITE_INVITE, Permission.SITE_CONFIRM, site=own)
    locked = locked_site(site)
    _require_staying(locked)
    if locked.confirmed_at is not None:
        require(by, Permission.SITE_INVITE, study=study)
    locked.withdrawn_at = now
    locked.save()
    _record(Event.SITE_WITHDRAWN, by, locked, now, role)
    return locked


@audited
def attest(
    *,
    by: Holder,
    site: StudySite,
    dictionary: str,
    rows: Rows | str,
    software: str,
    now: datetime,
    has_kit: bool = False,
    has_policy: bool = False,
) -> StudySite:
    """A federated site says that its rows are ready: checked by which dictionary, how many, with what.

    Parameters
    ----------
    has_kit, has_policy
        Whether it has received its kit of the federation, and written its policy for this study.

    Raises
    ------
    NotNowError
        When the site isn't active, or sends its rows.
    FieldError
        When the dictionary isn't the study's, or the version of the software is none.
    """
    require(by, Permission.SUBMISSION_UPLOAD, study=site.study_id, site=site.public_id)
    locked = locked_site(site)
    if locked.mode == Mode.POOLED:
        raise NotNowError("This site sends its rows; it has nothing to attest.")
    if told := what_blocks(locked.facts(), now.date()):
        raise NotNowError(told)
    if not dictionary or dictionary != locked.study.dictionary_hash:
        raise FieldError("dictionary", "This is not the study's dictionary; copy its hash from this page.")
    if not is_software(software):
        raise FieldError("software", "Write the name and version, such as cimara 1.0.2.")
    locked.attested_dictionary, locked.attested_rows = dictionary, Rows(rows).value
    locked.attested_software = software
    locked.has_kit, locked.has_policy = has_kit, has_policy
    locked.save()
    role = by.role_for(Permission.SUBMISSION_UPLOAD, study=site.study_id, site=site.public_id)
    ready = [word for word, is_there in (("kit", has_kit), ("policy", has_policy)) if is_there]
    told_of = {"dictionary": dictionary, "rows": locked.attested_rows, "version": software, "ready": ready}
    _record(Event.SITE_ATTESTED, by, locked, now, role, told_of)
    return locked


def locked_site(site: StudySite) -> StudySite:
    """The site as it is stored now, locked; its review and agreement change only under this lock."""
    StudySite.objects.select_for_update().get(pk=site.pk)
    return StudySite.objects.select_related("study", "ethics", "agreement").get(pk=site.pk)


def note_active(site: StudySite, now: datetime) -> None:
    """Set `active_since` when the site is active for the first time; the action that calls saves the site."""
    if site.active_since is None and site_state(site.facts(), now.date()) is SiteState.ACTIVE:
        site.active_since = now


def _require_staying(site: StudySite) -> None:
    if site.withdrawn_at is not None or site.closed_at is not None:
        raise NotNowError(f"This site is {'withdrawn' if site.withdrawn_at else 'closed'}; nothing changes.")


def _check_new(study: Study, institution: Any, code: str) -> None:
    if not SITE_ID.fullmatch(code):
        raise FieldError("code", "Use two capital letters and two digits, such as DA01.")
    rows = StudySite.objects.filter(study=study)
    if rows.filter(code=code).exists():
        raise FieldError("code", "Another site of this study has this code.")
    if rows.filter(institution_id=institution.public_id).exists():
        raise FieldError("institution", "This institution is in the study already.")


def _record(
    event: Event,
    by: Holder,
    site: StudySite,
    now: datetime,
    role: Role | None,
    context: dict[str, Any] | None = None,
) -> None:
    about = ("study_site", site.public_id)
    record(event, by=by, about=about, now=now, study=site.study_id, role=role, context=context)
