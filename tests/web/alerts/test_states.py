"""The life of an alert, drawn as a table: every state, everything that can happen, and where it leads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cimara_web.alerts import states
from cimara_web.alerts.actions.changing import happen
from cimara_web.alerts.models import Alert, AlertLink
from cimara_web.alerts.states import GONE, Happening, State, leads_to
from cimara_web.outbox.models import OutboxMessage
from tests.web.alerts.inbox import START, Clock, ask, confirmed
from tests.web.conftest import Visitor

DRAWN = """
            confirm   pause   resume    renew     stop 7 days without confirmation 12 months without renewal
pending   | confirmed pending pending   pending   gone gone                        pending
confirmed | confirmed paused  confirmed confirmed gone confirmed                   gone
paused    | paused    paused  confirmed paused    gone paused                      gone
"""


def table() -> list[tuple[State, Happening, State | None]]:
    """The rows of the drawing."""
    head, *rows = DRAWN.strip("\n").splitlines()
    happenings = [one for one in Happening if one in head]
    assert len(happenings) == len(Happening)
    found = []
    for row in rows:
        name, _, cells = row.partition("|")
        for happening, cell in zip(sorted(happenings, key=head.index), cells.split(), strict=True):
            found.append((State(name.strip()), happening, GONE if cell == "gone" else State(cell)))
    return found


@pytest.mark.parametrize(("before", "happening", "after"), table())
def test_what_happens_leads_where_it_is_drawn(
    before: State, happening: Happening, after: State | None
) -> None:
    assert leads_to(before, happening) is after


def test_every_state_can_be_stopped() -> None:
    assert all(leads_to(state, Happening.STOP) is GONE for state in State)


@pytest.mark.parametrize(("before", "happening", "after"), table())
def test_the_row_does_what_is_drawn(
    visitor: Visitor, clock: Clock, before: State, happening: Happening, after: State | None
) -> None:
    alert = in_state(visitor, before)
    assert happen(public_id=alert.public_id, happening=happening, now=clock.now()) is after
    left = Alert.objects.filter(public_id=alert.public_id).first()
    assert (State(left.state) if left else GONE) is after


def in_state(visitor: Visitor, state: State) -> Alert:
    """An alert that came to that state as people bring it there."""
    if state is State.PENDING:
        ask(visitor)
    else:
        confirmed(visitor)
    alert = Alert.objects.get()
    if state is State.PAUSED:
        happen(public_id=alert.public_id, happening=Happening.PAUSE, now=START)
    return Alert.objects.get()


def test_nothing_is_left_of_an_alert_that_was_stopped(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    assert OutboxMessage.objects.exists()
    happen(public_id=Alert.objects.get().public_id, happening=Happening.STOP, now=clock.now())
    assert not Alert.objects.exists()
    assert not AlertLink.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_what_happens_to_an_alert_that_is_gone_changes_nothing(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    gone = Alert.objects.get().public_id
    happen(public_id=gone, happening=Happening.STOP, now=clock.now())
    assert happen(public_id=gone, happening=Happening.CONFIRM, now=clock.now()) is GONE
    assert not Alert.objects.exists()


def test_the_terms_are_those_that_the_mails_promise() -> None:
    assert timedelta(days=7) == states.UNCONFIRMED_LIFE
    assert timedelta(days=30) == states.LIFE - states.NOTICE_AFTER
