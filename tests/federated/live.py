"""What tests of running processes look at: how far a job is, who is connected; and a study more for them."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from cimara.federation.demonstration.houses import Houses
from cimara.federation.demonstration.rows import SITES
from cimara.federation.demonstration.study_file import RESEARCHER, write_study
from cimara.federation.errors import FederationError
from cimara.federation.messages.kinds import Order, read
from cimara.federation.site.policy import FILE, policy_text
from cimara.federation.transport.nvflare.house import COORDINATOR, House
from cimara.federation.transport.nvflare.session import ORDERS, session

THREE = SITES[:3]
WITHIN = 300.0


def job_folder(houses: Houses, job: str) -> Path:
    """The server's folder of what NVFlare calls `job`."""
    house = House(houses.researcher)
    order = read((house.kept / ORDERS / f"{job}.msg").read_bytes(), Order, house.coordinators())
    return House(houses.server).kept / "jobs" / order.job


def told(houses: Houses, job: str) -> dict:
    """What the server says of a job."""
    return json.loads((job_folder(houses, job) / "status.json").read_text())


def rounds(houses: Houses, job: str) -> int:
    """Complete rounds of a job; none before it began."""
    return len(list((job_folder(houses, job) / "totals").rglob("*.total")))


def connected(houses: Houses) -> int:
    """Sites that the server knows as connected."""
    with session(houses.researcher) as flare:
        return len(flare.get_system_info().client_info)


def wait(ready: Callable[[], bool]) -> None:
    """Look until it is so."""
    until = time.monotonic() + WITHIN
    while not ready():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.05)


def again(ask: Callable[[], object]) -> None:
    """Ask until the server answers."""

    def answered() -> bool:
        with contextlib.suppress(FederationError):
            ask()
            return True
        return False

    wait(answered)


def with_study(
    houses: Houses, study: str, grid: str, analyses: Mapping[str, str], tables: Mapping[str, pl.DataFrame]
) -> Houses:
    """The same kits with one more study, and its rows in place of the first one's.

    Sites allow its grid, days of events included.
    """
    sites = {name: House(houses.site(name)) for name in tables}
    keys = {name: house.key("site") for name, house in sites.items()}
    centre = {
        COORDINATOR: House(houses.server).key("server"),
        RESEARCHER: House(houses.researcher).key("researcher"),
    }
    folder = houses.folder / study
    made = write_study(folder, keys, centre, analyses, datetime.now(UTC), study=study, grid=grid)
    for kit in (houses.server, houses.researcher, *(one.kit for one in sites.values())):
        shutil.copytree(folder, kit / "house" / "studies" / study)
    for name, house in sites.items():
        tables[name].write_parquet(house.folder / f"{study}.parquet")
        text = policy_text(
            data=f"{study}.parquet", allowed=(houses.study.hash, made.hash), allow_plain=True,
            allow_event_times=True, steward="Demo Member 014",
        )  # fmt: skip
        (house.folder / FILE).write_text(text, encoding="utf-8")
    return replace(houses, study=made)
