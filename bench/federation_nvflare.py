"""A Cox model over NVFlare, real processes and mutual TLS: rounds, against default polling and an echo floor

FEDERATION_SITES=17 in the environment takes all sites of the demonstration instead of three. The kits are
ours but for the check of jobs, which would let neither the slow job nor the echo pass.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.federation_echo import SECONDS
from bench.measure import Figure, Options
from cimara.federation.centre.job_folder import put_json
from cimara.federation.demonstration.houses import Houses, set_up
from cimara.federation.demonstration.rows import SITES
from cimara.federation.demonstration.running import Running, running
from cimara.federation.demonstration.study_file import ANALYSES, STUDY
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.job import APP, CLIENT, SERVER, write_job
from cimara.federation.transport.nvflare.session import follow, new_order, session

NEWTON = 6
TEN = tuple(f"B{place}" for place in range(10))
IDLE = 10.0
WITHIN = 600.0
QUESTION, ANSWER = 1_500, 1_500
"""Bytes of a question and an answer of this model, with their signatures."""
INTERVALS = ("default_task_fetch_interval", "task_check_interval")
TICK = os.sysconf("SC_CLK_TCK")


def run(options: Options) -> Iterator[Figure]:
    """All figures; one federation runs every job, one after the other."""
    chosen = SITES[: int(os.environ.get("FEDERATION_SITES", "3"))]
    analyses = dict.fromkeys(("A2", *TEN), ANALYSES["A2"])
    houses = set_up(options.work / "federation", chosen, analyses=analyses, at=datetime.now(UTC))
    _open(houses, chosen)
    with running(houses, chosen) as one:
        yield from _idle(one, chosen[0])
        ours, wall = _job(houses, ("A2",), lambda content: None)
        yield Figure(f"six Newton rounds, {len(chosen)} sites", NEWTON * ours, "s", goal=2)
        yield Figure("a job of one analysis, from order to end", wall, "s")
        _, ten = _job(houses, TEN, lambda content: None)
        yield Figure("ten analyses in one job, to one", ten / wall, "x", goal=1.5)
        slow, _ = _job(houses, ("A2",), _default_polling)
        yield Figure("NVFlare's default polling, to ours", slow / ours, "x", goal=5, at_least=True)
        floor = _echo(houses, chosen)
        yield Figure("ours, to an echo of the same bytes", ours / floor, "x", goal=1.25)


def _open(houses: Houses, sites: tuple[str, ...]) -> None:
    """Let the jobs of this bench pass the kits, and find its classes."""
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    for kit in (houses.server, *(houses.site(name) for name in sites)):
        path = kit / "local" / "resources.json"
        content = json.loads(path.read_text())
        del content["app_validator"]
        content["class_allow_list"].append("bench.")
        put_json(path, content)


def _idle(one: Running, site: str) -> Iterator[Figure]:
    """Memory and processor of a site that waits for work."""
    process = Path(f"/proc/{one.processes[site].pid}")
    before = _ticks(process)
    time.sleep(IDLE)
    share = (_ticks(process) - before) / TICK / IDLE
    status = (process / "status").read_text()
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    yield Figure("memory of an idle site", memory / 1024, "MB", goal=100)
    yield Figure("processor of an idle site", 100 * share, "% of a core", goal=1)


def _ticks(process: Path) -> int:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _default_polling(content: dict[str, Any]) -> None:
    """Leave out the intervals, so that NVFlare takes its own."""
    for name in INTERVALS:
        content.pop(name, None)
    content.get("server", {}).pop("task_request_interval", None)


def _job(
    houses: Houses, names: tuple[str, ...], change: Callable[[dict[str, Any]], None]
) -> tuple[float, float]:
    """Seconds of a Newton round of the first analysis, and of the whole job."""
    before = set(_jobs(houses))
    began = time.monotonic()
    house = House(houses.researcher)
    order = new_order(house, house.named(STUDY), names, datetime.now(UTC), timedelta(hours=1))
    folder = write_job(houses.folder / f"job-{time.time_ns()}", order, house.coordinators())
    _submitted(houses, folder, change)
    wall = time.monotonic() - began
    (made,) = set(_jobs(houses)) - before
    ends = [path.stat().st_mtime for path in sorted((made / "totals" / names[0]).glob("*.total"))]
    return (ends[-1] - ends[0]) / (len(ends) - 1), wall


def _jobs(houses: Houses) -> list[Path]:
    place = houses.server / "house" / "kept" / "jobs"
    return sorted(place.iterdir()) if place.is_dir() else []


def _submitted(houses: Houses, folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Run a job to its end. Raises RuntimeError where it was not completed."""
    for name in (CLIENT, SERVER):
        path = folder / APP / "config" / name
        content = json.loads(path.read_text())
        change(content)
        put_json(path, content)
    with session(houses.researcher) as flare:
        job = str(flare.submit_job(str(folder)))
    told = follow(houses.researcher, job, within=WITHIN)
    if told["nvflare"] != "FINISHED:COMPLETED":
        raise RuntimeError(f"the job ended as {told['nvflare']}: {told['detail']}")


def _echo(houses: Houses, sites: tuple[str, ...]) -> float:
    """Seconds of a round that does nothing: the median of 20 after the first."""
    for name in sites:
        (houses.site(name) / "local" / "privacy.json").unlink()
    house = House(houses.researcher)
    order = new_order(house, house.named(STUDY), ("A2",), datetime.now(UTC), timedelta(hours=1))
    folder = write_job(houses.folder / "job-echo", order, house.coordinators())
    place = houses.folder / SECONDS
    told = {"sites": list(sites), "rounds": 20, "question": QUESTION, "place": str(place)}

    def echo(content: dict[str, Any]) -> None:
        for one in content.get("executors", []):
            one["executor"] = {"path": "bench.federation_echo.EchoExecutor", "args": {"answer": ANSWER}}
        for one in content.get("workflows", []):
            one |= {"path": "bench.federation_echo.EchoController", "args": told}

    _submitted(houses, folder, echo)
    return median(float(line) for line in place.read_text().splitlines()[1:])
