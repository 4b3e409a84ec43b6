"""Analyses of a report run in step: every house asks the same, and one without rows changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.exchange import Done, Record, Wanted, advance
from cimara.federation.reports.analyses import ReportWork, why_not, works_of
from cimara.outcomes.contract import Summary, total
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.findings import Result
from cimara.outcomes.report.plan import Analysis, Plan
from cimara.outcomes.report.plan_words import Kind
from cimara.outcomes.report.running import run_analysis
from cimara.studies.build import build_study
from cimara.studies.check import CheckedStudy
from cimara.studies.demonstration.whole_way import write_study
from cimara.studies.federated import nobody_of
from cimara.studies.plan_by_sites import plan_by_sites
from cimara.studies.sources import from_datasets

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Houses:
    """The folders of three sites, of all together, and of nobody."""

    checked: CheckedStudy
    plan: Plan
    sites: dict[str, DataFolder]
    pooled: DataFolder
    nobody: DataFolder

    def work(self, analysis: Analysis) -> ReportWork:
        """An analysis beside those of the plan."""
        plan = replace(self.plan, analyses=(*self.plan.analyses, analysis))
        return ReportWork(plan, analysis, self.nobody)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Houses:
    folder = tmp_path_factory.mktemp("houses")
    options = SynthOptions(seed=3, scenario=Scenario.RN_TREATED, patients=240, sites=3)
    sources = from_datasets(synth_consortium(options).datasets)
    names = [one.site_id for one in sources]
    checked = write_study(folder / "study", names, seed=1, now=lambda: NOW)
    return Houses(
        checked,
        replace(plan_by_sites(checked, names), drawn=False),
        {one.site_id: build_study(checked, [one], at_site=True).data for one in sources},
        build_study(checked, sources).data,
        nobody_of(checked),
    )


def in_step(work: ReportWork, folders: Sequence[DataFolder]) -> tuple[Result, list[Summary]]:
    """The coordinator's result, and the sums of all rounds; every house must ask the same in each."""
    sites = [work.prepare(one) for one in folders]
    records = [Record() for _ in (*sites, None)]
    coordinator = work.empty()
    while True:
        here = advance(coordinator, records[-1])
        if isinstance(here, Done):
            return here.result, records[-1].totals
        own = [advance(site, record) for site, record in zip(sites, records, strict=False)]
        assert all(isinstance(one, Wanted) and shape(one.own) == shape(here.own) for one in own)
        summed = total([one.own for one in (*own, here)])  # type: ignore[union-attr]
        for record in records:
            record.totals.append(summed)


def shape(summary: Summary) -> Any:
    return summary.schema, {name: values.shape for name, values in summary.sums.items()}


def numbers(result: Result) -> list[float]:
    assert result.findings is not None
    return [
        value
        for one in result.findings.estimates
        for value in (one.estimate, one.lower, one.upper, one.p)
        if value is not None
    ]


def work_of(houses: Houses, name: str) -> ReportWork:
    found = works_of(houses.plan, houses.nobody)[name]
    assert isinstance(found, ReportWork)
    return found


def analysis(kind: Kind, **more: Any) -> Analysis:
    return Analysis(id="X1", kind=kind, endpoint="death", **more)


SEVERAL = (
    analysis(Kind.COX, exposure="early_start", adjust=("kps_10",), strata=("site",)),
    analysis(Kind.COX, exposure="early_start", adjust=("severe",)),
    analysis(Kind.RMST, by="early_start", tau=12.0),
    analysis(Kind.LANDMARK, by="early_start", at=6.0, times=(12.0,)),
    analysis(Kind.KAPLAN_MEIER, by="severe", times=(12.0,)),
)


@pytest.mark.parametrize("asked", SEVERAL, ids=["stratified", "spanning", "rmst", "landmark", "curve"])
def test_the_houses_come_to_the_result_of_all_rows(houses: Houses, asked: Analysis) -> None:
    work = houses.work(asked)
    result, _ = in_step(work, list(houses.sites.values()))
    pooled = run_analysis(work.plan, houses.pooled, asked)
    assert result.status == pooled.status == "done", (result.message, pooled.message)
    assert numbers(result) == pytest.approx(numbers(pooled), rel=1e-10, abs=1e-10)
    assert result.findings is not None
    assert pooled.findings is not None
    assert result.findings.sentence == pooled.findings.sentence
    assert result.findings.warnings == pooled.findings.warnings
    assert (result.findings.n, result.findings.dropped) == (pooled.findings.n, pooled.findings.dropped)


def test_a_site_without_eligible_patients_adds_nothing(houses: Houses) -> None:
    work = work_of(houses, "A4")
    folders = list(houses.sites.values())
    with_one_more, _ = in_step(work, [*folders, houses.nobody])
    assert with_one_more == in_step(work, folders)[0]


def test_every_sum_is_of_a_kind_that_the_analysis_is_registered_with(houses: Houses) -> None:
    work = work_of(houses, "A3")
    _, sums = in_step(work, list(houses.sites.values()))
    asked = {one.schema for one in sums} - {"facts"}
    assert asked <= ESTIMATORS[work.estimator].schemas


def test_no_sum_of_a_test_inside_sites_is_by_time(houses: Houses) -> None:
    """Gray's test stratified by site: a total by site and time would be that site's own counts."""
    _, sums = in_step(work_of(houses, "A3"), list(houses.sites.values()))
    assert [one.schema for one in sums].count("counts") == 1
    tests = [one for one in sums if one.schema == "comparison"]
    assert len(tests) == 2
    for one in tests:
        assert max(max(values.shape) for values in one.sums.values()) < len(houses.plan.grid)


def test_what_was_known_too_late_is_refused_at_the_site_without_a_value(houses: Houses) -> None:
    site, folder = next(iter(houses.sites.items()))
    late = folder.rows.with_columns(pl.lit(4321.0).alias("early_start__known"))
    with pytest.raises(FederationError) as error:
        work_of(houses, "A3").prepare(replace(folder, rows=late))
    assert error.value.code is Code.BAD_TABLE
    said = str(error.value)
    assert "4321" not in said
    assert site not in said
    assert not any(one in said for one in folder.rows["patient_id"].to_list())


def test_a_folder_without_a_column_is_refused_at_the_site(houses: Houses) -> None:
    folder = next(iter(houses.sites.values()))
    with pytest.raises(FederationError) as error:
        work_of(houses, "A3").prepare(replace(folder, rows=folder.rows.drop("early_start")))
    assert error.value.code is Code.BAD_TABLE


def test_an_event_after_the_grid_is_refused_at_the_site(houses: Houses) -> None:
    short = replace(houses.plan, grid=(7.0, 14.0))
    with pytest.raises(FederationError) as error:
        ReportWork(short, short.analysis("A4"), houses.nobody).prepare(next(iter(houses.sites.values())))
    assert error.value.code is Code.BAD_TABLE


def test_a_unit_is_at_risk_once_at_each_time_of_the_grid(houses: Houses) -> None:
    task = work_of(houses, "A1").prepare(houses.pooled).task
    entry = task.analysis
    rows = task.own_rows(entry.covariates, "", entry.strata, entry.time_varying)
    assert rows.start is not None
    assert rows.id is not None
    for time in np.array(task.plan.grid[::20]) / 30.4375:
        held = rows.id[(rows.start < time) & (rows.time >= time)]
        assert len(held) == len(np.unique(held))


def test_what_does_not_run_over_sites_says_so() -> None:
    assert "does not run over sites" in why_not(analysis(Kind.PROPENSITY, exposure="early_start"))
    assert why_not(analysis(Kind.KAPLAN_MEIER)) == ""


def test_nobodys_folder_has_the_columns_of_a_site(houses: Houses, tmp_path: Path) -> None:
    folder = next(iter(houses.sites.values()))
    assert houses.nobody.rows.schema == folder.rows.schema
    assert houses.nobody.rows.is_empty()
    assert {name: one.frame.schema for name, one in houses.nobody.tables.items()} == {
        name: one.frame.schema for name, one in folder.tables.items()
    }
