"""ten uploaders and a hundred readers for a minute: errors, lost uploads, p95 of each page against /about/

A real `cimara web serve --workers 2`; the callers are threads of this process. A reader asks for a page every
two seconds or so, an uploader sends file after file. On the database that DATABASE_URL names, else on SQLite.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.measure import Figure, Options
from tests.web.operations.places import Place, a_place
from tests.web.operations.serving import Server
from tests.web.operations.uploading import Uploader, some_export

UPLOADERS, READERS = 10, 100
SECONDS = 60.0
PAUSE = (1.0, 3.0)
ROWS = (100, 20_000)
TIMEOUT = 60
STATIC = "/about/"
PAGES = (
    STATIC,
    "/",
    "/trials/?q=tucatinib",
    "/network/",
    "/network/people/",
    "/studies/",
    "/studies/load/",
    "/studies/load/sites/",
    "/studies/load/submissions/",
    "/studies/load/completeness/",
    "/studies/load/team/",
    "/audit/",
)


@dataclass
class Seen:
    """What the callers met: seconds by page, and errors by kind."""

    times: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)


def run(options: Options) -> Iterator[Figure]:
    """Errors, lost uploads, then p95 of each page as a multiple of that of the static one."""
    with a_place(options.work / f"load-{time.time_ns()}") as place:
        _checked(place.cimara("migrate"))
        people = json.loads(_checked(place.python("tests.web.operations.content", "sites", str(UPLOADERS))))
        server, seen = Server(place, workers=2), Seen()
        server.start()
        try:
            uploaders = [Uploader(server.address, **one) for one in people]
            _together(server, uploaders, seen)
        finally:
            server.stop()
        yield from _figures(place, uploaders, seen)


def _together(server: Server, uploaders: list[Uploader], seen: Seen) -> None:
    """Everybody at once, for a minute; each keeps the session of one of the uploaders."""
    end = time.perf_counter() + SECONDS
    threads = [threading.Thread(target=_upload, args=(one, seen, end)) for one in uploaders]
    for number in range(READERS):
        cookies = "; ".join(f"{k}={v}" for k, v in uploaders[number % UPLOADERS].cookies.items())
        threads.append(threading.Thread(target=_read, args=(server.port, cookies, number, seen, end)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _upload(one: Uploader, seen: Seen, end: float) -> None:
    draw = random.Random(one.page)
    with one.client() as client:
        while time.perf_counter() < end:
            began = time.perf_counter()
            try:
                one.send(client, some_export(draw, draw.randint(*ROWS)))
            except Exception as error:
                seen.errors[f"upload: {error!r:.120}"] += 1
            else:
                seen.times["an upload, form and answer"].append(time.perf_counter() - began)


def _read(port: int, cookies: str, number: int, seen: Seen, end: float) -> None:
    draw = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    while time.perf_counter() < end:
        page = draw.choice(PAGES)
        began = time.perf_counter()
        try:
            connection.request("GET", page, headers={"Cookie": cookies})
            response = connection.getresponse()
            response.read()
        except Exception as error:
            seen.errors[f"{page}: {error!r:.80}"] += 1
            connection.close()
            continue
        seen.times[page].append(time.perf_counter() - began)
        if response.status != 200:
            seen.errors[f"{page}: {response.status}"] += 1
        time.sleep(draw.uniform(*PAUSE))


def _figures(place: Place, uploaders: list[Uploader], seen: Seen) -> Iterator[Figure]:
    asked = sum(map(len, seen.times.values()))
    told = ", ".join(f"{count} x {what}" for what, count in seen.errors.most_common(5))
    yield Figure("errors", float(seen.errors.total()), "", 0, detail=told or f"{asked:,} requests")
    kept: dict[str, Any] = json.loads(_checked(place.python("tests.web.operations.content", "submissions")))
    acknowledged = {key: sha for one in uploaders for key, sha in one.acknowledged.items()}
    lost = [key for key, sha in acknowledged.items() if kept["rows"].get(key, {}).get("sha256") != sha]
    yield Figure("acknowledged uploads lost", float(len(lost)), "", 0, detail=f"{len(acknowledged):,} sent")
    broken = [one for one in kept["rows"].values() if not one["whole"]]
    yield Figure("uploads that are there by half", float(len(broken)), "", 0)
    yield Figure("audit trail that does not verify", float(not kept["chain"]), "", 0)
    static = _p95(seen.times[STATIC])
    yield Figure("a static page, p95", 1_000 * static, "ms")
    for page, times in sorted(seen.times.items()):
        if page != STATIC:
            yield Figure(
                f"{page}, p95 / a static page", _p95(times) / static, "x", detail=f"{len(times)} asked"
            )


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _checked(done: Any) -> str:
    if done.returncode:
        raise RuntimeError(done.stderr)
    return str(done.stdout).splitlines()[-1] if done.stdout else ""
