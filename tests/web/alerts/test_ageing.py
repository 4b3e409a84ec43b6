"""What time does to alerts: the unconfirmed go, the old are warned first, and nothing lasts unasked."""

from __future__ import annotations

import pytest

from cimara_web.alerts.models import Alert, AlertLink
from cimara_web.alerts.states import State
from cimara_web.outbox.models import OutboxMessage
from tests.web.alerts.inbox import Clock, ask, confirmed, links, tick
from tests.web.alerts.test_links import manage_link, post
from tests.web.conftest import Visitor


def test_an_alert_that_nobody_confirms_goes_after_seven_days(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    clock.goes(days=6, hours=23)
    tick()
    assert Alert.objects.exists()
    clock.goes(hours=1)
    tick()
    assert not Alert.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_notice_comes_at_eleven_months_and_once(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    clock.goes(days=334)
    assert tick() == []
    clock.goes(days=1)
    (notice,) = tick()
    assert notice.subject == "Your alert ends soon"
    assert "March 1, 2027" in notice.body or "1 March 2027" in notice.body
    assert "List-Unsubscribe" in notice.extra_headers
    clock.goes(days=29)
    assert tick() == []
    assert Alert.objects.exists()
    clock.goes(days=1)
    tick()
    assert not Alert.objects.exists()


@pytest.mark.parametrize("way", ["the link of the notice", "the page that manages"])
def test_an_alert_that_is_renewed_lasts_another_year(visitor: Visitor, clock: Clock, way: str) -> None:
    confirmed(visitor)
    clock.goes(days=340)
    (notice,) = tick()
    clock.goes(days=24)
    if way == "the link of the notice":
        post(visitor, links(notice)["confirm"])
    else:
        post(visitor, manage_link(visitor), do="renew")
    clock.goes(days=334)
    assert tick() == []
    assert Alert.objects.get().state == State.CONFIRMED
    clock.goes(days=1)
    assert [message.subject for message in tick()] == ["Your alert ends soon"]


def test_no_alert_ends_without_a_notice_thirty_days_before(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    clock.goes(days=500)  # nobody ran the regular work for long
    assert len(tick()) == 1
    clock.goes(days=29)
    tick()
    assert Alert.objects.exists()
    clock.goes(days=1)
    tick()
    assert not Alert.objects.exists()


def test_an_alert_that_pauses_ends_as_well(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    post(visitor, manage_link(visitor), do="pause")
    clock.goes(days=335)
    assert len(tick()) == 1
    clock.goes(days=30)
    tick()
    assert not Alert.objects.exists()


def test_links_that_ended_go_and_links_that_stop_stay(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    manage_link(visitor)
    assert AlertLink.objects.count() == 3
    clock.goes(days=9)
    tick()
    assert [one.purpose for one in AlertLink.objects.all()] == ["stop"]
