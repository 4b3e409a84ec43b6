"""Every event of the audit trail, and the only things that may be told of it: counts, states, hashes, ids."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """What was done, as `thing.what`."""

    ACCOUNT_MADE = "account.made"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"
    ACCOUNT_EMAIL_CHANGED = "account.email_changed"
    ACCOUNT_FACTOR_ADDED = "account.factor_added"
    ACCOUNT_FACTOR_REMOVED = "account.factor_removed"
    ACCOUNT_IDENTITY_ADDED = "account.identity_added"
    ACCOUNT_IDENTITY_REMOVED = "account.identity_removed"
    ACCOUNT_LINK_MADE = "account.link_made"
    ACCOUNT_EXPORTED = "account.exported"
    ACCOUNT_DELETION_ASKED = "account.deletion_asked"
    ACCOUNT_DELETION_CANCELLED = "account.deletion_cancelled"
    ACCOUNT_DELETED = "account.deleted"
    ROLE_GRANTED = "role.granted"
    ROLE_RENEWED = "role.renewed"
    ROLE_ENDED = "role.ended"
    INSTITUTION_ADDED = "institution.added"
    INSTITUTION_CHANGED = "institution.changed"
    INSTITUTION_MERGED = "institution.merged"
    CAPABILITY_STATED = "capability.stated"
    CAPABILITY_REMOVED = "capability.removed"
    INVITATION_SENT = "invitation.sent"
    INVITATION_REVOKED = "invitation.revoked"
    INVITATION_ACCEPTED = "invitation.accepted"
    MEMBER_CHANGED = "member.changed"
    MEMBER_VISIBILITY_CHANGED = "member.visibility_changed"
    MEMBER_LEFT = "member.left"
    CONTACT_ASKED = "contact.asked"
    CONTACT_DELIVERED = "contact.delivered"
    CONTACT_DECLINED = "contact.declined"
    STUDY_STARTED = "study.started"
    STUDY_CHANGED = "study.changed"
    STUDY_MOVED = "study.moved"
    SITE_INVITED = "site.invited"
    SITE_CHANGED = "site.changed"
    SITE_CONFIRMED = "site.confirmed"
    SITE_CLOSED = "site.closed"
    SITE_WITHDRAWN = "site.withdrawn"
    SITE_ATTESTED = "site.attested"
    ETHICS_MOVED = "ethics.moved"
    AGREEMENT_MOVED = "agreement.moved"
    MILESTONE_SET = "milestone.set"
    MILESTONE_DONE = "milestone.done"
    MILESTONE_REMOVED = "milestone.removed"
    DOCUMENT_ADDED = "document.added"
    DOCUMENT_MADE_CURRENT = "document.made_current"
    DOCUMENT_READ = "document.read"
    SUBMISSION_RECEIVED = "submission.received"
    SUBMISSION_RECEIVED_AGAIN = "submission.received_again"
    SUBMISSION_VALIDATED = "submission.validated"
    SUBMISSION_MOVED = "submission.moved"
    SUBMISSION_READ = "submission.read"
    ANALYSIS_PLANNED = "analysis.planned"
    ANALYSIS_MOVED = "analysis.moved"
    ANALYSIS_SIGNED = "analysis.signed"
    REPORT_HELD = "report.held"
    REPORT_READ = "report.read"
    DATA_EXPORTED = "data.exported"
    PORTAL_RESTORED = "portal.restored"
    DEMONSTRATION_MADE = "demonstration.made"


_MOVE = frozenset({"from", "to", "on"})
CONTEXT: dict[Event, frozenset[str]] = {
    **dict.fromkeys(Event, frozenset()),
    Event.ACCOUNT_FACTOR_ADDED: frozenset({"kind"}),
    Event.ACCOUNT_FACTOR_REMOVED: frozenset({"kind"}),
    Event.ACCOUNT_IDENTITY_ADDED: frozenset({"kind"}),
    Event.ACCOUNT_IDENTITY_REMOVED: frozenset({"kind"}),
    Event.ROLE_GRANTED: frozenset({"role", "to", "site", "ends"}),
    Event.ROLE_RENEWED: frozenset({"role", "to", "ends"}),
    Event.ROLE_ENDED: frozenset({"role", "to"}),
    Event.INSTITUTION_CHANGED: frozenset({"fields"}),
    Event.INSTITUTION_MERGED: frozenset({"into"}),
    Event.CAPABILITY_STATED: frozenset({"kind"}),
    Event.CAPABILITY_REMOVED: frozenset({"kind"}),
    Event.INVITATION_SENT: frozenset({"roles", "replaces"}),
    Event.INVITATION_ACCEPTED: frozenset({"roles"}),
    Event.MEMBER_CHANGED: frozenset({"fields"}),
    Event.MEMBER_VISIBILITY_CHANGED: frozenset({"fields"}),
    Event.CONTACT_ASKED: frozenset({"to"}),
    Event.STUDY_CHANGED: frozenset({"fields"}),
    Event.STUDY_MOVED: _MOVE,
    Event.SITE_INVITED: frozenset({"institution"}),
    Event.SITE_CHANGED: frozenset({"fields"}),
    Event.SITE_ATTESTED: frozenset({"dictionary", "rows", "version", "ready"}),
    Event.ETHICS_MOVED: _MOVE | {"site", "valid_until"},
    Event.AGREEMENT_MOVED: _MOVE | {"site", "valid_until", "version"},
    Event.MILESTONE_SET: frozenset({"kind", "due", "site"}),
    Event.MILESTONE_DONE: frozenset({"kind"}),
    Event.MILESTONE_REMOVED: frozenset({"kind"}),
    Event.DOCUMENT_ADDED: frozenset({"kind", "version", "sha256", "bytes"}),
    Event.DOCUMENT_MADE_CURRENT: frozenset({"kind", "version", "replaces"}),
    Event.SUBMISSION_RECEIVED: frozenset({"site", "sha256", "bytes", "replaces"}),
    Event.SUBMISSION_RECEIVED_AGAIN: frozenset({"site", "sha256"}),
    Event.SUBMISSION_VALIDATED: _MOVE | {"site", "sha256", "rows", "patients", "errors", "warnings", "rules"},
    Event.SUBMISSION_MOVED: _MOVE
    | {"site", "sha256", "rows", "patients", "study", "replaces", "store_version"},
    Event.ANALYSIS_PLANNED: frozenset({"mode"}),
    Event.ANALYSIS_MOVED: _MOVE | {"inputs"},
    Event.ANALYSIS_SIGNED: frozenset({"what", "count"}),
    Event.REPORT_HELD: frozenset({"sha256", "files", "check"}),
    Event.DATA_EXPORTED: frozenset({"kind", "rows"}),
    Event.PORTAL_RESTORED: frozenset({"seq", "hash", "made_at"}),
    Event.DEMONSTRATION_MADE: frozenset({"members", "institutions", "studies"}),
}
"""Keys of `context` by event: numbers, states, hashes, ids, names of fields, never a person's word."""
