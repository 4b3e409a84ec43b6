"""Faults of a house, over NVFlare's parts in one process: what the site says, its ledger, and what left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cimara.federation.demonstration.houses import DATA, Houses, set_up
from cimara.federation.demonstration.study_file import ANALYSES
from cimara.federation.errors import Code
from cimara.federation.messages.kinds import Order, Refused, read, read_any, signed
from cimara.federation.site.kit_node import node_of
from cimara.federation.site.node import SiteNode
from cimara.federation.tables.works import TableWork
from cimara.federation.transport.nvflare.house import House
from tests.federated.live import THREE
from tests.federated.one_process import Ran, ran
from tests.federated.orders import order_of

DAY = timedelta(days=1)
PLANTED = "7316.4471"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Houses:
    return set_up(tmp_path_factory.mktemp("faults"), THREE, analyses={"A2": ANALYSES["A2"]}, at=_now())


@pytest.fixture
def kits(made: Houses) -> Iterator[Houses]:
    """Kits whose tables are put back after a test."""
    tables = {site: (made.site(site) / "house" / DATA).read_bytes() for site in THREE}
    yield made
    for site, content in tables.items():
        (made.site(site) / "house" / DATA).write_bytes(content)


def _now() -> datetime:
    return datetime.now(UTC)


def _last(houses: Houses, site: str, code: Code) -> dict[str, Any]:
    """The last line of a site's ledger with that code."""
    ledger = House(houses.site(site)).ledger
    ledger.verify()
    return [dict(one) for one in ledger.entries() if one.get("code") == code][-1]


def _nothing_was_released(job: Ran) -> bool:
    return not (job.folder / "result").exists() and not list((job.folder / "totals").rglob("*.total"))


def test_an_order_a_day_ahead_of_the_sites_clocks_is_refused(kits: Houses, tmp_path: Path):
    job = ran(kits, ("A2",), tmp_path, ordered=_now() + DAY)
    assert job.result.reason.code == Code.CLOCK
    assert "given in the future, by this site's clock" in job.result.reason.words
    assert "Correct the clock that is wrong" in job.result.reason.words
    assert all(_last(kits, site, Code.CLOCK)["decision"] == "refused" for site in THREE)
    assert _nothing_was_released(job)


def test_an_order_a_day_behind_the_sites_clocks_has_expired(kits: Houses, tmp_path: Path):
    job = ran(kits, ("A2",), tmp_path, ordered=_now() - DAY)
    assert job.result.reason.code == Code.EXPIRED_STUDY
    assert "the order has expired, by this site's clock" in job.result.reason.words
    assert all(_last(kits, site, Code.EXPIRED_STUDY)["decision"] == "refused" for site in THREE)
    assert _nothing_was_released(job)


def test_a_site_whose_tables_are_in_another_data_model_is_named(kits: Houses, tmp_path: Path):
    house = House(kits.site("UT02"))
    newer: SiteNode[Any] = SiteNode(
        folder=house.kept, site="UT02", key=house.key("site"), study=kits.study, policy=house.policy,
        data=lambda: (pl.DataFrame(), ""), now=_now, data_model="1.7",
    )  # fmt: skip
    job = ran(kits, ("A2",), tmp_path, nodes={"UT02": newer})
    assert job.result.reason.code == Code.OTHER_DATA_MODEL
    assert "UT02" in job.result.reason.words
    assert "builds its tables again" in _last(kits, "UT02", Code.OTHER_DATA_MODEL)["words"]
    assert _nothing_was_released(job)


def test_a_name_of_a_job_that_is_a_path_is_refused(kits: Houses):
    order = replace(read(order_of(kits), Order, kits.study.coordinators), job="../../../elsewhere")
    house = House(kits.site("NL01"))
    frame = signed(order, House(kits.researcher).key("researcher"))
    answer = read_any(node_of(house, "NL01", kits.study, _now).answer(frame), kits.study.sites)
    assert isinstance(answer, Refused)
    assert answer.code == _last(kits, "NL01", Code.BROKEN_MESSAGE)["code"]
    assert not list(kits.folder.rglob("elsewhere"))


def _fails_with_a_value(kits: Houses, monkeypatch: pytest.MonkeyPatch) -> str:
    def prepare(work: TableWork, data: pl.DataFrame) -> None:
        raise ValueError(f"no room for {PLANTED} in row 12 of {data['patient'][12]}")

    monkeypatch.setattr(TableWork, "prepare", prepare)
    return Code.PROGRAM


def _has_text_among_numbers(kits: Houses, monkeypatch: pytest.MonkeyPatch) -> str:
    for site in THREE:
        place = kits.site(site) / "house" / DATA
        rows = pl.read_csv(place).with_columns(pl.col("age").cast(pl.String))
        rows[12, "age"] = f"about {PLANTED}"
        rows.write_csv(place)
    return Code.BAD_TABLE


@pytest.mark.parametrize("fault", [_fails_with_a_value, _has_text_among_numbers])
def test_a_value_in_a_traceback_does_not_leave(
    kits: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Any
):
    code = fault(kits, monkeypatch)
    job = ran(kits, ("A2",), tmp_path)
    assert job.result.failed["A2"].code == code
    assert all(_last(kits, site, Code(code))["decision"] == "refused" for site in THREE)
    centre = [path.read_bytes() for path in job.folder.rglob("*") if path.is_file()]
    ledgers = [House(kits.site(site)).ledger.path.read_bytes() for site in THREE]
    assert len(job.left) >= 9
    for hidden in (PLANTED.encode(), b"NL01-0", b"UT02-0", b"DE03-0"):
        assert not [one for one in (*job.left, *centre, *ledgers) if hidden in one]
