"""Mailed links: opening one changes nothing, each does one thing, and each ends when it should."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cimara_web.alerts.models import Alert, AlertLink
from cimara_web.alerts.states import State
from cimara_web.outbox.models import OutboxMessage
from tests.web.alerts.inbox import ADDRESS, FORM, Clock, ask, confirmed, links, tick
from tests.web.conftest import Visitor

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
CHOICES = {key: value for key, value in FORM.items() if key != "address"}


def get(visitor: Visitor, path: str) -> Any:
    return visitor.client.get(path, secure=True)


def post(visitor: Visitor, path: str, **fields: str) -> Any:
    return visitor.client.post(path, fields, secure=True)


def manage_link(visitor: Visitor) -> str:
    visitor.post("/alerts/manage/", address=ADDRESS)
    return links(tick()[-1])["manage"]


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Alert, AlertLink, OutboxMessage)]


def test_a_scanner_that_opens_every_link_changes_nothing(visitor: Visitor, clock: Clock) -> None:
    first = confirmed(visitor)
    ask(visitor, tumour="breast")
    pending = tick()[-1]
    paths = [*links(first).values(), *links(pending).values(), manage_link(visitor)]
    assert len(paths) == 5
    before = rows()
    scanner = Client()
    for path in paths:
        assert scanner.get(path, secure=True).status_code == 200
        assert scanner.head(path, secure=True).status_code == 200
        assert scanner.get(f"{path}?done=stop&do=stop", secure=True).status_code == 200
    assert rows() == before


def test_only_the_press_of_the_button_confirms(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    path = links(tick()[0])["confirm"]
    assert "Do you want this alert?" in get(visitor, path).content.decode()
    assert Alert.objects.get().state == State.PENDING
    response = post(visitor, path)
    assert (response.status_code, response["Location"]) == (303, f"{path}?done=1")
    assert Alert.objects.get().state == State.CONFIRMED
    page = get(visitor, response["Location"]).content.decode()
    assert "Your alert is on" in page
    assert "March 1, 2027" in page or "1 March 2027" in page
    assert ADDRESS not in page


@pytest.mark.parametrize("kind", ["confirm", "stop"])
def test_a_link_does_its_one_thing_only(visitor: Visitor, clock: Clock, kind: str) -> None:
    token = links(confirmed(visitor))[kind].split("/")[-2]
    for other in {"confirm", "manage", "stop"} - {kind}:
        assert get(visitor, f"/alerts/{other}/{token}/").status_code == 404
        post(visitor, f"/alerts/{other}/{token}/", do="stop")
    assert Alert.objects.get().state == State.CONFIRMED


def test_a_link_that_manages_neither_confirms_nor_is_a_stop_link(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    token = manage_link(visitor).split("/")[-2]
    assert get(visitor, f"/alerts/confirm/{token}/").status_code == 404
    assert get(visitor, f"/alerts/stop/{token}/").status_code == 404
    post(visitor, f"/alerts/stop/{token}/", **ONE_CLICK)
    assert Alert.objects.exists()


def test_a_link_to_confirm_ends_after_seven_days(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    path = links(tick()[0])["confirm"]
    clock.goes(days=7, seconds=-1)
    assert get(visitor, path).status_code == 200
    clock.goes(seconds=1)
    assert get(visitor, path).status_code == 404
    assert post(visitor, path).status_code == 404
    assert Alert.objects.get().state == State.PENDING


def test_a_link_to_manage_ends_after_an_hour(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    path = manage_link(visitor)
    clock.goes(minutes=59)
    assert get(visitor, path).status_code == 200
    clock.goes(minutes=1)
    assert get(visitor, path).status_code == 404
    assert post(visitor, path, do="stop").status_code == 404
    assert Alert.objects.exists()


def test_a_link_to_stop_never_ends(visitor: Visitor, clock: Clock) -> None:
    path = links(confirmed(visitor))["stop"]
    clock.goes(days=360)
    assert get(visitor, path).status_code == 200
    assert post(visitor, path).status_code == 200
    assert not Alert.objects.exists()


def test_a_link_that_ended_and_one_that_never_was_look_the_same(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    path = links(tick()[0])["confirm"]
    clock.goes(days=8)
    ended, never = get(visitor, path), get(visitor, f"/alerts/confirm/{'A' * 43}/")
    token = path.split("/")[-2]
    assert ended.content.replace(token.encode(), b"A" * 43) == never.content


def test_what_was_chosen_can_be_changed(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    path = manage_link(visitor)
    page = get(visitor, path).content.decode()
    assert 'value="daily" checked' in page
    changed = CHOICES | {"tumour": "breast", "brain": "stable", "every": "weekly", "language": "es"}
    response = post(visitor, path, do="save", **changed)
    assert response["Location"] == f"{path}?done=save"
    alert = Alert.objects.get()
    assert (alert.facets["tumour"], alert.facets["brain"]) == ("breast", "stable")
    assert (alert.every, alert.language, alert.state) == ("weekly", "es", State.CONFIRMED)
    assert "Your changes are saved" in get(visitor, response["Location"]).content.decode()


def test_a_change_that_is_wrong_names_its_field_and_changes_nothing(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    path = manage_link(visitor)
    page = post(visitor, path, do="save", **(CHOICES | {"tumour": "zebra", "every": "weekly"}))
    assert b'href="#id_tumour"' in page.content
    assert b'value="weekly" checked' in page.content
    assert Alert.objects.get().every == "daily"


def test_pause_and_resume(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    path = manage_link(visitor)
    assert "The alert pauses" in get(visitor, post(visitor, path, do="pause")["Location"]).content.decode()
    assert Alert.objects.get().state == State.PAUSED
    assert (
        "The alert is on again" in get(visitor, post(visitor, path, do="resume")["Location"]).content.decode()
    )
    assert Alert.objects.get().state == State.CONFIRMED


def test_stopping_on_the_page_that_manages_deletes_at_once(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    page = post(visitor, manage_link(visitor), do="stop")
    assert "The alert is stopped" in page.content.decode()
    assert [list(one) for one in rows()] == [[], [], []]


def test_a_mail_program_stops_an_alert_with_one_click(visitor: Visitor, clock: Clock) -> None:
    path = links(confirmed(visitor))["stop"]
    program = Client(enforce_csrf_checks=True)
    response = program.post(path, ONE_CLICK, secure=True)
    assert response.status_code == 200
    assert not response.cookies
    assert not Alert.objects.exists()
    assert program.post(path, ONE_CLICK, secure=True).status_code == 200


@pytest.mark.parametrize(
    "fields", [{}, {"List-Unsubscribe": ""}, {"List-Unsubscribe": "one-click"}, {"do": "stop"}]
)
def test_anything_but_the_one_click_needs_the_forms_own_token(
    visitor: Visitor, clock: Clock, fields: dict[str, str]
) -> None:
    path = links(confirmed(visitor))["stop"]
    assert Client(enforce_csrf_checks=True).post(path, fields, secure=True).status_code == 403
    assert Alert.objects.exists()


@pytest.mark.parametrize("kind", ["confirm", "manage"])
def test_one_click_opens_no_other_link(visitor: Visitor, clock: Clock, kind: str) -> None:
    ask(visitor)
    path = links(tick()[0])["confirm"]
    if kind == "manage":
        post(visitor, path)
        path = manage_link(visitor)
    before = rows()
    response = Client(enforce_csrf_checks=True).post(path, ONE_CLICK | {"do": "stop"}, secure=True)
    assert response.status_code == 403
    assert rows() == before


def test_no_page_of_a_link_is_stored_or_shows_the_address(visitor: Visitor, clock: Clock) -> None:
    paths = [*links(confirmed(visitor)).values(), manage_link(visitor)]
    for path in paths:
        response = get(visitor, path)
        assert response["Cache-Control"] == "no-store"
        assert ADDRESS not in response.content.decode()
        assert response["Referrer-Policy"] == "same-origin"


def test_links_in_spanish_lead_to_spanish_pages(visitor: Visitor, clock: Clock) -> None:
    message = confirmed(visitor, language="es")
    assert message.subject == "Confirme su alerta, por favor"
    for path in links(message).values():
        assert path.startswith("/es/alerts/")
        assert '<html lang="es">' in get(visitor, path).content.decode()


def test_a_page_asks_the_database_a_fixed_number_of_times(visitor: Visitor, clock: Clock) -> None:
    pages = {"/alerts/new/": 0, "/alerts/manage/": 0}
    pages |= dict.fromkeys([*links(confirmed(visitor)).values(), manage_link(visitor)], 1)
    for number in range(30):
        ask(visitor, address=f"person{number % 15}@example.org", tumour="breast")
        caches["limits"].clear()
    for path, most in pages.items():
        with CaptureQueriesContext(connection) as queries:
            assert get(visitor, path).status_code == 200
        assert len(queries) == most, path
