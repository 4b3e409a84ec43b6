"""Asking the registry: retries, waits, pace, and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from cimara.trials.sync_client import RETRIES, RegistryClient, SyncError, TokenRefusedError
from tests.unit.trials.registry.fake_registry import FakeClock

VERSION = b'{"apiVersion": "2", "dataTimestamp": "2026-02-28T09:00:05"}'


def client(
    answers: list[httpx.Response | Exception], clock: FakeClock, chance: float = 1.0, pace: float = 0.0
) -> tuple[RegistryClient, list[httpx.Request]]:
    asked: list[httpx.Request] = []
    left: Iterator[httpx.Response | Exception] = iter(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    http = httpx.Client(transport=httpx.MockTransport(handle), base_url="https://registry.test/api/v2")
    return RegistryClient(http, clock.timing(chance), pace), asked


def ok() -> httpx.Response:
    return httpx.Response(200, content=VERSION)


@pytest.mark.parametrize(
    "fault",
    [
        lambda: httpx.Response(429),
        lambda: httpx.Response(500),
        lambda: httpx.Response(502),
        lambda: httpx.Response(503),
        lambda: httpx.Response(504),
        lambda: httpx.ReadTimeout("slow"),
        lambda: httpx.ConnectError("no route"),
        lambda: httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
        lambda: httpx.Response(200, content=VERSION[:20]),
        lambda: httpx.Response(200, content=b"<html>we are down</html>"),
    ],
    ids=["429", "500", "502", "503", "504", "time-out", "no connection", "closed", "cut body", "no JSON"],
)
def test_a_passing_fault_is_asked_again(fault: Callable[[], httpx.Response | Exception]) -> None:
    clock = FakeClock()
    registry, asked = client([fault(), ok()], clock)
    assert registry.data_timestamp() == "2026-02-28T09:00:05"
    assert (len(asked), clock.slept) == (2, [1.0])


def test_waits_double_up_to_a_minute_and_end_after_six() -> None:
    clock = FakeClock()
    registry, asked = client([httpx.Response(503) for _ in range(RETRIES + 1)], clock)
    with pytest.raises(SyncError, match="after 7 attempts; the last: status 503"):
        registry.data_timestamp()
    assert clock.slept == [1, 2, 4, 8, 16, 32]
    assert len(asked) == RETRIES + 1


def test_waits_are_jittered_over_their_whole_length() -> None:
    clock = FakeClock()
    registry, _ = client([httpx.Response(503), httpx.Response(503), ok()], clock, chance=0.25)
    registry.data_timestamp()
    assert clock.slept == [0.25, 0.5]


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", 7.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", 1.0),
        ("", 1.0),
    ],
)
def test_the_registrys_own_wait_wins_in_both_forms(header: str, wait: float) -> None:
    clock = FakeClock()
    registry, _ = client([httpx.Response(429, headers={"Retry-After": header}), ok()], clock)
    registry.data_timestamp()
    assert clock.slept == [wait]


def test_a_wait_of_hours_is_passed_on_to_the_person() -> None:
    clock = FakeClock()
    registry, _ = client([httpx.Response(429, headers={"Retry-After": "7200"})], clock)
    with pytest.raises(SyncError, match="wait 120 minutes"):
        registry.data_timestamp()
    assert clock.slept == []


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_is_not_repeated_and_its_text_is_shown(status: int) -> None:
    clock = FakeClock()
    refused = httpx.Response(status, text="Invalid filter.advanced:\n  no such AREA")
    registry, asked = client([refused], clock)
    with pytest.raises(SyncError, match=rf"status {status}: Invalid filter\.advanced: no such AREA"):
        registry.page({"filter.advanced": "x"})
    assert len(asked) == 1


def test_a_refused_token_is_told_apart() -> None:
    registry, _ = client([httpx.Response(400, text="bad token")], FakeClock())
    with pytest.raises(TokenRefusedError):
        registry.page({}, token="t")


def test_the_first_page_asks_for_the_total_and_later_ones_repeat_the_parameters() -> None:
    page = httpx.Response(200, content=b'{"studies": [{}, {}], "nextPageToken": "t", "totalCount": 5}')
    last = httpx.Response(200, content=b'{"studies": []}')
    registry, asked = client([page, last], FakeClock())
    first = registry.page({"query.cond": "cancer"})
    assert (first.studies, first.next_token, first.total) == (2, "t", 5)
    second = registry.page({"query.cond": "cancer"}, first.next_token)
    assert (second.studies, second.next_token, second.total) == (0, None, None)
    assert [dict(request.url.params) for request in asked] == [
        {"query.cond": "cancer", "format": "json", "pageSize": "1000", "countTotal": "true"},
        {"query.cond": "cancer", "format": "json", "pageSize": "1000", "pageToken": "t"},
    ]


def test_requests_keep_their_pace() -> None:
    clock = FakeClock()
    registry, _ = client([ok(), ok(), ok()], clock, pace=1.5)
    for _ in range(3):
        registry.data_timestamp()
    assert clock.slept == [1.5, 1.5]


def test_endless_redirects_end() -> None:
    registry, _ = client([httpx.TooManyRedirects("round and round")], FakeClock())
    with pytest.raises(SyncError, match="round"):
        registry.data_timestamp()
