"""Ethics approval of one site: begun, submitted, decided, in force until a day, renewed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from cimara_web.machines import Machine, Transition, rows
from cimara_web.permissions.permission import Permission


class EthicsState(StrEnum):
    """Where the review stands. `expired` is never stored: see `as_of`."""

    NOT_STARTED = "not started"
    PREPARING = "preparing"
    SUBMITTED = "submitted"
    CHANGES_ASKED = "changes asked"
    APPROVED = "approved"
    EXEMPT = "exempt"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CLOSED = "closed"


class EthicsHappening(StrEnum):
    """What can happen to a review."""

    BEGIN = "begin"
    MARK_EXEMPT = "mark exempt or waived"
    SUBMIT = "submit"
    APPROVE = "approve"
    ASK_CHANGES = "ask for changes"
    REJECT = "reject"
    RESUBMIT = "resubmit"
    SUSPEND = "suspend"
    CLOSE = "close"
    EXPIRE = "end of validity"
    RENEW = "renew"


S, H = EthicsState, EthicsHappening
MACHINE = Machine(
    "ethics review",
    S.NOT_STARTED,
    (
        Transition(S.NOT_STARTED, H.BEGIN, S.PREPARING, Permission.ETHICS_EDIT),
        Transition(S.NOT_STARTED, H.MARK_EXEMPT, S.EXEMPT, Permission.ETHICS_EDIT, "the document"),
        Transition(S.PREPARING, H.SUBMIT, S.SUBMITTED, Permission.ETHICS_EDIT, "the date"),
        Transition(
            S.SUBMITTED,
            H.APPROVE,
            S.APPROVED,
            Permission.ETHICS_EDIT,
            "reference, date, end of validity or none",
        ),
        Transition(S.SUBMITTED, H.ASK_CHANGES, S.CHANGES_ASKED, Permission.ETHICS_EDIT),
        Transition(S.SUBMITTED, H.REJECT, S.REJECTED, Permission.ETHICS_EDIT),
        Transition(S.CHANGES_ASKED, H.RESUBMIT, S.SUBMITTED, Permission.ETHICS_EDIT, "the date"),
        *rows((S.APPROVED, S.EXEMPT), H.SUSPEND, S.SUSPENDED, Permission.ETHICS_EDIT, "a reason"),
        *rows((S.APPROVED, S.EXEMPT), H.CLOSE, S.CLOSED, Permission.ETHICS_EDIT),
        Transition(S.APPROVED, H.EXPIRE, S.EXPIRED, None, "valid until a day that has passed"),
        *rows(
            (S.EXPIRED, S.SUSPENDED),
            H.RENEW,
            S.APPROVED,
            Permission.ETHICS_EDIT,
            "the document, the new date",
        ),
        Transition(S.APPROVED, H.RENEW, S.APPROVED, Permission.ETHICS_EDIT, "document and new date"),
    ),
)
IN_FORCE = frozenset({S.APPROVED, S.EXEMPT})


def as_of(stored: EthicsState, valid_until: date | None, today: date) -> EthicsState:
    """The state on a day: an approval holds through its last day, and is expired on the next."""
    if stored is S.APPROVED and valid_until is not None and valid_until < today:
        return S.EXPIRED
    return stored
