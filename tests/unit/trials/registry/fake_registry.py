"""A registry for tests that answers as API v2 does: pages, tokens, time stamps, and faults on demand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from cimara.trials.sync_client import Timing
from tests.unit.trials.registry.records import raw, record, updated

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_KEPT_WITH_TOKEN = {"pageToken", "pageSize", "countTotal"}


@dataclass
class Answer:
    """Status, body and headers of one answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def study(number: int, day: str = "2026-02-01", **changes: Any) -> dict[str, Any]:
    """A record of the fake registry."""
    return record(f"NCT{number:08d}", status__lastUpdatePostDateStruct=updated(day), **changes)


@dataclass
class FakeRegistry:
    """Studies by number, served `page_size` at a time whatever size is asked for.

    `faults` are tried in order before each answer; one that returns an answer is used up. `empty_pages`
    are page numbers (from 0) that come without studies; `asked` lists every request.
    """

    studies: dict[str, dict[str, Any]]
    page_size: int = 3
    timestamp: str = "2026-02-28T09:00:05"
    empty_pages: frozenset[int] = frozenset()
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    faults: list[Callable[[str, dict[str, str]], Answer | None]] = field(default_factory=list)

    @classmethod
    def of(cls, records: Iterable[dict[str, Any]], **more: Any) -> FakeRegistry:
        made = cls({}, **more)
        made.put(records)
        return made

    def put(self, records: Iterable[dict[str, Any]]) -> None:
        """Add or replace studies."""
        for one in records:
            self.studies[one["protocolSection"]["identificationModule"]["nctId"]] = one

    def answer(self, path: str, params: dict[str, str]) -> Answer:
        """What the registry says to a request."""
        self.asked.append((path, dict(params)))
        for fault in list(self.faults):
            found = fault(path, params)
            if found is not None:
                self.faults.remove(fault)
                return found
        if path == "version":
            return Answer(200, json.dumps({"apiVersion": "2.0.5", "dataTimestamp": self.timestamp}).encode())
        if path != "studies":
            return Answer(404, b"Not found", {"Content-Type": "text/plain"})
        return self._page(params)

    def _page(self, params: dict[str, str]) -> Answer:
        query = {key: value for key, value in params.items() if key not in _KEPT_WITH_TOKEN}
        first = 0
        if "pageToken" in params:
            token = json.loads(params["pageToken"])
            if token["query"] != query:
                return Answer(
                    400, b"Parameters differ from those of the token", {"Content-Type": "text/plain"}
                )
            first = token["page"]
        found = self._found(query)
        studies, follows = self._cut(found, first)
        page: dict[str, Any] = {"studies": studies}
        if follows:
            page["nextPageToken"] = json.dumps({"query": query, "page": first + 1})
        if params.get("countTotal") == "true" and "pageToken" not in params:
            page["totalCount"] = len(found)
        return Answer(200, raw(page), {"Content-Type": "application/json"})

    def _cut(self, found: list[dict[str, Any]], page: int) -> tuple[list[dict[str, Any]], bool]:
        before = sum(1 for number in range(page) if number not in self.empty_pages)
        start = before * self.page_size
        if page in self.empty_pages:
            return [], start < len(found) or start == 0
        end = start + self.page_size
        return found[start:end], end < len(found) or any(number > page for number in self.empty_pages)

    def _found(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = [self.studies[number] for number in sorted(self.studies)]
        if "filter.ids" in query:
            wanted = set(query["filter.ids"].split(","))
            found = [one for one in found if _number(one) in wanted]
        if "query.cond" in query:
            word = query["query.cond"]
            found = [
                one
                for one in found
                if word in " ".join(one["protocolSection"]["conditionsModule"]["conditions"])
            ]
        if "filter.advanced" in query:
            window = re.fullmatch(
                r"AREA\[LastUpdatePostDate\]RANGE\[([\d-]+),MAX\]", query["filter.advanced"]
            )
            assert window, "not a window that the registry understands"
            found = [one for one in found if _day(one) >= window[1]]
        if query.get("fields") == "NCTId":
            return [{"protocolSection": {"identificationModule": {"nctId": _number(one)}}} for one in found]
        return found

    def http(self) -> httpx.Client:
        """A client whose requests this registry answers."""

        def handle(request: httpx.Request) -> httpx.Response:
            answer = self.answer(request.url.path.rpartition("/")[2], dict(request.url.params))
            return httpx.Response(answer.status, content=answer.body, headers=answer.headers)

        return httpx.Client(transport=httpx.MockTransport(handle), base_url="https://registry.test/api/v2")


def _number(one: dict[str, Any]) -> str:
    return str(one["protocolSection"]["identificationModule"]["nctId"])


def _day(one: dict[str, Any]) -> str:
    return str(one["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"])


class FakeClock:
    """A clock that moves only when someone sleeps."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)

    def timing(self, chance: float = 1.0) -> Timing:
        """A timing on this clock; full jitter always draws `chance`."""
        return Timing(now=lambda: self.time, sleep=self.sleep, chance=lambda: chance)
