"""Asks the registry's API v2: polite in pace, patient with faults, and exact about what it got.

The contract is that of the API's own OpenAPI document: pages follow `nextPageToken` until it is missing,
a page may be empty before the end, errors of the request are plain text with status 400.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import msgspec

from cimara import __version__
from cimara.terms.errors import CimaraError
from cimara.trials.importers.tolerant import JSON_ERRORS

BASE_URL = "https://clinicaltrials.gov/api/v2"
PAGE_SIZE = 1000
"""The API's largest page; its default is 10."""
PACE_SECONDS = 1.5
"""At most 40 requests a minute; the registry's public statements of its limit differ."""
RETRIES = 6
LONGEST_BACKOFF_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
"""A longer `Retry-After` than this is passed on to the person instead of slept through."""
MESSAGE_CHARACTERS = 500
_RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
_TIMEOUT = httpx.Timeout(90.0, connect=20.0)


Shape = TypeVar("Shape")


class SyncError(CimaraError):
    """A sync that can't go on. What was fetched is kept, and the next run goes on from there."""


class TokenRefusedError(SyncError):
    """The registry no longer knows a page token: the window must be asked for from its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The clock, the sleep (seconds) and the chance (0 to 1) that a sync uses; tests bring their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


class _Page(msgspec.Struct, rename="camel"):
    studies: list[msgspec.Raw]
    next_page_token: str | None = None
    total_count: int | None = None


class _Version(msgspec.Struct, rename="camel"):
    data_timestamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as it came. `next_token` is None on the last one; `total` comes with the first only."""

    body: bytes
    studies: int
    next_token: str | None
    total: int | None


def open_http(base_url: str = BASE_URL) -> httpx.Client:
    """An HTTP client for the registry; proxies and certificates come from the environment."""
    return httpx.Client(
        base_url=base_url,
        headers={"User-Agent": f"cimara/{__version__} (registry sync)"},
        timeout=_TIMEOUT,
        follow_redirects=True,
    )


class RegistryClient:
    """Asks one thing at a time, no faster than the pace, and asks again where that may help."""

    def __init__(
        self, http: httpx.Client, timing: Timing | None = None, pace_seconds: float = PACE_SECONDS
    ) -> None:
        self._http = http
        self._timing = timing or Timing()
        self._pace = pace_seconds
        self._last: datetime | None = None

    def data_timestamp(self) -> str:
        """When the registry's data were last refreshed, ISO text in UTC.

        Raises
        ------
        SyncError
            When the registry doesn't answer, or not as its API says.
        """
        return self._asked("version", {}, msgspec.json.Decoder(_Version))[1].data_timestamp

    def page(self, params: Mapping[str, str], token: str | None = None) -> Page:
        """One page of studies; `params` are repeated unchanged with each token.

        Raises
        ------
        TokenRefusedError
            When the registry refuses the token.
        SyncError
            When the registry refuses the request, or doesn't answer after all retries.
        """
        asked = {**params, "format": "json", "pageSize": str(PAGE_SIZE)}
        asked |= {"countTotal": "true"} if token is None else {"pageToken": token}
        body, page = self._asked("studies", asked, msgspec.json.Decoder(_Page))
        return Page(
            body=body,
            studies=len(page.studies),
            next_token=page.next_page_token or None,
            total=page.total_count,
        )

    def _asked(
        self, path: str, params: Mapping[str, str], decoder: msgspec.json.Decoder[Shape]
    ) -> tuple[bytes, Shape]:
        """Body and decoded answer; asked again after a fault, since a cut body may be whole next time."""
        problem = ""
        answer: httpx.Response | None = None
        for attempt in range(RETRIES + 1):
            if attempt:
                self._timing.sleep(self._wait(attempt, answer))
            self._keep_pace()
            answer = None
            try:
                answer = self._http.get(path, params=dict(params))
            except httpx.TooManyRedirects as error:
                raise SyncError(str(error), where=path) from None
            except httpx.RequestError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if answer.status_code in _RETRIED_STATUSES:
                problem = f"status {answer.status_code}"
                continue
            if answer.status_code != httpx.codes.OK:
                raise _refusal(answer, params)
            try:
                return answer.content, decoder.decode(answer.content)
            except JSON_ERRORS as error:
                problem = f"an answer that isn't what the API promises ({error})"
        raise SyncError(
            f"the registry didn't answer after {RETRIES + 1} attempts; the last: {problem}",
            where=str(self._http.base_url),
            hint="Run the same command again later; it goes on from here.",
        )

    def _keep_pace(self) -> None:
        now = self._timing.now()
        if self._last is not None:
            early = self._pace - (now - self._last).total_seconds()
            if early > 0:
                self._timing.sleep(early)
        self._last = self._timing.now()

    def _wait(self, attempt: int, answer: httpx.Response | None) -> float:
        """Seconds before the next attempt: what the registry asks for, else 1, 2, 4 ... with full jitter."""
        asked = _retry_after(answer, self._timing.now()) if answer is not None else None
        if asked is None:
            return self._timing.chance() * min(2.0 ** (attempt - 1), LONGEST_BACKOFF_SECONDS)
        if asked > LONGEST_WAIT_SECONDS:
            raise SyncError(
                f"the registry asks to wait {asked / 60:.0f} minutes",
                where=str(self._http.base_url),
                hint="Run the same command again after that; it goes on from here.",
            )
        return max(asked, 0.0)


def _retry_after(answer: httpx.Response, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, given as seconds or as a date."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError):
        return None


def _refusal(answer: httpx.Response, params: Mapping[str, str]) -> SyncError:
    message = " ".join(answer.text.split())[:MESSAGE_CHARACTERS]
    problem = f"the registry refuses the request with status {answer.status_code}: {message}"
    if answer.status_code == httpx.codes.BAD_REQUEST and "pageToken" in params:
        return TokenRefusedError(problem)
    return SyncError(problem, where=str(answer.url.copy_with(query=None)))
