"""Writes of a site's ethics review: what the board was asked, what it said, until when it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError, Transition
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.facts import document_of, end_day, given, past_day
from cimara_web.studies.actions.papers import put_current
from cimara_web.studies.actions.sites import locked_site, note_active
from cimara_web.studies.days import words_of
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import EthicsReview, StudySite
from cimara_web.studies.models.paper import DocumentKind
from cimara_web.studies.states.ethics import MACHINE, EthicsHappening
from cimara_web.writes import audited

H = EthicsHappening
LETTER = "Add the letter of the board."


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsFacts:
    """What somebody says of a step: as much as the step wants."""

    board: str = ""
    reference: str = ""
    submitted_at: date | None = None
    decided_at: date | None = None
    valid_until: date | None = None
    no_end: bool = False
    document: UUID | None = None
    reason: str = ""


@audited
def move_ethics(
    *,
    by: Holder,
    site: StudySite,
    on: EthicsHappening | str,
    now: datetime,
    board: str = "",
    reference: str = "",
    submitted_at: date | None = None,
    decided_at: date | None = None,
    valid_until: date | None = None,
    no_end: bool = False,
    document: UUID | None = None,
    reason: str = "",
) -> EthicsReview:
    """Let something happen to a site's ethics review.

    Parameters
    ----------
    valid_until, no_end
        The last day on which the approval holds, or that it has no end: an approval says one of them.
    document
        Public id of an approval of this site among the study's documents.

    Raises
    ------
    NotNowError
        When it can't happen in the state of today.
    FieldError
        When a fact that the step wants is missing or can't be.
    """
    happening = EthicsHappening(on)
    require(by, Permission.ETHICS_EDIT, study=site.study_id, site=site.public_id)
    locked = locked_site(site)
    if locked.withdrawn_at is not None or locked.closed_at is not None:
        raise NotNowError("This site has left the study; its ethics review is not kept up any more.")
    facts = EthicsFacts(
        board=board.strip(),
        reference=reference.strip(),
        submitted_at=submitted_at,
        decided_at=decided_at,
        valid_until=valid_until,
        no_end=no_end,
        document=document,
        reason=reason.strip()[:500],
    )
    review = locked.ethics
    row = MACHINE.row(locked.facts().ethics_on(now.date()), happening)
    if happening in STEPS:
        STEPS[happening](review, locked, facts, now.date())
    review.board = facts.board or review.board
    review.last_reason, review.moved_at, review.state = facts.reason, now, row.target.value
    review.save()
    note_active(locked, now)
    locked.save()
    _record(by, review, locked, row, now)
    return review


def _exempt(review: EthicsReview, site: StudySite, facts: EthicsFacts, today: date) -> None:
    _take_letter(review, site, facts)
    review.reference = facts.reference
    review.decided_at = past_day("decided_at", facts.decided_at, today)
    review.valid_until = None


def _submit(review: EthicsReview, site: StudySite, facts: EthicsFacts, today: date) -> None:
    if not (facts.board or review.board):
        raise FieldError("board", "Name the board that decides.")
    review.submitted_at = past_day("submitted_at", facts.submitted_at, today, since=review.decided_at)
    review.decided_at = None


def _approve(review: EthicsReview, site: StudySite, facts: EthicsFacts, today: date) -> None:
    review.reference = given("reference", facts.reference, "Give the board's reference number.")
    review.decided_at = past_day("decided_at", facts.decided_at, today, since=review.submitted_at)
    review.valid_until = end_day(facts.valid_until, facts.no_end, review.decided_at)
    if facts.document:
        _take_letter(review, site, facts)


def _answered(review: EthicsReview, site: StudySite, facts: EthicsFacts, today: date) -> None:
    review.decided_at = past_day("decided_at", facts.decided_at, today, since=review.submitted_at)


def _suspend(review: EthicsReview, site: StudySite, facts: EthicsFacts, today: date) -> None:
    given("reason", facts.reason, "Say why, in a few words.")


def _renew(review: EthicsReview, site: StudySite, facts: EthicsFacts, today: date) -> None:
    end = end_day(facts.valid_until, facts.no_end, today)
    if end is not None and review.valid_until is not None and end <= review.valid_until:
        raise FieldError("valid_until", f"It held until {words_of(review.valid_until)}. Give a later day.")
    _take_letter(review, site, facts)
    review.reference = facts.reference or review.reference
    review.valid_until = end


def _take_letter(review: EthicsReview, site: StudySite, facts: EthicsFacts) -> None:
    letter = document_of(site, facts.document, DocumentKind.APPROVAL, LETTER)
    put_current(letter)
    review.document = letter


Step = Callable[[EthicsReview, StudySite, EthicsFacts, date], None]
STEPS: dict[EthicsHappening, Step] = {
    H.MARK_EXEMPT: _exempt,
    H.SUBMIT: _submit,
    H.RESUBMIT: _submit,
    H.APPROVE: _approve,
    H.ASK_CHANGES: _answered,
    H.REJECT: _answered,
    H.SUSPEND: _suspend,
    H.RENEW: _renew,
}


def _record(by: Holder, review: EthicsReview, site: StudySite, row: Transition, now: datetime) -> None:
    told = {
        "from": row.source.value,
        "to": row.target.value,
        "on": row.on.value,
        "site": str(site.public_id),
    }
    if review.valid_until:
        told["valid_until"] = review.valid_until.isoformat()
    record(
        Event.ETHICS_MOVED,
        by=by,
        about=("ethics_review", review.public_id),
        now=now,
        study=site.study_id,
        role=by.role_for(Permission.ETHICS_EDIT, study=site.study_id, site=site.public_id),
        context=told,
    )
