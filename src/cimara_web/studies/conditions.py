"""What must be there before a study can move on: answers, papers, sites, decisions, a reason."""

from __future__ import annotations

from collections.abc import Callable

from cimara_web.machines import Transition
from cimara_web.studies.models import Proposal, Report, Study, StudyDocument, StudySite, Submission
from cimara_web.studies.models.paper import DocumentKind, DocumentState
from cimara_web.studies.proposal import problems
from cimara_web.studies.states.study import StudyHappening
from cimara_web.studies.states.submission import UNDECIDED

REASON = "a reason"
"""What the table of a machine asks for where somebody has to say why."""


def what_is_missing(study: Study, row: Transition, reason: str) -> list[str]:
    """What a study still lacks for a row of its table; nothing when it can happen."""
    missing = CONDITIONS[row.on](study) if row.on in CONDITIONS else []
    if row.asks == REASON and not reason.strip():
        missing.append(REASON)
    return missing


def _to_propose(study: Study) -> list[str]:
    kept = Proposal.objects.filter(study=study).first()
    return [f"{one.label} {one.words}" for one in problems(kept.answers if kept else {})]


def _to_open(study: Study) -> list[str]:
    protocols = StudyDocument.objects.filter(
        study=study, study_site=None, kind=DocumentKind.PROTOCOL, state=DocumentState.CURRENT
    )
    confirmed = StudySite.objects.filter(study=study, closed_at=None, withdrawn_at=None).exclude(
        confirmed_at=None
    )
    wanted = (
        ("a current protocol", protocols.exists()),
        ("a dictionary", bool(study.dictionary_hash)),
        ("one confirmed site", confirmed.exists()),
    )
    return [words for words, is_there in wanted if not is_there]


def _to_lock(study: Study) -> list[str]:
    count = Submission.objects.filter(study_site__study=study, state__in=UNDECIDED).count()
    return [f"a decision on {count} submission{'' if count == 1 else 's'}"] if count else []


def _to_publish(study: Study) -> list[str]:
    released = Report.objects.filter(analysis__study=study).exclude(released_at=None)
    return [] if released.exists() else ["a released report"]


CONDITIONS: dict[object, Callable[[Study], list[str]]] = {
    StudyHappening.PROPOSE: _to_propose,
    StudyHappening.OPEN: _to_open,
    StudyHappening.LOCK: _to_lock,
    StudyHappening.PUBLISH: _to_publish,
}
