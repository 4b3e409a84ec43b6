"""Every estimator of a table study in one job that is carried as files: R's numbers, and the pooled rows'.

Tables of the oracle lie under one another in the table of each site, each in columns of its own, so that one
study asks about all of them: rows of other tables have empty cells there, and are left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.federation.centre.job_result import JobResult
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.tables.analyses import ANALYSES
from cimara.federation.tables.studies import SimulatedStudy, table_study
from cimara.federation.transport.local import MEMORY
from tests.federated.engine.small_job import House
from tests.federated.estimators.oracle_cases import CASES, SITES, Case, oracle, table
from tests.federated.estimators.split import as_strata, in_houses
from tests.federated.estimators.test_oracle import LEAVE_ONE_OUT, same
from tests.federated.filedrop.carried import Carried
from tests.in_step import in_step
from tests.many import MANY

pytestmark = pytest.mark.shared_data
TABLES = ("rotterdam", "mgus2", "cgd", "covid")
COLUMNS = ("time", "start", "event", "status", "outcome", "treatment", "cluster", "patient")
"""Keys of an analysis that name a column."""
DAILY = (
    "cox_strat", "fine_gray", "km", "rmst", "aalen_johansen", "logrank", "gray", "logistic", "poisson",
    "quantile",
)  # fmt: skip
OF_TABLES = [one for one in CASES if one.table in TABLES]
FIRST = {one.analysis["estimator"]: one for one in reversed(OF_TABLES)}
ASKED: list[Case] = [
    one
    for one in OF_TABLES
    if MANY or (one is FIRST[one.analysis["estimator"]] and one.analysis["estimator"] in DAILY)
]
"""The first entry of a few estimators; CIMARA_MANY: every entry of every estimator, in one job."""
TABLE_ONE: dict[str, Any] = {
    "estimator": "table1",
    "group": {"name": "death", "levels": ["0", "1"]},
    "covariates": [
        {"name": "age", "centre": 60, "scale": 20},
        {"name": "lab", "centre": 50, "scale": 20},
        {"name": "sex", "levels": ["0", "1"]},
    ],
}
"""R's oracle has no first table, so it is compared with that of the pooled rows alone."""
NAMES = [f"A{place}" for place in range(1, len(ASKED) + 1)]


def in_columns_of(name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """An analysis of one table as one of the columns that this table has among all."""
    made = {"patient": "pid", **asked}
    for key in COLUMNS:
        if key in made:
            made[key] = f"{name}_{made[key]}"
    if "covariates" in made:
        made["covariates"] = [{**one, "name": f"{name}_{one['name']}"} for one in made["covariates"]]
    if "group" in made:
        made["group"] = {**made["group"], "name": f"{name}_{made['group']['name']}"}
    return made


def all_tables() -> pl.DataFrame:
    """The rows of all tables, with the site of each."""
    parts = []
    for name in TABLES:
        rows = in_houses(table(name), table(name)["site"].to_numpy())
        own = rows.select(pl.exclude("house").name.prefix(f"{name}_"), "house")
        parts.append(own.with_columns(pl.format(f"{name}-{{}}", f"{name}_pid").alias(f"{name}_pid")))
    return pl.concat(parts, how="diagonal")


def study() -> SimulatedStudy:
    """All entries and a first table, on the days that occurred."""
    analyses = [
        {"id": name} | in_columns_of(one.table, one.analysis) for name, one in zip(NAMES, ASKED, strict=True)
    ]
    first_table = {"id": "T1"} | in_columns_of("covid", TABLE_ONE)
    return table_study([*analyses, first_table], grid="exact", sites=SITES)


def pooled(name: str, asked: Mapping[str, Any], of: str, *, by_site: bool) -> Any:
    """The result of all rows in one place; of a comparison of sites, of the sites' rows side by side."""
    rows, analysis = in_houses(table(of), table(of)["site"].to_numpy()), dict(asked)
    if by_site and analysis["estimator"] != LEAVE_ONE_OUT:
        analysis = as_strata(analysis, rows)
        if analysis["estimator"] == "logrank":
            analysis["baseline"] = "common"
    work = table_study([{"id": name} | analysis], grid="exact", sites=SITES).analyses[name]
    whole = analysis["estimator"] != LEAVE_ONE_OUT
    parts = [rows] if whole else rows.partition_by("house", maintain_order=True)
    return in_step([work.prepare(one) for one in parts])[0]


@pytest.fixture(scope="module")
def carried_job() -> Iterator[JobResult]:
    """One job about all tables, carried by hand between three sites until it is over."""
    tables = {str(site): own for (site,), own in all_tables().partition_by("house", as_dict=True).items()}
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        carried = Carried(Path(name), restarts=False)
        carried.live_in(House(Path(name) / "real", study=study(), tables=tables))
        result, _ = carried.until_done(carried.start(*NAMES, "T1"))
        yield result


def numbers(case: Case, value: Any) -> Mapping[str, Any]:
    """What is compared of a carried result."""
    if case.analysis["estimator"] == "quantile":
        return {name: value.of(f"covid_{name}") for name in ("age", "lab")}
    return case.numbers(value)


def test_all_estimators_of_a_table_study_are_carried_when_many_are_asked_for() -> None:
    assert {*FIRST, "table1"} == set(ANALYSES)
    assert {*DAILY} < set(ANALYSES) < set(ESTIMATORS)


@pytest.mark.parametrize(
    ("name", "case"),
    list(zip(NAMES, ASKED, strict=True)),
    ids=[f"{one.key}-{one.analysis['estimator']}" for one in ASKED],
)
def test_files_by_hand_say_what_r_says_and_what_pooled_rows_say(
    carried_job: JobResult, name: str, case: Case
) -> None:
    assert name in carried_job.results, carried_job.failed.get(name)
    found = numbers(case, carried_job.value(name))
    same(found, case.theirs(oracle()[case.key]), 1e-6)
    same(found, case.numbers(pooled(name, case.analysis, case.table, by_site=case.by_site)), 1e-10)


def test_a_first_table_by_hand_is_that_of_pooled_rows(carried_job: JobResult) -> None:
    found = carried_job.value("T1").table().with_columns(pl.col("column").str.strip_prefix("covid_"))
    expected = pooled("T1", {**TABLE_ONE, "patient": "pid"}, "covid", by_site=False).table()
    assert found.drop("mean", "sd", "share").equals(expected.drop("mean", "sd", "share"))
    for name in ("mean", "sd", "share"):
        np.testing.assert_allclose(found[name].to_numpy(), expected[name].to_numpy(), rtol=1e-10)
