"""Writes of what a site sends: received under its hash, then checked by the library and told as counts."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.logs import describe_error, event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.sites import locked_site
from cimara_web.studies.kept_bytes import KeptFile, path_of
from cimara_web.studies.models import (
    Report,
    SiteCompleteness,
    StudyDocument,
    StudySite,
    Submission,
)
from cimara_web.studies.models.study import Mode
from cimara_web.studies.states.site import what_blocks
from cimara_web.studies.states.study import StudyState
from cimara_web.studies.states.submission import MACHINE, SubmissionHappening, SubmissionState
from cimara_web.studies.submissions.checking import Checked, Filed, UnreadableError, check
from cimara_web.studies.submissions.clean_data import current_data
from cimara_web.studies.submissions.limits import shown_name
from cimara_web.studies.submissions.reports import keep_report, keep_unreadable
from cimara_web.studies.submissions.scanning import Word, scanned
from cimara_web.writes import action, audited

log = logging.getLogger(__name__)
H, S = SubmissionHappening, SubmissionState
REPLACEABLE = tuple(one.source for one in MACHINE.transitions if one.on is H.REPLACE)


@audited
def receive(
    *,
    by: Holder,
    site: StudySite,
    kept: KeptFile,
    file_name: str,
    now: datetime,
    replaces: Submission | None = None,
    mapping: KeptFile | None = None,
) -> Submission:
    """Take in a file that is kept; the same file of the site again is the submission that it made before.

    Parameters
    ----------
    replaces
        The submission that this one mends; by default the newest of the site that still can be replaced.
    mapping
        The mapping of the site's own form, where the file needs one.

    Raises
    ------
    NotNowError
        When the site or the study takes no data now; the message says what would change that.
    """
    require(by, Permission.SUBMISSION_UPLOAD, study=site.study_id, site=site.public_id)
    locked = locked_site(site)
    rows = Submission.objects.select_for_update().filter(study_site=locked)
    if blocked := why_not_now(locked, now):
        raise NotNowError(blocked)
    mapped = mapping.sha256 if mapping else ""
    same = rows.filter(sha256=kept.sha256, mapping=mapped).first()
    if same is not None:
        _record(Event.SUBMISSION_RECEIVED_AGAIN, by, same, now)
        return same
    older = _replaced(rows, replaces, now)
    made = Submission(
        study_site=locked,
        replaces=older,
        sha256=kept.sha256,
        size=kept.size,
        file_name=shown_name(file_name),
        mapping=mapped,
        dictionary_hash=locked.study.dictionary_hash,
        uploaded_by=by.account,
        received_at=now,
        moved_at=now,
    )
    made.save(force_insert=True)
    told = {"bytes": kept.size, **({"replaces": str(older.public_id)} if older else {})}
    _record(Event.SUBMISSION_RECEIVED, by, made, now, told)
    return made


def validate(*, submission: Submission, now: datetime) -> Submission:
    """Have a received submission checked, outside any transaction, and note what was found in a short one.

    A crash on the way leaves it received. Two at once note it once.
    """
    if submission.state != S.RECEIVED:
        return submission
    word = scanned(submission.sha256)
    if word is Word.NOT_SCANNED:
        return submission
    try:
        if word is Word.FOUND:
            raise UnreadableError("The virus scanner found something in the file.", "A file without it.")
        found = check(filed(submission), before=_accepted_data(submission))
        report = keep_report(found)
    except UnreadableError as error:
        found, report = None, keep_unreadable(error)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a file must not stop the line: it is put aside, the log says where we failed
        event(
            log,
            "submission.check_failed",
            level=logging.ERROR,
            **describe_error(type(error), error.__traceback__),
        )
        unknown = UnreadableError(
            "The file could not be checked.", "A file that `cimara cohort validate` reads."
        )
        found, report = None, keep_unreadable(unknown)
    try:
        noted = note_checked(submission=submission, found=found, report=report, now=now)
    except NotNowError:
        return Submission.objects.get(pk=submission.pk)
    if noted.has_identifiers or word is Word.FOUND:
        remove_bytes(submission=noted, now=now)
    return noted


@audited
def note_checked(
    *, submission: Submission, found: Checked | None, report: str, now: datetime, by: Holder = SYSTEM
) -> Submission:
    """Note what was found, as counts. `found` None: it can't be read.

    Raises
    ------
    NotNowError
        When it is no longer received.
    """
    locked = _locked(submission)
    on = H.FIND_UNREADABLE if found is None else H.FIND_VALID if found.is_valid else H.FIND_FAULTS
    before = locked.state
    locked.state = _derived(before, on)
    locked.report, locked.moved_at = report, now
    if found is not None:
        _note_counts(locked, found)
    locked.save()
    told = {
        "from": before,
        "to": locked.state,
        "on": on.value,
        "rows": sum(locked.rows.values()),
        "patients": locked.patients or 0,
        "errors": locked.errors,
        "warnings": locked.warnings,
        "rules": sorted(locked.counts),
    }
    _record(Event.SUBMISSION_VALIDATED, by, locked, now, told)
    return locked


@action
def remove_bytes(*, submission: Submission, now: datetime) -> None:
    """Remove the bytes of a file that must not be kept, unless the same bytes are kept for something else."""
    locked = _locked(submission)
    others = Submission.objects.filter(sha256=locked.sha256, has_identifiers=False).exclude(pk=locked.pk)
    kept_for = (
        others,
        StudyDocument.objects.filter(sha256=locked.sha256),
        Report.objects.filter(sha256=locked.sha256),
    )
    if not any(one.exists() for one in kept_for):
        path_of(locked.sha256).unlink(missing_ok=True)
    locked.bytes_removed_at = now
    locked.save()


def filed(submission: Submission) -> Filed:
    """How a submission's file is to be read."""
    site = submission.study_site
    return Filed(
        sha256=submission.sha256,
        name=submission.file_name,
        mapping=submission.mapping,
        site=site.code,
        study=site.study.slug,
        needed=tuple(site.study.needed_fields),
    )


def why_not_now(site: StudySite, now: datetime) -> str:
    """Why nothing can come from a site now, and what would change that; empty when it can."""
    if site.study.state != StudyState.OPEN:
        return f"This study is {site.study.state}. Data can come while it is open."
    if site.mode == Mode.FEDERATED:
        return "This site is federated: its rows stay there, and it says that they are ready."
    return what_blocks(site.facts(), now.date())


def _replaced(rows: Any, replaces: Submission | None, now: datetime) -> Submission | None:
    """The submission that a new file takes the place of, superseded."""
    older = rows.filter(pk=replaces.pk).first() if replaces else None
    if replaces and older is None:
        raise NotNowError("The submission to be replaced is of another site.")
    older = older or rows.filter(state__in=REPLACEABLE).order_by("-received_at").first()
    if older is not None:
        older.state = MACHINE.row(S(older.state), H.REPLACE).target.value
        older.moved_at = now
        older.save()
    return older


def _derived(state: str, on: SubmissionHappening) -> str:
    """Where something leads that nobody does."""
    for one in MACHINE.transitions:
        if one.source == state and one.on is on:
            return str(one.target.value)
    raise NotNowError(f"This submission is {state}: it was checked already.")


def _note_counts(submission: Submission, found: Checked) -> None:
    report = found.report
    submission.rows, submission.patients = dict(report.rows), report.patients
    submission.counts = {rule: dict(by_severity) for rule, by_severity in found.counts.items()}
    submission.errors, submission.warnings = found.errors, report.warnings
    submission.has_identifiers = bool(report.identifiers and report.identifiers.refused)
    SiteCompleteness.objects.bulk_create(
        SiteCompleteness(
            submission=submission,
            variable=one.variable[:80],
            applicable=one.applicable,
            present=one.present,
            unknown=one.unknown,
            not_done=one.not_done,
            missing=one.missing,
        )
        for one in found.completeness
    )


def _accepted_data(submission: Submission) -> Dataset | None:
    """The accepted data of the site, to tell what changed; None where there are none that can be read."""
    site = submission.study_site
    accepted = Submission.objects.filter(study_site=site, state=S.ACCEPTED).first()
    if accepted is None or accepted.store_version is None:
        return None
    try:
        return current_data(site, accepted.store_version)
    except CohortError as error:
        event(log, "store.read_failed", level=logging.ERROR, error=type(error).__name__)
        return None


def _locked(submission: Submission) -> Submission:
    Submission.objects.select_for_update().get(pk=submission.pk)
    return Submission.objects.select_related("study_site__study").get(pk=submission.pk)


def _record(
    what: Event, by: Holder, one: Submission, now: datetime, told: dict[str, object] | None = None
) -> None:
    site = one.study_site
    asked = {"study": site.study_id, "site": site.public_id}
    record(
        what,
        by=by,
        about=("submission", one.public_id),
        now=now,
        study=site.study_id,
        role=by.role_for(Permission.SUBMISSION_UPLOAD, **asked),
        context={"site": site.code, "sha256": one.sha256, **(told or {})},
    )
