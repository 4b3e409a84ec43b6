"""What there is in the small world of `world.py`, and how its ids and bytes are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid5

from cimara_web.accounts.models import Account
from cimara_web.members.models import ContactRequest, Institution, Invitation, InvitationState, Member
from cimara_web.members.words import Visibility
from cimara_web.studies import kept_bytes
from cimara_web.studies.models import (
    Analysis,
    Milestone,
    Report,
    Study,
    StudyDocument,
    StudySite,
    Submission,
)
from cimara_web.studies.states.agreement import AgreementState
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.studies.states.ethics import EthicsState
from cimara_web.studies.states.study import StudyState
from cimara_web.studies.states.submission import SubmissionState
from tests.web.people import TODAY

STRANGER = "stranger"
ROLES = (
    STRANGER,
    "public account",
    "member",
    "lead elsewhere",
    "office",
    "auditor",
    "lead",
    "statistician",
    "site lead",
    "coordinator",
    "other coordinator",
)
"""Everybody who looks at the portal, from the one who may see least."""
OUTSIDE = ("public account", "member", "lead elsewhere", "auditor")
"""Signed in, with no role in `world().study`; the office sees each study in short."""
ENDED = TODAY - timedelta(days=1)
IN_FORCE = date(2027, 6, 30)
NOWHERE = UUID(int=0xDEAD)
"""The id of nothing."""


@dataclass
class World:
    """What there is, by the state that it is in."""

    accounts: dict[str, Account | None] = field(default_factory=dict)
    institution: Institution = None  # type: ignore[assignment]
    studies: dict[StudyState, Study] = field(default_factory=dict)
    study: Study = None  # type: ignore[assignment]
    elsewhere: Study = None  # type: ignore[assignment]
    sites: dict[str, StudySite] = field(default_factory=dict)
    home: StudySite = None  # type: ignore[assignment]
    away: StudySite = None  # type: ignore[assignment]
    ethics: dict[EthicsState, StudySite] = field(default_factory=dict)
    agreements: dict[AgreementState, StudySite] = field(default_factory=dict)
    submissions: dict[SubmissionState, Submission] = field(default_factory=dict)
    away_submission: Submission = None  # type: ignore[assignment]
    documents: dict[str, StudyDocument] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    analyses: dict[AnalysisState, Analysis] = field(default_factory=dict)
    held: Report = None  # type: ignore[assignment]
    released: Report = None  # type: ignore[assignment]
    members: dict[Visibility, Member] = field(default_factory=dict)
    invitations: dict[InvitationState, Invitation] = field(default_factory=dict)
    """Their tokens are `token-sent` and so on."""
    message: ContactRequest = None  # type: ignore[assignment]
    """To the plain member."""
    places: dict[str, str] = field(default_factory=dict)
    """What stands in the places of an address of `tests/web/addresses.py`."""
    absent: dict[str, str] = field(default_factory=dict)
    """The same places with ids of nothing."""


def kept(words: str) -> kept_bytes.KeptFile:
    """Some bytes in the study store."""
    return kept_bytes.keep([words.encode()], most=1 << 20)


def uid(words: str) -> UUID:
    """The same id for the same words, in every run."""
    return uuid5(NOWHERE, words)
