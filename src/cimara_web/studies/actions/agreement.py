"""Writes of the agreement with a site: whose hand it is in, who signed it, until when it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError, Transition
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.facts import document_of, end_day, given, past_day
from cimara_web.studies.actions.papers import put_current
from cimara_web.studies.actions.permitted import require_one
from cimara_web.studies.actions.sites import locked_site, note_active
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import Agreement, StudySite
from cimara_web.studies.models.paper import DocumentKind
from cimara_web.studies.states.agreement import MACHINE, AgreementHappening, AgreementKind
from cimara_web.writes import audited

H = AgreementHappening
TEXT = "Add the text of the agreement."
WHY = "Say why, in a few words."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFacts:
    """What somebody says of a step: as much as the step wants."""

    kind: AgreementKind | None = None
    signed_by_site_at: date | None = None
    executed_at: date | None = None
    valid_until: date | None = None
    no_end: bool = False
    document: UUID | None = None
    reason: str = ""


@audited
def move_agreement(
    *,
    by: Holder,
    site: StudySite,
    on: AgreementHappening | str,
    now: datetime,
    kind: AgreementKind | str | None = None,
    signed_by_site_at: date | None = None,
    executed_at: date | None = None,
    valid_until: date | None = None,
    no_end: bool = False,
    document: UUID | None = None,
    reason: str = "",
) -> Agreement:
    """Let something happen to the agreement with a site.

    Parameters
    ----------
    kind
        DUA or MTA, with the first draft.
    valid_until, no_end
        The last day on which it holds, or that it has no end: countersigning says one of them.
    document
        Public id of an agreement of this site among the study's documents.

    Raises
    ------
    NotNowError
        When it can't happen in the state of today.
    FieldError
        When a fact that the step wants is missing or can't be.
    """
    happening = AgreementHappening(on)
    wanted = {one.permission for one in MACHINE.transitions if one.on is happening and one.permission}
    role = require_one(by, site.study_id, *sorted(wanted), site=site.public_id)
    locked = locked_site(site)
    if locked.withdrawn_at is not None or locked.closed_at is not None:
        raise NotNowError("This site has left the study; its agreement is not kept up any more.")
    facts = AgreementFacts(
        kind=AgreementKind(kind) if kind else None,
        signed_by_site_at=signed_by_site_at,
        executed_at=executed_at,
        valid_until=valid_until,
        no_end=no_end,
        document=document,
        reason=reason.strip()[:500],
    )
    deal = locked.agreement
    row = MACHINE.row(locked.facts().agreement_on(now.date()), happening)
    if happening in STEPS:
        STEPS[happening](deal, locked, facts, now.date())
    deal.last_reason, deal.moved_at, deal.state = facts.reason, now, row.target.value
    deal.save()
    note_active(locked, now)
    locked.save()
    _record(by, deal, locked, row, now, role)
    return deal


def _not_needed(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    given("reason", facts.reason, WHY)
    deal.kind, deal.valid_until = AgreementKind.NONE_NEEDED.value, None


def _draft(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    if facts.kind is AgreementKind.NONE_NEEDED:
        raise FieldError("kind", "Choose DUA or MTA; where none is needed, mark it so.")
    deal.kind = (facts.kind or AgreementKind.DUA).value


def _send(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    deal.document = document_of(site, facts.document, DocumentKind.AGREEMENT, TEXT)
    deal.version += 1


def _return_text(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    given("reason", facts.reason, "Say what should change, in a few words.")
    if facts.document:
        deal.document = document_of(site, facts.document, DocumentKind.AGREEMENT, TEXT)


def _sign(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    deal.signed_by_site_at = past_day("signed_by_site_at", facts.signed_by_site_at, today)
    if facts.document:
        deal.document = document_of(site, facts.document, DocumentKind.AGREEMENT, TEXT)


def _countersign(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    signed = deal.signed_by_site_at
    deal.executed_at = past_day("executed_at", facts.executed_at, today, since=signed)
    deal.valid_until = end_day(facts.valid_until, facts.no_end, deal.executed_at)
    if facts.document:
        deal.document = document_of(site, facts.document, DocumentKind.AGREEMENT, TEXT)
    if deal.document is not None:
        put_current(deal.document)


def _terminate(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    given("reason", facts.reason, WHY)


def _renew(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    """The signatures of the one that ended don't count for the next."""
    deal.signed_by_site_at = deal.executed_at = None


def _extend(deal: Agreement, site: StudySite, facts: AgreementFacts, today: date) -> None:
    """Before it ends, so that a site is never blocked while both are willing."""
    end = end_day(facts.valid_until, facts.no_end, today)
    if deal.valid_until is None or (end is not None and end <= deal.valid_until):
        raise FieldError("valid_until", "Give a later end than the present one, or say that it has none.")
    deal.document = document_of(site, facts.document, DocumentKind.AGREEMENT, TEXT)
    put_current(deal.document)
    deal.valid_until, deal.version = end, deal.version + 1


Step = Callable[[Agreement, StudySite, AgreementFacts, date], None]
STEPS: dict[AgreementHappening, Step] = {
    H.MARK_NOT_NEEDED: _not_needed,
    H.DRAFT: _draft,
    H.SEND: _send,
    H.RETURN_TEXT: _return_text,
    H.SIGN: _sign,
    H.COUNTERSIGN: _countersign,
    H.TERMINATE: _terminate,
    H.RENEW: _renew,
    H.EXTEND: _extend,
}


def _record(
    by: Holder, deal: Agreement, site: StudySite, row: Transition, now: datetime, role: Role | None
) -> None:
    told: dict[str, object] = {
        "from": row.source.value,
        "to": row.target.value,
        "on": row.on.value,
        "site": str(site.public_id),
        "version": deal.version,
    }
    if deal.valid_until:
        told["valid_until"] = deal.valid_until.isoformat()
    record(
        Event.AGREEMENT_MOVED,
        by=by,
        about=("agreement", deal.public_id),
        now=now,
        study=site.study_id,
        role=role,
        context=told,
    )
