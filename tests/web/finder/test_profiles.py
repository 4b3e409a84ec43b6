"""Sealed answers live two hours after the last page, and go at once when asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cimara_web.finder.actions.profiles import (
    IDLE_LIFE,
    forget,
    keep_alive,
    purge_expired,
    save_step,
)
from cimara_web.finder.models import FinderProfile
from cimara_web.finder.queries import visit_of
from cimara_web.finder.sealing import new_token
from cimara_web.writes import action

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def token() -> bytes:
    made = new_token()
    save_step(token=made, step="who", given={"who": "self"}, now=NOON)
    return made


def test_answers_open_with_their_token(token: bytes) -> None:
    visit = visit_of(token=token, now=NOON)
    assert visit is not None
    assert visit.answers.one("who", "who") == "self"


def test_a_second_answer_keeps_the_first(token: bytes) -> None:
    save_step(token=token, step="treatment", given={"kinds": ["srs", "surgery"]}, now=NOON)
    visit = visit_of(token=token, now=NOON)
    assert visit is not None
    assert visit.answers.one("who", "who") == "self"
    assert visit.answers.many("treatment", "kinds") == ("srs", "surgery")


@pytest.mark.parametrize("stranger", [None, bytes(32)])
def test_nobody_else_sees_them(token: bytes, stranger: bytes | None) -> None:
    assert visit_of(token=stranger, now=NOON) is None


def test_they_are_gone_after_two_hours_even_before_the_purge(token: bytes) -> None:
    assert visit_of(token=token, now=NOON + IDLE_LIFE - MINUTE) is not None
    assert visit_of(token=token, now=NOON + IDLE_LIFE) is None


def test_an_answer_after_their_time_does_not_bring_the_old_ones_back(token: bytes) -> None:
    late = NOON + IDLE_LIFE
    save_step(token=token, step="cancer", given={"cancer": "breast"}, now=late)
    visit = visit_of(token=token, now=late)
    assert visit is not None
    assert not visit.answers.reached("who")


def test_a_page_keeps_them_alive(token: bytes) -> None:
    keep_alive(token=token, now=NOON + 90 * MINUTE)
    assert visit_of(token=token, now=NOON + 180 * MINUTE) is not None


def test_a_page_does_not_wake_the_dead(token: bytes) -> None:
    keep_alive(token=token, now=NOON + IDLE_LIFE)
    assert visit_of(token=token, now=NOON + IDLE_LIFE) is None


def test_forgetting_leaves_no_row(token: bytes) -> None:
    forget(token=token)
    assert not FinderProfile.objects.exists()


def test_the_purge_takes_what_is_over_and_nothing_else(token: bytes) -> None:
    save_step(token=new_token(), step="who", given={}, now=NOON + 60 * MINUTE)
    assert purge_expired(now=NOON + IDLE_LIFE) == 1
    assert purge_expired(now=NOON + IDLE_LIFE) == 0
    assert FinderProfile.objects.count() == 1


def test_a_body_that_someone_changed_counts_as_none(token: bytes) -> None:
    @action
    def tamper() -> None:
        FinderProfile.objects.update(body=bytes(600))

    tamper()
    assert visit_of(token=token, now=NOON) is None
    save_step(token=token, step="spread", given={"spread": "brain"}, now=NOON)
    visit = visit_of(token=token, now=NOON)
    assert visit is not None
    assert not visit.answers.reached("who")


def test_the_database_holds_no_word_of_an_answer(token: bytes) -> None:
    save_step(token=token, step="place", given={"place": "Canaryville"}, now=NOON)
    row = FinderProfile.objects.get()
    stored = bytes(row.body) + row.key.encode()
    for word in (b"who", b"self", b"place", b"Canaryville", token):
        assert word not in stored
