"""Every estimator of a table study through NVFlare, on R's data: as pooled, and as R.

On most days in one process; CIMARA_MANY=1 takes real processes, and kills the server in a round.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cimara.federation.demonstration import replayed
from cimara.federation.demonstration.comparison import compared, pooled
from cimara.federation.demonstration.houses import Houses, set_up
from cimara.federation.demonstration.running import Running
from cimara.federation.demonstration.study_file import ANALYSES
from cimara.federation.site.policy import FILE
from cimara.federation.tables.analyses import ANALYSES as ESTIMATORS
from cimara.federation.transport.nvflare.session import follow, resume, status, submit
from tests.federated.estimators.oracle_cases import oracle
from tests.federated.estimators.test_oracle import same
from tests.federated.live import THREE, WITHIN, again, connected, job_folder, rounds, told, wait, with_study
from tests.federated.one_process import ran
from tests.federated.real_data import STUDY, analyses, cases, tables
from tests.many import MANY

pytestmark = pytest.mark.shared_data
WAYS = ("in one process", "in real processes whose server is killed") if MANY else ("in one process",)
IN_R = sorted(set(ESTIMATORS) - {"table1"})
KILLED_AT = 40
Found = tuple[Houses, dict[str, Any]]


@pytest.fixture(scope="module", params=WAYS)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The study, and the result of each of its analyses."""
    if request.param == "in one process":
        return _in_one_process(tmp_path_factory.mktemp("one_process"))
    houses, one = request.getfixturevalue("federation")
    policies = {place: place.read_bytes() for place in houses.kits.glob(f"sites/*/house/{FILE}")}
    try:
        return _killed_and_resumed(_with_tables(houses), one)
    finally:
        for place, content in policies.items():
            place.write_bytes(content)


def _in_one_process(folder: Path) -> Found:
    made = set_up(folder, THREE, analyses={"A2": ANALYSES["A2"]}, at=datetime.now(UTC))
    houses = _with_tables(made)
    result = ran(houses, tuple(houses.study.analyses), folder).result
    assert result.failed == {}
    return houses, {name: one.value for name, one in result.results.items()}


def _with_tables(houses: Houses) -> Houses:
    return with_study(houses, STUDY, "exact", analyses(), tables(THREE))


def _killed_and_resumed(houses: Houses, one: Running) -> Found:
    first = submit(houses.researcher, STUDY, tuple(houses.study.analyses))
    wait(lambda: rounds(houses, first) >= KILLED_AT)
    assert told(houses, first)["state"] == "round"
    one.kill("server")
    one.start_server()
    again(lambda: status(houses.researcher, first))
    wait(lambda: connected(houses) >= len(THREE))
    done = rounds(houses, first)
    assert not (job_folder(houses, first) / "result").exists()
    follow(houses.researcher, resume(houses.researcher, first), within=WITHIN)
    assert told(houses, first)["state"] == "done"
    assert KILLED_AT <= done < rounds(houses, first)
    return houses, {name: replayed(houses, job_folder(houses, first), name).result for name in ESTIMATORS}


def test_the_study_asks_for_every_estimator_of_a_table(found: Found):
    assert set(found[0].study.analyses) == set(ESTIMATORS) == set(found[1])


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_estimates_are_the_pooled_ones(found: Found, estimator: str):
    houses, results = found
    whole = pooled(houses.study, estimator, pl.concat(tables(THREE).values()))
    assert compared(estimator, estimator, results[estimator], whole).difference < 1e-10


@pytest.mark.parametrize("estimator", IN_R)
def test_the_estimates_are_those_of_r(found: Found, estimator: str):
    case = cases()[estimator]
    same(case.numbers(found[1][estimator]), case.theirs(oracle()[case.key]), 1e-6)
