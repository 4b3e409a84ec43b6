"""pages of the portal: the search page against Litestar and FastAPI, others against a static one

One worker on one core, load from the other over kept connections, three rounds in turn, medians.
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import randrange
from statistics import median
from urllib.parse import urlencode

from bench.measure import Figure, Options
from bench.synthetic import SHARED
from cimara.trials.build import build_snapshot

SEARCH = "/trials/?q=tucatinib"
API_SEARCH = "/api/v1/trials?q=tucatinib"
CONNECTIONS, MANY_CONNECTIONS = 8, 16
SECONDS = 4.0
ROUNDS = 3
PORTS = {"ours": 8061, "litestar": 8062, "fastapi": 8063}
START_SECONDS = 60
COMMAND = "import sys; from cimara.cli import main; sys.exit(main())"
PROXY = {"X-Forwarded-Proto": "https"}
"""What the portal's proxy would say; without it every page is a redirection to HTTPS."""
ANSWERS: dict[str, dict[str, str]] = {
    "who": {"who": "self"},
    "cancer": {"cancer": "nsclc"},
    "spread": {"spread": "brain"},
    "growth": {"growth": "stable"},
}


def run(options: Options) -> Iterator[Figure]:
    """Ratios of the search page, then p95 of each kind of page as a multiple of a static one."""
    snapshot = registry(options.work)
    with ExitStack() as running:
        for name in PORTS:
            running.enter_context(served(name, snapshot, options.work))
        os.sched_setaffinity(0, {1 % (os.cpu_count() or 1)})
        yield from _against_peers()
        yield from _against_a_static_page()


def registry(work: Path) -> Path:
    """A snapshot of the shared records, built once."""
    snapshot = work / "portal.sqlite3"
    if not snapshot.exists():
        build_snapshot([SHARED], snapshot, built_at="2026-11-20T00:00:00+00:00")
    return snapshot


def _against_peers() -> Iterator[Figure]:
    page, api = _per_request(SEARCH), _per_request(API_SEARCH)
    ours, *peers = page.values()
    yield Figure("search page / the quicker peer", ours / min(peers), "x", 1.2, detail=_told(page))
    yield Figure("API search / Litestar", api["ours"] / api["litestar"], "x", 1.25, detail=_told(api))
    yield Figure("API search / FastAPI", api["ours"] / api["fastapi"], "x", 1.0)


def _per_request(address: str) -> dict[str, float]:
    """Milliseconds a request of one busy core, by server: the median of rounds in turn."""
    rounds: dict[str, list[float]] = {name: [] for name in PORTS}
    for _ in range(ROUNDS):
        for name in PORTS:
            rounds[name].append(1_000 * SECONDS / len(_load(name, address, CONNECTIONS)))
    return {name: median(times) for name, times in rounds.items()}


def _told(times: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {time:.2f} ms" for name, time in times.items())


def _against_a_static_page() -> Iterator[Figure]:
    cookie = visitor()
    number = re.search(rb"/trials/(NCT\d{8})/", get("ours", SEARCH))
    assert number is not None
    pages = {
        "a trial": (f"/trials/{number[1].decode()}/", 3),
        "browse": ("/trials/", 6),
        "finder results over 1,536 trials": ("/find/results/", 12),
    }
    static = median(_p95(_load("ours", "/about/", MANY_CONNECTIONS)) for _ in range(ROUNDS))
    for name, (address, bound) in pages.items():
        p95 = median(_p95(_load("ours", address, MANY_CONNECTIONS, cookie)) for _ in range(ROUNDS))
        yield Figure(f"{name}, p95 / a static page", p95 / static, "x", bound, detail=f"p95 {p95:.1f} ms")
    yield Figure("a static page, p95", static, "ms")


@contextmanager
def served(name: str, snapshot: Path, work: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server of one worker on the first core, until the block ends."""
    environment = {
        **os.environ,
        "CIMARA_SNAPSHOT": str(snapshot),
        "CIMARA_VAR": str(work / "portal"),  # the peers use the static files that ours collects
        "CIMARA_SECRET_KEY": secrets.token_urlsafe(60),
        "CIMARA_BEHIND_PROXY": "1",  # so that each request can come from an address of its own: no limit
    }
    granian = ["-m", "granian", "--workers", "1", "--no-access-log", "--log-level", "warning"]
    port = str(PORTS[name])
    words = {
        "ours": ["-c", COMMAND, "web", "demo", "--without-study", "--bind", f"127.0.0.1:{port}"],
        "litestar": [*granian, "--interface", "asgi", "--port", port, "bench.peers.portal:litestar_app"],
        "fastapi": [
            "-m",
            "uvicorn",
            "--log-level",
            "warning",
            "--port",
            port,
            "bench.peers.portal:fastapi_app",
        ],
    }[name]
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    )
    try:
        _wait(name, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(name: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            get(name, SEARCH)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{name} did not start")


def get(name: str, address: str, cookie: str = "") -> bytes:
    """The page at an address; it must be there."""
    connection = http.client.HTTPConnection("127.0.0.1", PORTS[name], timeout=START_SECONDS)
    connection.request("GET", address, headers=PROXY | ({"Cookie": cookie} if cookie else {}))
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, (name, address, response.status)
    return body


def _load(name: str, address: str, connections: int, cookie: str = "") -> list[float]:
    """Seconds of each request that some connections made one after another, warmed up before."""
    kept = PROXY | ({"Cookie": cookie} if cookie else {})
    times: list[float] = []
    start = time.perf_counter() + 0.5

    def caller() -> None:
        connection, headers = (
            http.client.HTTPConnection("127.0.0.1", PORTS[name], timeout=START_SECONDS),
            {**kept},
        )
        while (began := time.perf_counter()) < start + SECONDS:
            headers["X-Forwarded-For"] = f"10.{randrange(256)}.{randrange(256)}.{randrange(256)}"
            connection.request("GET", address, headers=headers)
            response = connection.getresponse()
            response.read()
            assert response.status == 200, (name, address, response.status)
            if began >= start:
                times.append(time.perf_counter() - began)

    _together([caller] * connections)
    return times


def _together(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _p95(times: list[float]) -> float:
    """The 95th percentile in milliseconds."""
    return 1_000 * sorted(times)[int(len(times) * 0.95)]


def visitor() -> str:
    """The cookies of a person who has answered a few questions."""
    cookies: dict[str, str] = {}
    for step, fields in ANSWERS.items():
        address = f"/find/q/{step}/"
        page = _ask("GET", address, cookies, {})
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        _ask("POST", address, cookies, {**fields, "csrfmiddlewaretoken": token[1]})
    return _header(cookies)


def _ask(method: str, address: str, cookies: dict[str, str], fields: Mapping[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", PORTS["ours"], timeout=START_SECONDS)
    headers = PROXY | {"Cookie": _header(cookies), "Content-Type": "application/x-www-form-urlencoded"}
    headers["Origin"] = f"https://127.0.0.1:{PORTS['ours']}"
    connection.request(method, address, body=urlencode(fields) if fields else None, headers=headers)
    response = connection.getresponse()
    assert response.status in (200, 303), (address, response.status)
    for given in response.headers.get_all("Set-Cookie") or ():
        key, _, value = given.split(";")[0].partition("=")
        cookies[key] = value
    return response.read().decode()


def _header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{key}={value}" for key, value in cookies.items())
