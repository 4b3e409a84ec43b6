"""Asking for an alert, or for a link: only the mailbox learns anything, and it isn't flooded."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from cimara_web.alerts.models import Alert, AlertLink, Purpose
from cimara_web.alerts.queries import address_of
from tests.web.alerts.inbox import ADDRESS, FORM, Clock, ask, confirmed, links, tick
from tests.web.conftest import Visitor
from tests.web.test_logs import lines  # noqa: F401 (a fixture)


def errors(page: str) -> list[str]:
    import re

    found = re.search(r'<div class="error-summary".*?</div>', page, re.S)
    return re.findall(r'<a href="#(\w+)">', found[0]) if found else []


def test_asking_sends_one_mail_that_asks_back(visitor: Visitor, clock: Clock) -> None:
    response = ask(visitor)
    assert response["Location"] == "/alerts/new/?sent=1"
    (message,) = tick()
    assert message.to == [ADDRESS]
    assert message.subject == "Please confirm your alert"
    assert set(links(message)) == {"confirm", "stop"}
    assert tick() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": ""}, "id_address"),
        ({"address": "someone"}, "id_address"),
        ({"address": "a@example.org\nBcc: b@example.org"}, "id_address"),
        ({"address": "a@example.org, b@example.org"}, "id_address"),
        ({"address": f"{'a' * 260}@example.org"}, "id_address"),
        ({"address": "nul\x00@example.org"}, "id_address"),
        ({"tumour": "zebra"}, "id_tumour"),
        ({"country": "XX"}, "id_country"),
        ({"brain": "maybe"}, "id_brain_0"),
        ({"lining": ""}, "id_lining_0"),
        ({"opening": "closed"}, "id_opening_0"),
        ({"every": "hourly"}, "id_every_0"),
        ({"language": "fr"}, "id_language_0"),
    ],
)
def test_a_form_that_is_wrong_names_its_field_and_asks_nothing(
    visitor: Visitor, changes: dict[str, str], field: str
) -> None:
    response = visitor.post("/alerts/new/", **(FORM | {"tumour": "breast"} | changes))
    assert response.status_code == 200
    assert errors(response.content.decode()) == [field]
    assert b"<title>Error:" in response.content
    if "tumour" not in changes:
        assert b'<option value="breast" selected>' in response.content
    assert not Alert.objects.exists()


def test_the_form_opens_with_the_filters_of_a_search(client: Client, db: None) -> None:
    sent = {"tumour": "breast", "brm": "stable_only", "lmd": "allowed", "status": "any", "country": "ES"}
    page = Client(enforce_csrf_checks=True).post("/alerts/new/", sent, secure=True).content.decode()
    assert '<option value="breast" selected>' in page
    assert '<option value="ES" selected>' in page
    for choice in ("stable", "taken", "soon"):
        assert f'value="{choice}" checked' in page
    assert not Alert.objects.exists()


def test_filters_that_nobody_knows_leave_the_form_empty(client: Client, db: None) -> None:
    page = client.post("/alerts/new/", {"tumour": "zebra", "brm": "?", "lmd": "?"}, secure=True)
    assert page.status_code == 200
    assert page.content.count(b'value="any" checked') == 2


def test_the_search_page_sends_its_filters_and_no_words(client: Client) -> None:
    page = client.get("/trials/?q=secretword&tumour=breast&brm=stable_only", secure=True).content.decode()
    form = page.split('<form method="post" action="/alerts/new/"')[1].split("</form>")[0]
    assert '<input type="hidden" name="tumour" value="breast">' in form
    assert '<input type="hidden" name="brm" value="stable_only">' in form
    assert "secretword" not in form


def test_the_form_opens_with_what_was_answered_and_no_address_holds_it(visitor: Visitor) -> None:
    visitor.play(
        cancer={"cancer": "melanoma"},
        spread={"spread": "both"},
        growth={"growth": "grown"},
        place={"place": "Durham, NC", "reach": "any"},
    )
    assert b'href="/alerts/new/"' in visitor.get("/find/results/").content
    page = visitor.get("/alerts/new/").content.decode()
    assert '<option value="melanoma" selected>' in page
    assert '<option value="US" selected>' in page
    assert 'value="active" checked' in page
    assert 'value="taken" checked' in page


def test_a_form_with_an_address_needs_its_own_token(db: None) -> None:
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post("/alerts/new/", FORM, secure=True).status_code == 403
    assert stranger.post("/alerts/manage/", {"address": ADDRESS}, secure=True).status_code == 403
    assert not Alert.objects.exists()


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    answers = []
    for address in (ADDRESS, "stranger@example.org"):
        response = visitor.post("/alerts/manage/", address=address)
        page = visitor.client.get(response["Location"], secure=True)
        answers.append((response.status_code, response["Location"], response.content, page.content))
    assert answers[0] == answers[1]
    (message,) = tick()
    assert message.to == [ADDRESS]


def test_capitals_dont_make_another_address(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    visitor.post("/alerts/manage/", address="SomeOne@Example.org")
    assert [message.subject for message in tick()] == ["Your link to change your alerts"]


def test_an_alert_that_was_not_confirmed_gets_no_link_to_change_it(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    tick()
    visitor.post("/alerts/manage/", address=ADDRESS)
    assert tick() == []


def test_asking_twice_for_the_same_makes_one_alert(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    clock.goes(minutes=2)
    ask(visitor, every="weekly")
    assert Alert.objects.get().every == "weekly"
    assert len(tick()) == 2


def test_asking_again_for_an_alert_in_force_mails_the_link_to_change_it(
    visitor: Visitor, clock: Clock
) -> None:
    confirmed(visitor)
    ask(visitor)
    (message,) = tick()
    assert set(links(message)) == {"manage"}
    assert Alert.objects.count() == 1


def test_one_mail_has_a_link_for_each_alert(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    confirmed(visitor, tumour="breast")
    clock.goes(days=2)
    visitor.post("/alerts/manage/", address=ADDRESS)
    (message,) = tick()
    assert message.body.count("/alerts/manage/") == 2
    assert "with these links" in message.body


def test_an_address_gets_at_most_five_such_mails_a_day_whoever_asks(visitor: Visitor, clock: Clock) -> None:
    for tumour in ("breast", "lung", "melanoma", "renal", "colorectal", "ovarian", ""):
        ask(visitor, tumour=tumour)
        clock.goes(minutes=1)
    assert len(tick()) == 5
    clock.goes(days=1)
    ask(visitor, tumour="breast")
    assert len(tick()) == 1


def test_an_address_has_at_most_five_alerts(visitor: Visitor, clock: Clock) -> None:
    for tumour in ("breast", "lung", "melanoma", "renal", "colorectal"):
        confirmed(visitor, tumour=tumour)
        clock.goes(minutes=1)
    clock.goes(days=1)
    ask(visitor, tumour="ovarian")
    assert Alert.objects.count() == 5
    (message,) = tick()
    assert set(links(message)) == {"manage"}


def test_a_network_address_that_asks_too_often_is_told_to_wait(visitor: Visitor, clock: Clock) -> None:
    for number in range(20):
        ask(visitor, address=f"person{number}@example.org")
    for response in (
        visitor.post("/alerts/new/", **FORM),
        visitor.post("/alerts/manage/", address=ADDRESS),
    ):
        assert response.status_code == 429
        assert response["Retry-After"] == "3600"
    assert Alert.objects.count() == 20


def test_no_address_and_no_token_can_be_read_in_the_database(visitor: Visitor, clock: Clock) -> None:
    confirmed(visitor)
    visitor.post("/alerts/manage/", address=ADDRESS)
    (_message,) = tick()
    tokens = [path.split("/")[-2] for one in mail.outbox for path in links(one).values()]
    assert len(tokens) == 3
    stored = whole_database()
    assert Alert.objects.get().state.encode() in stored
    for secret in (ADDRESS, "example.org", *tokens):
        assert secret.encode() not in stored


def whole_database() -> bytes:
    """Every value of every table of ours."""
    with connection.cursor() as cursor:
        names = [
            one
            for one in connection.introspection.table_names(cursor)
            if one.startswith(("alerts_", "outbox_"))
        ]
        assert len(names) == 5
        rows = []
        for name in names:
            cursor.execute(f"SELECT * FROM {name}")  # noqa: S608 (our own tables)
            rows += cursor.fetchall()
    return b"\n".join(
        bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
        for row in rows
        for value in row
    )


def test_the_address_is_read_with_the_portals_secret_only(
    visitor: Visitor, clock: Clock, settings: Any
) -> None:
    from cimara_web.sealed import SealedError

    ask(visitor)
    alert = Alert.objects.get()
    assert address_of(alert) == ADDRESS
    settings.SECRET_KEY = "another-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
    with pytest.raises(SealedError):
        address_of(alert)


def test_a_link_is_kept_as_the_hash_of_its_token(visitor: Visitor, clock: Clock) -> None:
    ask(visitor)
    assert set(AlertLink.objects.values_list("purpose", flat=True)) == {Purpose.CONFIRM, Purpose.STOP}
    assert all(len(one) == 64 for one in AlertLink.objects.values_list("token_hash", flat=True))


def test_no_address_no_token_and_no_choice_reaches_a_log(
    visitor: Visitor,
    clock: Clock,
    lines: io.StringIO,  # noqa: F811
) -> None:
    visitor.client.raise_request_exception = False
    paths = links(confirmed(visitor, tumour="ovarian"))
    visitor.post("/alerts/new/", **(FORM | {"address": "bad address of canary", "tumour": "canary"}))
    visitor.post("/alerts/manage/", address=ADDRESS)
    (message,) = tick()
    for path in (*paths.values(), links(message)["manage"]):
        visitor.client.get(path, secure=True)
        visitor.client.post(path, {"do": "canary"}, secure=True)
    written = lines.getvalue()
    tokens = [path.split("/")[-2] for path in (*paths.values(), *links(message).values())]
    assert "alerts/stop/<slug:token>/" in written
    assert [one for one in (ADDRESS, "example.org", "ovarian", "canary", *tokens) if one in written] == []
