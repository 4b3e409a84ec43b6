"""What stands before the analyses: flow, missing data, follow-up by site, Table 1."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cimara.outcomes.curves.follow_up import follow_up
from cimara.outcomes.report.data_folder import read_data_folder
from cimara.outcomes.report.description import Description, describe
from cimara.outcomes.report.findings import Sheet
from cimara.outcomes.report.running import run_plan
from cimara.outcomes.report.task import Task
from tests.unit.outcomes.report.made_up_study import HEAD, plan_of

pytestmark = pytest.mark.usefixtures("without_ink")

COX = 'id = "A1"\nprimary = true\nkind = "cox"\nendpoint = "os"\nexposure = "arm"\nadjust = ["age", "mgmt"]'
OLDER = HEAD.replace("[population]", '[population]\nwhere = "age > 60"')


@cache
def described(study: Path, head: str = HEAD) -> Description:
    plan, data = plan_of(COX, head=head), read_data_folder(study)
    return describe(plan, data, run_plan(plan, data, code_hash=""))


def row(sheet: Sheet, name: str) -> tuple[object, ...]:
    return next(one[1:] for one in sheet.rows if one[0] == name)


def test_the_flow_counts_who_is_left_out_and_why(study: Path) -> None:
    older = int((read_data_folder(study).rows["age"] > 60).sum())
    flow = described(study, OLDER).flow
    assert row(flow, "In the data folder") == (160, None)
    assert row(flow, "In the population") == (older, f"{160 - older} that are not: age > 60")
    assert row(described(study).flow, "Analysis A1") == (157, "3 with age empty")


def test_missing_cells_are_counted_by_column(study: Path) -> None:
    assert row(described(study).missing, "age") == (3, "1.9 %")


def test_follow_up_is_given_by_site_with_its_completeness(study: Path) -> None:
    sheet = described(study).follow_up
    assert [one[0] for one in sheet.rows] == ["All", "east", "north", "south", "west"]
    plan, data = plan_of(COX), read_data_folder(study)
    median = follow_up(Task(plan, data, plan.analyses[0]).rows()).curve().median.time
    assert str(sheet.rows[0][2]).startswith(f"{median:.1f} (")
    assert str(sheet.rows[0][3]).endswith(" %")


def test_without_a_data_cut_completeness_is_not_claimed(study: Path) -> None:
    sheet = described(study, HEAD.replace("data_cut = 2025-06-30", "")).follow_up
    assert all(one[3] is None for one in sheet.rows)
    assert "completeness is not known" in sheet.note


@pytest.mark.parametrize("name", ["age", "mgmt: 0", "mgmt: 1", "site: north"])
def test_table_one_describes_each_covariate_by_the_primary_groups(study: Path, name: str) -> None:
    sheet = described(study).table_one
    assert sheet.columns == ("", "All (n = 160)", "control (n = 80)", "drug (n = 80)")
    rows = read_data_folder(study).rows
    told = row(sheet, name)
    if name == "age":
        assert str(told[0]).startswith(f"{rows['age'].median():.0f} (")
    else:
        column, level = name.split(": ")
        count = int((rows[column].cast(str) == level).sum())
        assert str(told[0]).startswith(f"{count} (")
