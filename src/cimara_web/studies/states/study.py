"""The life of a study: from an idea over the office's decision to a published report."""

from __future__ import annotations

from enum import StrEnum

from cimara_web.machines import Machine, Transition, rows
from cimara_web.permissions.permission import Permission


class StudyState(StrEnum):
    """Where a study stands."""

    IDEA = "idea"
    PROPOSED = "proposed"
    APPROVED = "approved"
    OPEN = "open"
    LOCKED = "locked"
    ANALYSIS = "analysis"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    ARCHIVED = "archived"


class StudyHappening(StrEnum):
    """What can happen to a study."""

    PROPOSE = "propose"
    SEND_BACK = "send back"
    ACCEPT = "accept"
    DECLINE = "decline"
    OPEN = "open"
    LOCK = "lock data"
    REOPEN = "reopen"
    START_ANALYSIS = "start analysis"
    PUBLISH = "publish report"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"


S, H = StudyState, StudyHappening
BEFORE_THE_REPORT = (S.IDEA, S.PROPOSED, S.APPROVED, S.OPEN, S.LOCKED, S.ANALYSIS)
MACHINE = Machine(
    "study",
    S.IDEA,
    (
        Transition(S.IDEA, H.PROPOSE, S.PROPOSED, Permission.STUDY_EDIT, "every required answer"),
        Transition(S.PROPOSED, H.SEND_BACK, S.IDEA, Permission.STUDY_DECIDE, "a reason"),
        Transition(S.PROPOSED, H.ACCEPT, S.APPROVED, Permission.STUDY_DECIDE),
        Transition(S.PROPOSED, H.DECLINE, S.DECLINED, Permission.STUDY_DECIDE, "a reason"),
        Transition(
            S.APPROVED,
            H.OPEN,
            S.OPEN,
            Permission.STUDY_EDIT,
            "a current protocol, a dictionary, one confirmed site",
        ),
        Transition(S.OPEN, H.LOCK, S.LOCKED, Permission.STUDY_EDIT, "no submission undecided"),
        Transition(S.LOCKED, H.REOPEN, S.OPEN, Permission.STUDY_EDIT, "a reason"),
        Transition(S.LOCKED, H.START_ANALYSIS, S.ANALYSIS, Permission.ANALYSIS_PLAN),
        Transition(S.ANALYSIS, H.PUBLISH, S.REPORTED, Permission.STUDY_EDIT, "one report released"),
        *rows(BEFORE_THE_REPORT, H.WITHDRAW, S.WITHDRAWN, Permission.STUDY_EDIT, "a reason"),
        *rows((S.REPORTED, S.WITHDRAWN, S.DECLINED), H.ARCHIVE, S.ARCHIVED, Permission.STUDY_DECIDE),
    ),
)
ALSO_BY_OFFICE = frozenset({H.WITHDRAW})
"""Done by the study's lead (its row's permission) or by the office (STUDY_DECIDE)."""
