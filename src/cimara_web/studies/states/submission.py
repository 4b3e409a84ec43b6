"""The life of a submission: received, validated, mended or accepted; nothing that was received is lost."""

from __future__ import annotations

from enum import StrEnum

from cimara_web.machines import Machine, Transition, rows
from cimara_web.permissions.permission import Permission


class SubmissionState(StrEnum):
    """Where a submission stands."""

    RECEIVED = "received"
    UNREADABLE = "unreadable"
    NEEDS_CORRECTION = "needs correction"
    VALID = "valid"
    VALID_WITH_NOTES = "valid with notes"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class SubmissionHappening(StrEnum):
    """What can happen to a submission. The three first are the outcome of validation."""

    FIND_UNREADABLE = "can't be read"
    FIND_FAULTS = "faults found"
    FIND_VALID = "no fault found"
    REPLACE = "upload a new file"
    AS_IS = "ask to accept as is"
    ACCEPT = "accept"
    REJECT = "reject"
    OVERTAKE = "newer accepted"
    WITHDRAW = "withdraw"


S, H = SubmissionState, SubmissionHappening
UNDECIDED = (S.RECEIVED, S.NEEDS_CORRECTION, S.VALID, S.VALID_WITH_NOTES)
MACHINE = Machine(
    "submission",
    S.RECEIVED,
    (
        Transition(S.RECEIVED, H.FIND_UNREADABLE, S.UNREADABLE, None, "it can't be read at all"),
        Transition(S.RECEIVED, H.FIND_FAULTS, S.NEEDS_CORRECTION, None, "validation finds errors"),
        Transition(S.RECEIVED, H.FIND_VALID, S.VALID, None, "validation finds no error"),
        *rows(
            (S.NEEDS_CORRECTION, S.UNREADABLE, S.VALID, S.VALID_WITH_NOTES),
            H.REPLACE,
            S.SUPERSEDED,
            Permission.SUBMISSION_UPLOAD,
        ),
        Transition(S.NEEDS_CORRECTION, H.AS_IS, S.VALID_WITH_NOTES, Permission.SUBMISSION_AS_IS, "a reason"),
        *rows(
            (S.VALID, S.VALID_WITH_NOTES),
            H.ACCEPT,
            S.ACCEPTED,
            Permission.SUBMISSION_ACCEPT,
            "not who uploaded it",
        ),
        *rows((S.VALID, S.VALID_WITH_NOTES), H.REJECT, S.REJECTED, Permission.SUBMISSION_ACCEPT, "a reason"),
        Transition(S.ACCEPTED, H.OVERTAKE, S.SUPERSEDED, None, "a newer one of the site is accepted"),
        *rows(
            (*UNDECIDED, S.UNREADABLE, S.REJECTED),
            H.WITHDRAW,
            S.WITHDRAWN,
            Permission.SUBMISSION_WITHDRAW,
            "a reason",
        ),
    ),
)
