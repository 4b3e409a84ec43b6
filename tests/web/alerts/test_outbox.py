"""A mail is made once, tried again on failure, given up at last, and never lost, whoever is killed when."""

from __future__ import annotations

import io
import stat
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cimara_web.outbox.actions.messages import purge_old, put_in, take_back
from cimara_web.outbox.actions.sending import mark_failed, mark_sent, take_next
from cimara_web.outbox.delivery import send_due
from cimara_web.outbox.models import OutboxMessage
from cimara_web.outbox.queries import waits_since
from cimara_web.outbox.schedule import LEASE, State, after_failure
from tests.web.alerts.inbox import START, Clock, tick
from tests.web.alerts.mail_server import REFUSED, MailServer, mail_server
from tests.web.test_logs import lines  # noqa: F401 (a fixture)

ABOUT = uuid.UUID(int=1)


def queue(to: str = "someone@example.org", key: str = "", now: Any = START) -> bool:
    """Put a mail in the outbox; False when one of that key was made before."""
    return put_in(
        dedupe_key=key or f"test:{uuid.uuid4()}",
        about=ABOUT,
        to=to,
        template="confirm",
        language="en",
        context={"token": "T" * 43, "stop": "S" * 43},
        now=now,
    )


def use(server: MailServer, settings: Any) -> None:
    """Let the portal of this process send through the server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in OutboxMessage.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_the_times_of_the_tries_are_those_of_the_specification() -> None:
    waits = [after_failure(failures, START) for failures in range(1, 7)]
    minutes = [(at - START) / timedelta(minutes=1) for _state, at in waits]
    assert minutes == [1, 5, 30, 120, 720, 0]
    assert [state for state, _at in waits] == [State.QUEUED] * 5 + [State.DEAD]


@pytest.mark.django_db
def test_one_key_makes_one_mail(clock: Clock) -> None:
    assert queue(key="the same")
    assert not queue(key="the same")
    assert len(tick()) == 1
    assert not queue(key="the same")
    assert tick() == []


@pytest.mark.django_db
def test_a_mail_that_fails_is_tried_again_and_given_up_after_the_sixth(clock: Clock, settings: Any) -> None:
    with mail_server() as server:
        use(server, settings)
        queue(REFUSED)
        for wait in (1, 5, 30, 120, 720):
            assert send_due() == {"queued": 1}
            clock.goes(minutes=wait, seconds=-1)
            assert send_due() == {}
            clock.goes(seconds=1)
        assert send_due() == {"dead": 1}
        clock.goes(days=5)
        assert send_due() == {}
        assert server.received == []


@pytest.mark.django_db
def test_a_mail_that_fails_holds_up_nobody_and_its_address_reaches_no_log(
    clock: Clock,
    settings: Any,
    lines: io.StringIO,  # noqa: F811
) -> None:
    with mail_server() as server:
        use(server, settings)
        for to in ("a@example.org", REFUSED, "b@example.org"):
            queue(to)
        assert send_due() == {"sent": 2, "queued": 1}
        assert server.people() == ["a@example.org", "b@example.org"]
    assert "SMTPRecipientsRefused" in lines.getvalue()
    assert "example.org" not in lines.getvalue()


@pytest.mark.django_db
def test_a_mail_server_that_is_down_costs_one_try(clock: Clock, settings: Any) -> None:
    with mail_server() as server:
        use(server, settings)
    queue()
    assert send_due() == {"queued": 1}
    clock.goes(minutes=1)
    with mail_server() as server:
        use(server, settings)
        assert send_due() == {"sent": 1}
        assert server.people() == ["someone@example.org"]


@pytest.mark.django_db
def test_a_mail_sealed_under_another_secret_is_given_up(clock: Clock, settings: Any) -> None:
    queue()
    settings.SECRET_KEY = "another-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
    assert send_due() == {"unreadable": 1}
    assert states() == {"dead": 1}


@pytest.mark.django_db
def test_who_lost_a_mail_has_no_word_of_it_any_more(clock: Clock) -> None:
    queue()
    slow = take_next(now=clock.now())
    assert slow is not None
    assert take_next(now=clock.now()) is None
    clock.goes(seconds=LEASE.total_seconds())
    second = take_next(now=clock.now())
    assert second is not None
    mark_failed(taken=slow, now=clock.now())
    assert states() == {"sending": 1}
    mark_sent(taken=second)
    mark_failed(taken=slow, now=clock.now())
    assert states() == {"sent": 1}


@pytest.mark.django_db
def test_what_was_taken_back_is_not_sent(clock: Clock) -> None:
    queue()
    assert take_back(about=ABOUT) == 1
    assert tick() == []


@pytest.mark.django_db
def test_texts_go_after_thirty_days_and_rows_after_a_year(clock: Clock) -> None:
    queue(key="old")
    tick()
    clock.goes(days=30, seconds=-1)
    assert purge_old(now=clock.now()) == 0
    clock.goes(seconds=1)
    assert purge_old(now=clock.now()) == 1
    row = OutboxMessage.objects.get()
    assert (bytes(row.to), bytes(row.context)) == (b"", b"")
    assert purge_old(now=clock.now()) == 0
    clock.goes(days=335)
    purge_old(now=clock.now())
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_health_names_mails_that_wait_too_long(client: Any, clock: Clock) -> None:
    queue()
    clock.goes(minutes=59)
    assert client.get("/health/ready/", secure=True).json()["mails"] == "ok"
    clock.goes(minutes=2)
    assert waits_since(clock.now() - timedelta(hours=1))
    response = client.get("/health/ready/", secure=True)
    assert (response.status_code, response.json()["mails"]) == (503, "failing")
    tick()
    assert client.get("/health/ready/", secure=True).status_code == 200


@pytest.mark.django_db
def test_a_registry_that_cannot_be_read_keeps_no_mail_back(
    clock: Clock, settings: Any, tmp_path: Path, mailoutbox: list[Any]
) -> None:
    settings.SNAPSHOT = tmp_path / "gone.sqlite3"
    queue()
    with pytest.raises(CommandError, match="digests failed"):
        call_command("tick")
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_without_a_mail_server_mails_are_files_for_their_owner_alone(
    clock: Clock, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "cimara_web.outbox.files.MailFiles"
    settings.EMAIL_FILE_PATH = tmp_path / "var" / "mail"
    queue()
    assert send_due() == {"sent": 1}
    (file,) = settings.EMAIL_FILE_PATH.iterdir()
    assert "To: someone@example.org" in file.read_text()
    assert stat.S_IMODE(settings.EMAIL_FILE_PATH.stat().st_mode) == 0o700
