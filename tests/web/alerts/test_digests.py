"""A digest tells what is new or changed on a person's list since the last one, once for each snapshot."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cimara_web.alerts.digests import send_digests
from cimara_web.alerts.models import Alert, KnownStudy
from cimara_web.snapshot import close_snapshot, current_snapshot
from tests.web.alerts.inbox import ADDRESS, Clock, ask, confirmed, links, tick
from tests.web.alerts.test_links import CHOICES, manage_link, post
from tests.web.conftest import Build, Visitor
from tests.web.finder.registry_of import ALLOWS, EXCLUDES, SILENT, site, study

NUMBER = re.compile(r"^(NCT\d{8})\.", re.M)
NEW = re.compile(r"^(NEW|CHANGED): (.*)$", re.M)


class Registry:
    """The registry as it is replaced from night to night."""

    def __init__(self, build: Build, clock: Clock) -> None:
        self.build, self.clock = build, clock

    def has(self, *studies: dict[str, Any]) -> None:
        """The snapshot in force from now on."""
        self.build(*studies)
        close_snapshot()

    def next_day(self, *studies: dict[str, Any]) -> list[EmailMessage]:
        """A day later there is another snapshot; the mails that it brings."""
        self.clock.goes(days=1)
        self.has(*studies)
        return tick()


@pytest.fixture
def nights(build: Build, clock: Clock, visitor: Visitor) -> Registry:
    """A registry of two studies, known to the portal."""
    made = Registry(build, clock)
    made.has(study(1, ALLOWS), study(2, SILENT))
    tick()
    return made


def numbers(message: EmailMessage) -> list[str]:
    return [one.removeprefix("NCT0000000") for one in NUMBER.findall(message.body)]


def test_a_new_and_a_changed_study_are_told_of_and_the_rest_is_not(
    visitor: Visitor, nights: Registry
) -> None:
    confirmed(visitor)
    assert tick() == []
    changed = study(2, SILENT, title="Another title", updated="2026-02-02")
    (message,) = nights.next_day(study(1, ALLOWS), changed, study(3, ALLOWS, title="A new one"))
    assert message.subject == "New studies on your list"
    assert NEW.findall(message.body) == [("NEW", "A new one"), ("CHANGED", "Another title")]
    assert numbers(message) == ["3", "2"]
    assert "2 studies are new on your list" in message.body
    assert "http://127.0.0.1:8000/trials/NCT00000003/" in message.body


def test_no_digest_when_nothing_is_new(visitor: Visitor, nights: Registry) -> None:
    confirmed(visitor)
    assert tick() == []
    assert nights.next_day(study(1, ALLOWS), study(2, SILENT), study(3, SILENT, status="COMPLETED")) == []
    assert nights.next_day(study(1, ALLOWS)) == []


def test_never_two_for_one_snapshot(visitor: Visitor, nights: Registry, clock: Clock) -> None:
    confirmed(visitor)
    assert len(nights.next_day(study(1, ALLOWS), study(2, SILENT), study(3, ALLOWS))) == 1
    for _ in range(3):
        clock.goes(days=1)
        assert tick() == []


def test_a_snapshot_that_goes_and_comes_back_brings_no_second_mail(
    visitor: Visitor, nights: Registry
) -> None:
    confirmed(visitor)
    before = (study(1, ALLOWS), study(2, SILENT))
    after = (*before, study(3, ALLOWS, updated="2026-02-01"))
    assert len(nights.next_day(*after)) == 1
    assert nights.next_day(*before) == []
    assert nights.next_day(*after) == []


def test_what_came_in_snapshots_that_nobody_was_told_of_is_told_later(
    visitor: Visitor, nights: Registry, clock: Clock
) -> None:
    """A weekly alert sees one snapshot in seven; a study that came on the second day is still new to it."""
    confirmed(visitor, every="weekly")
    base = [study(1, ALLOWS), study(2, SILENT)]
    assert len(nights.next_day(*base, study(3, ALLOWS))) == 1
    assert nights.next_day(*base, study(3, ALLOWS), study(4, ALLOWS)) == []
    assert nights.next_day(*base, study(3, ALLOWS), study(4, ALLOWS), study(5, ALLOWS)) == []
    clock.goes(days=4)
    (message,) = nights.next_day(*base, study(3, ALLOWS, updated="2026-03-05"), study(4, ALLOWS))
    assert sorted(NEW.findall(message.body)) == [("CHANGED", "Study 3"), ("NEW", "Study 4")]


def test_a_daily_alert_gets_one_mail_a_day_however_many_snapshots_come(
    visitor: Visitor, nights: Registry, clock: Clock
) -> None:
    confirmed(visitor)
    assert len(nights.next_day(study(1, ALLOWS), study(3, ALLOWS))) == 1
    clock.goes(hours=6)
    nights.has(study(1, ALLOWS), study(3, ALLOWS), study(4, ALLOWS))
    assert tick() == []
    clock.goes(hours=18)
    (message,) = tick()
    assert numbers(message) == ["4"]


def test_only_studies_of_the_kind_that_was_chosen(visitor: Visitor, nights: Registry) -> None:
    confirmed(visitor, tumour="breast", country="US", brain="stable")
    here = {"conditions": ["Breast cancer"], "sites": [site("Boston", "Massachusetts", 42.4, -71.1)]}
    (message,) = nights.next_day(
        study(3, ALLOWS, **here),
        study(4, EXCLUDES, **here),
        study(5, ALLOWS, conditions=["Breast cancer"]),
        study(6, ALLOWS, sites=here["sites"]),
        study(7, ALLOWS, **here, status="NOT_YET_RECRUITING"),
        study(8, SILENT, **here),
    )
    assert numbers(message) == ["3", "8"]  # one that doesn't say is told of too, after those that do
    assert "tumour=breast&country=US" in message.body


def test_studies_that_open_soon_when_they_were_asked_for(visitor: Visitor, nights: Registry) -> None:
    confirmed(visitor, opening="soon")
    (message,) = nights.next_day(study(3, ALLOWS, status="NOT_YET_RECRUITING"))
    assert numbers(message) == ["3"]


def test_a_study_that_opens_comes_on_the_list(visitor: Visitor, nights: Registry) -> None:
    nights.has(study(3, ALLOWS, status="NOT_YET_RECRUITING"))
    tick()
    confirmed(visitor)
    (message,) = nights.next_day(study(3, ALLOWS, updated="2026-02-02"))
    assert NEW.findall(message.body) == [("CHANGED", "Study 3")]


def test_the_days_version_in_every_record_is_no_change(visitor: Visitor, nights: Registry) -> None:
    confirmed(visitor)
    stamped = study(1, ALLOWS) | {"derivedSection": {"miscInfoModule": {"versionHolder": "2026-03-02"}}}
    assert nights.next_day(stamped, study(2, SILENT)) == []


@pytest.mark.parametrize(("count", "more"), [(20, None), (21, "There is 1 more."), (25, "There are 5 more.")])
def test_at_most_twenty_and_the_rest_is_counted(
    visitor: Visitor, nights: Registry, count: int, more: str | None
) -> None:
    confirmed(visitor)
    (message,) = nights.next_day(*(study(number, ALLOWS) for number in range(10, 10 + count)))
    assert len(numbers(message)) == 20
    assert f"{count} studies are new" in message.body
    assert (more in message.body) if more else ("more." not in message.body)


def test_an_alert_that_pauses_is_sent_nothing_then_or_afterwards(visitor: Visitor, nights: Registry) -> None:
    confirmed(visitor)
    post(visitor, manage_link(visitor), do="pause")
    assert nights.next_day(study(3, ALLOWS)) == []
    post(visitor, manage_link(visitor), do="resume")
    assert tick() == []
    (message,) = nights.next_day(study(3, ALLOWS), study(4, ALLOWS))
    assert numbers(message) == ["4"]


def test_an_alert_that_was_not_confirmed_is_sent_no_digest(visitor: Visitor, nights: Registry) -> None:
    ask(visitor)
    tick()
    assert nights.next_day(study(3, ALLOWS)) == []


def test_a_stopped_alert_is_sent_nothing_even_if_its_digest_was_ready(
    visitor: Visitor, nights: Registry, clock: Clock
) -> None:
    path = links(confirmed(visitor))["stop"]
    clock.goes(days=1)
    nights.has(study(3, ALLOWS))
    assert send_digests(current_snapshot(), now=clock.now()) == {"digests": 1}
    post(visitor, path)
    assert tick() == []


def test_other_choices_count_from_the_next_snapshot_on(visitor: Visitor, nights: Registry) -> None:
    confirmed(visitor, tumour="breast")
    post(visitor, manage_link(visitor), do="save", **CHOICES)
    (message,) = nights.next_day(study(1, ALLOWS), study(3, ALLOWS))
    assert numbers(message) == ["3"]


def test_the_first_snapshot_that_the_portal_sees_is_news_to_nobody(
    visitor: Visitor, build: Build, clock: Clock
) -> None:
    made = Registry(build, clock)
    made.has(study(1, ALLOWS))
    confirmed(visitor)
    assert tick() == []
    assert len(made.next_day(study(1, ALLOWS), study(2, ALLOWS))) == 1


def test_everyone_with_the_same_choices_is_told_from_one_search(visitor: Visitor, nights: Registry) -> None:
    for number in range(6):
        confirmed(visitor, address=f"person{number}@example.org")
    nights.clock.goes(days=1)
    nights.has(study(3, ALLOWS))
    with CaptureQueriesContext(connection) as queries:
        sent = tick()
    assert len(sent) == 6
    assert sum("alerts_knownstudy" in one["sql"] and "SELECT" in one["sql"] for one in queries) == 2
    assert KnownStudy.objects.count() == 3


def test_the_digest_in_spanish(visitor: Visitor, nights: Registry) -> None:
    confirmed(visitor, language="es")
    (message,) = nights.next_day(study(1, ALLOWS), study(3, ALLOWS, title="A new one"))
    assert message.subject == "Estudios nuevos en su lista"
    assert "NUEVO: A new one" in message.body
    assert "/es/trials/NCT00000003/" in message.body
    assert links(message)["stop"].startswith("/es/alerts/stop/")


def test_an_alert_sealed_under_another_secret_holds_up_nobody(
    visitor: Visitor, nights: Registry, settings: Any
) -> None:
    ours, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
    confirmed(visitor, address="lost@example.org")
    settings.SECRET_KEY = ours
    confirmed(visitor)
    (message,) = nights.next_day(study(3, ALLOWS))
    assert message.to == [ADDRESS]
    assert Alert.objects.count() == 2
