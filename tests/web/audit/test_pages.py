"""The auditor reads the trail, narrows it, takes it away and verifies it; others find nothing there."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.queries import visible_events
from cimara_web.audit.words import EVENT_WORDS
from cimara_web.permissions.holder import STRANGER, Refused
from cimara_web.permissions.roles import Role
from tests.web.audit.test_verifying import change
from tests.web.audit.trail import SOMEBODY, SUBMISSION, events, tampering
from tests.web.people import NOW, account, acting, give, signed_in, study

LIMITS = {"audit/": 3 + 3, "audit/trail.csv": 9 + 3, "audit/chain/": 1 + 3}
"""Queries a page, and at most three for session, account and roles."""


@pytest.fixture
def auditor(db: None) -> Client:
    """A browser with the auditor signed in."""
    return signed_in(account(Role.AUDITOR))


def page(client: Client, address: str = "/audit/", **query: Any) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("address", LIMITS)
@pytest.mark.django_db
def test_for_everybody_else_it_is_not_there(address: str) -> None:
    leads = account()
    give(leads, Role.STUDY_LEAD, study=study())
    for other in (account(), account(Role.OFFICE), account(member=False), leads):
        assert signed_in(other).get(f"/{address}").status_code == 404


def test_the_newest_event_comes_first_in_words(auditor: Client) -> None:
    events(2)
    text = page(auditor)
    assert text.index("rows: 2") < text.index("rows: 1")
    assert "A submission changed its state" in text


def test_older_events_are_a_page_further(auditor: Client) -> None:
    events(120)
    seen = []
    address = "/audit/"
    while address:
        text = page(auditor, address)
        seen += [int(one) for one in _cells(text)]
        address = _older(text)
    assert seen == list(range(120, 0, -1))


@pytest.mark.parametrize(
    "query",
    [
        {"event": "study.moved"},
        {"day": "2026-11-21"},
        {"study": str(UUID(int=5))},
        {"actor": str(UUID(int=6))},
        {"about": str(UUID(int=7))},
    ],
    ids=lambda query: next(iter(query)),
)
def test_a_filter_shows_only_what_fits(auditor: Client, query: dict[str, str]) -> None:
    events(3)
    record(
        Event.STUDY_MOVED,
        by=type(SOMEBODY)(UUID(int=6)),
        about=("study", UUID(int=7)),
        now=NOW.replace(day=21),
        study=UUID(int=5),
    )
    assert _cells(page(auditor, **query)) == ["4"]
    assert _cells(page(auditor, **query, before=4)) == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"day": "yesterday"}, "A day is written as year-month-day"),
        ({"actor": "Demo Member"}, "An id is 32 digits"),
        ({"event": "nothing.such"}, "Select a valid choice"),
        ({"before": "9" * 40}, "Ensure this value is less"),
    ],
)
def test_a_filter_that_cannot_be_read_says_what_would_be_right(
    auditor: Client, query: dict[str, str], problem: str
) -> None:
    events(1)
    text = page(auditor, **query)
    assert problem in text
    assert not _cells(text)


def test_the_table_has_every_event_that_fits_the_first_one_first(auditor: Client) -> None:
    events(60)
    rows = _table(auditor, event="submission.moved")
    assert [row["seq"] for row in rows] == [str(number) for number in range(1, 61)]
    assert rows[0]["at"] == "2026-11-20T12:00:00.000000Z"
    assert rows[0]["context"] == "rows: 1"


def test_taking_the_table_is_an_event(auditor: Client) -> None:
    events(2)
    _table(auditor)
    last = AuditEvent.objects.latest("seq")
    assert (last.event, last.acting_role) == ("data.exported", "auditor")
    assert last.context == {"kind": "audit", "rows": 2}


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(auditor: Client) -> None:
    record(Event.STUDY_MOVED, by=SOMEBODY, about=("=1+1", UUID(int=1)), now=NOW)
    assert _table(auditor)[0]["about_type"] == "'=1+1"


def test_a_table_with_a_filter_that_cannot_be_read_is_not_made(auditor: Client) -> None:
    assert auditor.get("/audit/trail.csv", {"day": "?"}).status_code == 400
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_only_who_may_read_it_takes_it_away() -> None:
    from cimara_web.audit.actions.exporting import export_trail

    with pytest.raises(Refused):
        export_trail(by=acting(account()), rows=1, now=NOW)
    assert not AuditEvent.objects.exists()


def test_the_chain_page_verifies_when_asked(auditor: Client) -> None:
    events(3)
    assert "The chain holds" not in page(auditor, "/audit/chain/")
    assert "The chain holds" in auditor.post("/audit/chain/").content.decode()
    with tampering():
        change(2, acting_role="office")
    assert "At event 2: what it says was changed" in auditor.post("/audit/chain/").content.decode()


@pytest.mark.parametrize("count", [1, 200])
@pytest.mark.parametrize("address", LIMITS)
def test_the_number_of_queries_does_not_grow(auditor: Client, address: str, count: int) -> None:
    events(count)
    with CaptureQueriesContext(
        connection,
    ) as found:
        response = auditor.get(f"/{address}")
        b"".join(response.streaming_content if response.streaming else [])
    assert len(found) <= LIMITS[address], [one["sql"][:90] for one in found]


@pytest.mark.django_db
def test_a_lead_reads_the_events_of_their_own_studies_and_the_auditor_all() -> None:
    mine, other = study(), study()
    for of in (mine, other, None):
        record(
            Event.STUDY_MOVED,
            by=SOMEBODY,
            about=("study", (of or mine).public_id),
            now=NOW,
            study=of.public_id if of else None,
        )
    lead = account()
    give(lead, Role.STUDY_LEAD, study=mine)
    assert list(visible_events(acting(lead)).values_list("study", flat=True)) == [mine.public_id]
    assert visible_events(acting(account(Role.AUDITOR))).count() == 3
    for nobody in (acting(account(Role.OFFICE)), STRANGER):
        assert not visible_events(nobody).exists()


def test_every_event_has_words() -> None:
    assert set(EVENT_WORDS) == set(Event)
    assert len(set(EVENT_WORDS.values())) == len(Event)


def test_an_event_of_another_version_stands_as_it_is(auditor: Client) -> None:
    events(1)
    with tampering():
        change(1, event="thing.of_old")
    assert "thing.of_old" in page(auditor)
    assert SUBMISSION[0].replace("_", " ") in page(auditor)


def _cells(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('<td id="event-')[1:]]


def _older(text: str) -> str:
    return (
        text.split('">Older events')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
        if "Older" in text
        else ""
    )


def _table(client: Client, **query: str) -> list[dict[str, str]]:
    response = client.get("/audit/trail.csv", query)
    assert response["Content-Disposition"].startswith("attachment")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))
