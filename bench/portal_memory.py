"""memory of a portal's worker after 10,000 mixed requests, against 1,000"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from bench.measure import Figure, Options
from bench.portal import get, registry, served, visitor

EARLY, LATE = 1_000, 10_000
PAGES = (
    "/",
    "/about/",
    "/trials/?q=tucatinib",
    "/trials/?tumour=nsclc",
    "/endpoints/",
    "/survey/",
    "/find/",
    "/find/check/",
    "/find/results/",
    "/es/trials/?q=melanoma",
    "/registry/",
)
WORDS = ("osimertinib", "radiosurgery", "intrathecal", "lorlatinib", "edema", "phase 2", "Durham", "MRI")


def run(options: Options) -> Iterator[Figure]:
    """Resident memory of all processes of one worker, then and later."""
    with served("ours", registry(options.work), options.work) as process:
        asked, cookie = addresses(), visitor()
        for address in islice(asked, EARLY):
            get("ours", address, cookie)
        early = resident(process.pid)
        for address in islice(asked, LATE - EARLY):
            get("ours", address, cookie)
        late = resident(process.pid)
    detail = f"{early / 2**20:.0f} MiB, then {late / 2**20:.0f} MiB"
    yield Figure("memory after 10,000 requests / after 1,000", late / early, "x", 1.15, detail=detail)


def addresses() -> Iterator[str]:
    """Pages in turn, every trial among them, and searches for changing words."""
    trials = cycle(sorted(set(re.findall(r"/trials/NCT\d{8}/", get("ours", "/trials/").decode()))))
    words = cycle(WORDS)
    while True:
        yield from PAGES
        yield next(trials)
        yield f"/trials/?q={next(words).replace(' ', '+')}"


def resident(pid: int) -> int:
    """Bytes that a process and its children keep in memory; shared pages are shared out (PSS)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    assert found is not None
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(found[1]) * 1024 + sum(resident(int(child)) for child in children)
