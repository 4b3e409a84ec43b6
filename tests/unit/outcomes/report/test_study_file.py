"""A study file in the place of a plan, and a data folder that tells how it came about."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from cimara.outcomes.report.data_folder import read_data_folder
from cimara.outcomes.report.errors import DataFolderError, PlanError
from cimara.outcomes.report.output import write_report
from cimara.outcomes.report.plan_reading import plan_from_text
from cimara.outcomes.report.plan_words import UnitRow
from tests.unit.outcomes.report.made_up_study import HEAD, write_study

STUDY = """
[study]
id = "s"
question = "?"
schema = ">=1"
sites_min = 2
data_cut = 2025-06-30

[cohort]
unit = "lesion"
origin = "0"

[[variables]]
name = "grade"
label = "Grade"
expr = "1"
levels = ["low", "high"]

[[variables]]
name = "drug"
since = "3"

[endpoints.os]
use = "OS"
switch = { withdrawal = "censor" }

[[analysis]]
id = "A1"
kind = "kaplan_meier"
endpoint = "os"

[governance]
expires = 2030-01-01
"""
SHEET = {"name": "consort", "title": "Who is in the study", "columns": ["Step", "Patients"],
         "rows": [["1. Submitted", 12], ["2. Adults", 10]]}  # fmt: skip


def test_a_study_file_is_read_as_a_plan() -> None:
    plan = plan_from_text(STUDY)
    assert (plan.population.unit, plan.population.site) == (UnitRow.LESION, "site")
    assert plan.covariate("grade").levels == ("low", "high")
    assert plan.covariate("grade").known == "grade__known"
    assert plan.covariate("drug").known == ""
    assert plan.covariate("drug").forward


@pytest.mark.parametrize("key", ["question", "switch", "variables", "governance"])
def test_what_is_a_study_files_own_is_a_fault_in_a_plan(key: str) -> None:
    with pytest.raises(PlanError, match=key):
        plan_from_text(STUDY.replace('[cohort]\nunit = "lesion"\norigin = "0"\n', ""))


def test_a_study_file_has_no_population_beside_its_cohort() -> None:
    with pytest.raises(PlanError, match="population"):
        plan_from_text(STUDY + '[population]\nwhere = "age > 3"\n')


def test_a_folder_tells_how_it_came_about_and_the_report_shows_it(tmp_path: Path, without_ink: None) -> None:
    plan, data = tmp_path / "plan.toml", write_study(tmp_path / "data")
    plan.write_text(HEAD + '[[analysis]]\nid = "A1"\nkind = "kaplan_meier"\nendpoint = "os"\n', "utf-8")
    content = {"tables": [SHEET], "signed": "signed by all 2 sites"}
    (data / "consort.json").write_text(json.dumps(content), encoding="utf-8")
    assert "consort.json" in dict(read_data_folder(data).files)
    now = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    write_report(plan, data, tmp_path / "report", now=lambda: now)
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    for told in ("From submissions to the data folder", "1. Submitted", "signed by all 2 sites"):
        assert told in page
    assert (tmp_path / "report" / "tables" / "consort.csv").is_file()


@pytest.mark.parametrize("text", ["{", "[]", '{"tables": [{"name": 1}]}'])
def test_a_damaged_account_of_the_folder_is_said(tmp_path: Path, text: str) -> None:
    data = write_study(tmp_path / "data")
    (data / "consort.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataFolderError, match=r"consort\.json"):
        read_data_folder(data)
