"""The life of an analysis: planned, approved by two roles, run elsewhere, held, released by two people."""

from __future__ import annotations

from enum import StrEnum

from cimara_web.machines import Machine, Transition
from cimara_web.permissions.permission import Permission


class AnalysisState(StrEnum):
    """Where an analysis stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    HELD = "results held"
    RELEASED = "released"
    WITHHELD = "withheld"


class AnalysisHappening(StrEnum):
    """What can happen to an analysis. `approve` and `release` count once both hands are there."""

    APPROVE = "approve"
    START = "start"
    HOLD = "upload results"
    RELEASE = "release"
    WITHHOLD = "withhold"


S, H = AnalysisState, AnalysisHappening
MACHINE = Machine(
    "analysis",
    S.PLANNED,
    (
        Transition(S.PLANNED, H.APPROVE, S.APPROVED, Permission.ANALYSIS_PLAN, "study lead and statistician"),
        Transition(S.APPROVED, H.START, S.RUNNING, Permission.ANALYSIS_RUN, "the hashes of its inputs"),
        Transition(S.RUNNING, H.HOLD, S.HELD, Permission.ANALYSIS_RUN, "the bundle, disclosure checked"),
        Transition(
            S.HELD, H.RELEASE, S.RELEASED, Permission.ANALYSIS_RELEASE, "two people, neither the analyst"
        ),
        Transition(S.HELD, H.WITHHOLD, S.WITHHELD, Permission.ANALYSIS_RELEASE, "a reason"),
    ),
)
