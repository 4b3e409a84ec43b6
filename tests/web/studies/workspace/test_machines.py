"""Who can do what in which state: the tables of the specification, tried over the whole product.

The tables are written out here by hand, from the specification, beside the machines of the code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Refused
from cimara_web.studies.actions.agreement import move_agreement
from cimara_web.studies.actions.ethics import move_ethics
from cimara_web.studies.actions.study import move_study
from cimara_web.studies.states.agreement import AgreementHappening, AgreementState
from cimara_web.studies.states.ethics import EthicsHappening, EthicsState
from cimara_web.studies.states.study import StudyHappening, StudyState
from tests.web.people import NOW, TODAY
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import document, ready_for_all, stored

WHO = ("lead", "statistician", "site lead", "coordinator", "other", "office", "member", "outsider")
LEAD, OFFICE = {"lead"}, {"office"}
OWN = {"lead", "site lead", "coordinator"}

Table = dict[tuple[str, str], tuple[str, set[str]]]

STUDY: Table = {
    ("idea", "propose"): ("proposed", LEAD),
    ("proposed", "send back"): ("idea", OFFICE),
    ("proposed", "accept"): ("approved", OFFICE),
    ("proposed", "decline"): ("declined", OFFICE),
    ("approved", "open"): ("open", LEAD),
    ("open", "lock data"): ("locked", LEAD),
    ("locked", "reopen"): ("open", LEAD),
    ("locked", "start analysis"): ("analysis", {"lead", "statistician"}),
    ("analysis", "publish report"): ("reported", LEAD),
    **{
        (state, "withdraw"): ("withdrawn", LEAD | OFFICE)
        for state in ("idea", "proposed", "approved", "open", "locked", "analysis")
    },
    **{(state, "archive"): ("archived", OFFICE) for state in ("reported", "withdrawn", "declined")},
}
ETHICS: Table = {
    ("not started", "begin"): ("preparing", OWN),
    ("not started", "mark exempt or waived"): ("exempt", OWN),
    ("preparing", "submit"): ("submitted", OWN),
    ("submitted", "approve"): ("approved", OWN),
    ("submitted", "ask for changes"): ("changes asked", OWN),
    ("submitted", "reject"): ("rejected", OWN),
    ("changes asked", "resubmit"): ("submitted", OWN),
    ("approved", "suspend"): ("suspended", OWN),
    ("exempt", "suspend"): ("suspended", OWN),
    ("approved", "close"): ("closed", OWN),
    ("exempt", "close"): ("closed", OWN),
    ("expired", "renew"): ("approved", OWN),
    ("suspended", "renew"): ("approved", OWN),
    ("approved", "renew"): ("approved", OWN),
}
AGREEMENT: Table = {
    ("not started", "mark not needed"): ("not needed", LEAD),
    ("not started", "draft"): ("drafting", LEAD),
    ("drafting", "send to site"): ("negotiating", LEAD),
    ("drafting", "withdraw"): ("not started", LEAD),
    ("negotiating", "site returns text"): ("drafting", OWN),
    ("negotiating", "site signs"): ("signed by site", OWN),
    ("signed by site", "countersign"): ("executed", LEAD),
    ("executed", "terminate"): ("terminated", LEAD),
    ("executed", "extend"): ("executed", LEAD),
    ("expired", "renew"): ("negotiating", LEAD),
}


class UndoneError(Exception):
    """Ends a trial, so that nothing of it stays."""


def outcome(do: Callable[[], Any]) -> str:
    """The state that an action led to, or why it didn't; nothing stays of it."""
    found = []
    try:
        with transaction.atomic():
            found.append(do().state)
            raise UndoneError
    except UndoneError:
        return str(found[0])
    except Refused:
        return "refused"
    except NotNowError:
        return "not now"


def expected(table: Table, state: str, on: str, who: str) -> str:
    """What the table says; the role is asked before the state, and tells nothing of it."""
    may_ever = set().union(*(whose for (_, happening), (_, whose) in table.items() if happening == on))
    target, whose = table.get((state, on), ("not now", may_ever))
    return target if who in whose else ("refused" if who not in may_ever else "not now")


@pytest.mark.parametrize("who", WHO)
def test_a_study_moves_as_its_table_says(team: Team, who: str) -> None:
    ready_for_all(team.study)
    by = team.by(who)
    for state in StudyState:
        stored(team.study, state=state)
        for on in StudyHappening:
            done = outcome(
                lambda on=on: move_study(by=by, study=team.study, on=on, now=NOW, reason="because")
            )
            assert done == expected(STUDY, state, on, who), (state, on)


@pytest.mark.parametrize("who", WHO)
def test_an_ethics_review_moves_as_its_table_says(team: Team, who: str) -> None:
    letter = document(team.study, "approval", study_site=team.site, state="draft")
    facts: dict[str, Any] = {
        "board": "Demo board",
        "reference": "R-1",
        "submitted_at": TODAY,
        "decided_at": TODAY,
        "valid_until": TODAY + timedelta(days=365),
        "document": letter.public_id,
        "reason": "because",
    }
    by = team.by(who)
    for state in EthicsState:
        put_ethics(team, state)
        for on in set(EthicsHappening) - {EthicsHappening.EXPIRE}:
            done = outcome(lambda on=on: move_ethics(by=by, site=team.site, on=on, now=NOW, **facts))
            assert done == expected(ETHICS, state, on, who), (state, on)


@pytest.mark.parametrize("who", WHO)
def test_an_agreement_moves_as_its_table_says(team: Team, who: str) -> None:
    text = document(team.study, "agreement", study_site=team.site, state="draft")
    facts: dict[str, Any] = {
        "kind": "DUA",
        "signed_by_site_at": TODAY,
        "executed_at": TODAY,
        "no_end": True,
        "document": text.public_id,
        "reason": "because",
    }
    by = team.by(who)
    for state in AgreementState:
        put_agreement(team, state)
        for on in set(AgreementHappening) - {AgreementHappening.EXPIRE}:
            done = outcome(lambda on=on: move_agreement(by=by, site=team.site, on=on, now=NOW, **facts))
            assert done == expected(AGREEMENT, state, on, who), (state, on)


def put_ethics(team: Team, state: EthicsState) -> None:
    """A review in a state; expired is an approval whose last day was yesterday."""
    past = state is EthicsState.EXPIRED
    until: date | None = TODAY - timedelta(days=1) if past else None
    kept = EthicsState.APPROVED if past else state
    stored(team.site.ethics, state=kept.value, valid_until=until, submitted_at=None, decided_at=None)


def put_agreement(team: Team, state: AgreementState) -> None:
    """An agreement in a state; expired is one that was executed and ended yesterday, executed ends soon."""
    past = state is AgreementState.EXPIRED
    days = {AgreementState.EXPIRED: -1, AgreementState.EXECUTED: 9}.get(state)
    until = None if days is None else TODAY + timedelta(days=days)
    kept = AgreementState.EXECUTED if past else state
    stored(team.site.agreement, state=kept.value, valid_until=until, signed_by_site_at=None)


def test_what_time_does_nobody_can_ask_for(team: Team) -> None:
    stored(team.site.ethics, state="approved", valid_until=TODAY + timedelta(days=9))
    with pytest.raises(NotNowError):
        move_ethics(by=team.by("lead"), site=team.site, on="end of validity", now=NOW)
