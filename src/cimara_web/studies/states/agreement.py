"""The agreement with one site: drafted, negotiated, signed, countersigned, in force until a day."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from cimara_web.machines import Machine, Transition
from cimara_web.permissions.permission import Permission


class AgreementKind(StrEnum):
    """What is agreed on."""

    DUA = "DUA"
    MTA = "MTA"
    NONE_NEEDED = "none needed"


class AgreementState(StrEnum):
    """Where the agreement stands. `expired` is never stored: see `as_of`."""

    NOT_STARTED = "not started"
    NOT_NEEDED = "not needed"
    DRAFTING = "drafting"
    NEGOTIATING = "negotiating"
    SIGNED_BY_SITE = "signed by site"
    EXECUTED = "executed"
    EXPIRED = "expired"
    TERMINATED = "terminated"


class AgreementHappening(StrEnum):
    """What can happen to an agreement."""

    MARK_NOT_NEEDED = "mark not needed"
    DRAFT = "draft"
    SEND = "send to site"
    WITHDRAW = "withdraw"
    RETURN_TEXT = "site returns text"
    SIGN = "site signs"
    COUNTERSIGN = "countersign"
    EXPIRE = "end of validity"
    TERMINATE = "terminate"
    RENEW = "renew"
    EXTEND = "extend"


S, H = AgreementState, AgreementHappening
MACHINE = Machine(
    "agreement",
    S.NOT_STARTED,
    (
        Transition(
            S.NOT_STARTED, H.MARK_NOT_NEEDED, S.NOT_NEEDED, Permission.AGREEMENT_COUNTERSIGN, "a reason"
        ),
        Transition(S.NOT_STARTED, H.DRAFT, S.DRAFTING, Permission.AGREEMENT_COUNTERSIGN),
        Transition(S.DRAFTING, H.SEND, S.NEGOTIATING, Permission.AGREEMENT_COUNTERSIGN, "the text"),
        Transition(S.DRAFTING, H.WITHDRAW, S.NOT_STARTED, Permission.AGREEMENT_COUNTERSIGN),
        Transition(S.NEGOTIATING, H.RETURN_TEXT, S.DRAFTING, Permission.AGREEMENT_EDIT),
        Transition(S.NEGOTIATING, H.SIGN, S.SIGNED_BY_SITE, Permission.AGREEMENT_EDIT, "the date"),
        Transition(
            S.SIGNED_BY_SITE,
            H.COUNTERSIGN,
            S.EXECUTED,
            Permission.AGREEMENT_COUNTERSIGN,
            "the date, end of validity or none",
        ),
        Transition(S.EXECUTED, H.EXPIRE, S.EXPIRED, None, "valid until a day that has passed"),
        Transition(
            S.EXECUTED,
            H.EXTEND,
            S.EXECUTED,
            Permission.AGREEMENT_COUNTERSIGN,
            "the extension, signed by both, and its later end",
        ),
        Transition(S.EXECUTED, H.TERMINATE, S.TERMINATED, Permission.AGREEMENT_COUNTERSIGN, "a reason"),
        Transition(S.EXPIRED, H.RENEW, S.NEGOTIATING, Permission.AGREEMENT_COUNTERSIGN),
    ),
)
IN_FORCE = frozenset({S.EXECUTED, S.NOT_NEEDED})
LEAD_HOLDS = frozenset({S.DRAFTING, S.SIGNED_BY_SITE})
SITE_HOLDS = frozenset({S.NEGOTIATING})
"""Whose hand the agreement is in."""


def as_of(stored: AgreementState, valid_until: date | None, today: date) -> AgreementState:
    """The state on a day: an agreement holds through its last day, and is expired on the next."""
    if stored is S.EXECUTED and valid_until is not None and valid_until < today:
        return S.EXPIRED
    return stored
