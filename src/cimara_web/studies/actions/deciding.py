"""Writes of what becomes of a submission: accepted into the study store, rejected, explained, withdrawn."""

from __future__ import annotations

from datetime import datetime

from cimara.cohort.dataset import Dataset
from cimara.cohort.deid.acceptance import checked_reason
from cimara.cohort.errors import CohortError
from cimara.cohort.store.errors import StoreError
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError, Transition
from cimara_web.permissions.holder import Holder, Refused
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.facts import given
from cimara_web.studies.actions.permitted import require_one
from cimara_web.studies.actions.sites import locked_site
from cimara_web.studies.actions.submitting import filed
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import Submission
from cimara_web.studies.states.submission import MACHINE, SubmissionHappening, SubmissionState
from cimara_web.studies.submissions.checking import UnreadableError, read
from cimara_web.studies.submissions.clean_data import write
from cimara_web.writes import audited

H, S = SubmissionHappening, SubmissionState
WHY = "Say why, in a sentence."
LONGEST = 500


def move_submission(
    *, by: Holder, submission: Submission, on: SubmissionHappening | str, now: datetime, reason: str = ""
) -> Submission:
    """Let something happen to a submission.

    The file is read before the transaction, which then is short. The clean data are in the study store before
    the acceptance is: killed between, the same acceptance again finds them there by their content.

    Raises
    ------
    NotNowError
        When it can't happen in its state, or the study store refuses the data.
    FieldError
        When a reason is wanted and missing.
    Refused
        When somebody would accept what they uploaded.
    """
    happening = SubmissionHappening(on)
    if happening is H.REPLACE:
        raise NotNowError("Upload a new file; it takes the place of this one by itself.")
    _check(by, submission, happening)
    dataset = _dataset(submission) if happening is H.ACCEPT else None
    return _move(by=by, submission=submission, on=happening, now=now, reason=reason, dataset=dataset)


@audited
def _move(
    *,
    by: Holder,
    submission: Submission,
    on: SubmissionHappening,
    now: datetime,
    reason: str,
    dataset: Dataset | None,
) -> Submission:
    locked = _locked(submission)
    row, role = _check(by, locked, on)
    told: dict[str, object] = {"from": locked.state, "to": row.target.value, "on": on.value}
    if row.asks == "a reason":
        locked.last_reason = _reason(locked, on, reason)
    if dataset is not None:
        told |= _accept(locked, dataset, by, now)
    locked.state, locked.moved_at = row.target.value, now
    if row.permission is Permission.SUBMISSION_ACCEPT:
        locked.decided_by = by.account
    locked.save()
    _record(by, role, locked, now, told)
    return locked


def _check(by: Holder, submission: Submission, on: SubmissionHappening) -> tuple[Transition, Role | None]:
    """The row of the machine, and the role in which somebody acts."""
    site = submission.study_site
    wanted = {one.permission for one in MACHINE.transitions if one.on is on and one.permission}
    role = require_one(by, site.study_id, *sorted(wanted), site=site.public_id)
    row = MACHINE.row(S(submission.state), on)
    if on is H.ACCEPT and submission.uploaded_by == by.account:
        raise Refused("You uploaded this submission. Somebody else accepts it.")
    if on is H.AS_IS and submission.has_identifiers:
        raise NotNowError(
            "The file holds identifiers of people. It can't be taken as it is: send a mended file."
        )
    return row, role


def _accept(submission: Submission, dataset: Dataset, by: Holder, now: datetime) -> dict[str, object]:
    """Write the data to the study store, and supersede what was accepted before."""
    try:
        stored = write(submission, dataset, author=str(by.account), now=now)
    except StoreError as error:
        raise NotNowError(f"The study store can't take it: {error}.") from error
    submission.store_version, submission.content_hash = stored.version, stored.content_hash
    told: dict[str, object] = {"store_version": stored.version}
    older = Submission.objects.filter(study_site=submission.study_site, state=S.ACCEPTED).first()
    if older is not None:
        older.state, older.moved_at = S.SUPERSEDED.value, now
        older.save()
        told["replaces"] = str(older.public_id)
    return told


def _reason(submission: Submission, on: SubmissionHappening, reason: str) -> str:
    plain = given("reason", reason, WHY)[:LONGEST]
    if on is H.AS_IS:
        try:
            return checked_reason(plain)
        except CohortError as error:
            raise FieldError(
                "reason", f"{error.problem[:1].upper()}{error.problem[1:]}. {error.hint or ''}"
            ) from error
    return plain


def _dataset(submission: Submission) -> Dataset:
    try:
        return read(filed(submission))
    except UnreadableError as error:
        raise NotNowError(f"{error.problem} {error.expected}") from error


def _locked(submission: Submission) -> Submission:
    """The submission as it is stored now; decisions on a site's data come one after the other."""
    locked_site(submission.study_site)
    Submission.objects.select_for_update().get(pk=submission.pk)
    return Submission.objects.select_related("study_site__study").get(pk=submission.pk)


def _record(by: Holder, role: Role | None, one: Submission, now: datetime, told: dict[str, object]) -> None:
    site = one.study_site
    counts = {"rows": sum(one.rows.values()), "patients": one.patients or 0}
    record(
        Event.SUBMISSION_MOVED,
        by=by,
        about=("submission", one.public_id),
        now=now,
        study=site.study_id,
        role=role,
        context={"site": site.code, "sha256": one.sha256, **counts, **told},
    )
