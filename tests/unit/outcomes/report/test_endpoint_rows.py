"""Rows of an endpoint: causes by name, clusters, changing covariates, and the guard of immortal time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.endpoints.words import DAYS_IN_MONTH
from cimara.outcomes.report.data_folder import DataFolder, read_data_folder
from cimara.outcomes.report.endpoint_rows import causes_of, endpoint_rows
from cimara.outcomes.report.plan import EndpointUse
from cimara.outcomes.report.task import Task
from cimara.outcomes.rows import CompetingRisks, Survival
from tests.unit.outcomes.report.made_up_study import HEAD, endpoint_table, plan_of, result_of

pytestmark = pytest.mark.usefixtures("without_ink")

COX = 'id = "A1"\nkind = "cox"\nendpoint = "os"\nexposure = "steroids"\ntime_varying = ["steroids"]'


def folder(path: Path, rows: dict[str, list[object]], days: list[int], evcode: list[int]) -> DataFolder:
    pl.DataFrame(rows).write_csv(path / "rows.csv")
    patients = [str(one) for one in rows["patient_id"]]
    for name in ("OS", "CNSTTP"):
        table = endpoint_table(name, patients, np.array(days), np.array(evcode))
        table.write_csv(path / f"{name}.csv")
    return read_data_folder(path)


def plain_head(extra: str = "") -> str:
    head = HEAD.replace('site = "site"\n', "").replace(
        '[covariates.arm]\nlevels = ["control", "drug"]\n', extra
    )
    return head.replace("months", "days")


def test_causes_are_named_by_the_codes_of_the_table_in_their_order(study: Path) -> None:
    data = read_data_folder(study)
    assert causes_of(EndpointUse(name="progression"), data.tables["CNSTTP"]) == ("progression", "death")


def test_times_are_in_the_unit_of_the_plan(study: Path) -> None:
    data = read_data_folder(study)
    plan = plan_of('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"')
    found = endpoint_rows(plan, data, "os").frame["time to the endpoint"]
    days = data.tables["OS"].frame["aval"]
    assert np.allclose(found.to_numpy() * DAYS_IN_MONTH, days.to_numpy())


def test_population_and_rows_without_the_endpoint_are_counted(study: Path) -> None:
    head = HEAD.replace("[population]", "[population]\nwhere = \"arm = 'drug'\"")
    plan = plan_of('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"', head=head)
    found = endpoint_rows(plan, read_data_folder(study), "os")
    assert (found.population, found.without, found.frame.height) == (80, 0, 80)


def test_an_endpoint_with_competing_causes_makes_rows_with_causes(study: Path) -> None:
    plan = plan_of('id = "A"\nkind = "cumulative_incidence"\nendpoint = "progression"\nby = "arm"')
    rows = Task(plan, read_data_folder(study), plan.analyses[0]).group_rows()
    assert isinstance(rows, CompetingRisks)
    assert rows.group is not None
    assert (rows.causes, rows.group.levels) == (("progression", "death"), ("control", "drug"))
    assert rows.cluster is None


def test_a_change_of_a_day_holds_after_that_day(tmp_path: Path) -> None:
    pl.DataFrame({"patient_id": ["P1", "P1", "P2"], "day": [10, 20, 30], "steroids": [1, 0, 1]}).write_csv(
        tmp_path / "changes.csv"
    )
    data = folder(tmp_path, {"patient_id": ["P1", "P2"], "steroids": [0, 0]}, [50, 30], [1, 1])
    plan = plan_of(COX, head=plain_head())
    rows = Task(plan, data, plan.analyses[0]).rows(covariates=["steroids"], varying=["steroids"])
    assert isinstance(rows, Survival)
    assert rows.start is not None
    made = sorted(zip(rows.start, rows.time, rows.covariates[:, 0], rows.event, strict=True))
    assert made == [(0, 10, 0, False), (0, 30, 0, True), (10, 20, 1, False), (20, 50, 0, True)]


def test_an_indicator_that_goes_back_is_refused_where_it_may_not(tmp_path: Path) -> None:
    pl.DataFrame({"patient_id": ["P1", "P1"], "day": [10, 20], "steroids": [1, 0]}).write_csv(
        tmp_path / "changes.csv"
    )
    folder(tmp_path, {"patient_id": ["P1", "P2"], "steroids": [0, 0]}, [50, 30], [1, 1])
    result = result_of(tmp_path, COX, head=plain_head("[covariates.steroids]\nforward = true\n"))
    assert result.status == "failed"
    assert "goes back" in result.message


@pytest.mark.parametrize(("known", "status"), [([1, None], "done"), ([40, None], "failed")])
def test_a_group_known_only_after_the_start_is_refused(
    tmp_path: Path, known: list[int | None], status: str
) -> None:
    rows: dict[str, list[object]] = {"patient_id": ["P1", "P2"], "adc": [1, 0], "adc_day": list(known)}
    folder(tmp_path, rows, [50, 30], [1, 1])
    head = plain_head('[covariates.adc]\nknown = "adc_day"\n')
    result = result_of(tmp_path, 'id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\nby = "adc"', head=head)
    assert result.status == status
    assert ("known only after the start" in result.message) is (status == "failed")


def test_what_was_known_by_the_landmark_may_make_its_groups(tmp_path: Path) -> None:
    rows: dict[str, list[object]] = {"patient_id": ["P1", "P2"], "adc": [1, 0], "adc_day": [20, None]}
    folder(tmp_path, rows, [50, 30], [1, 1])
    head = plain_head('[covariates.adc]\nknown = "adc_day"\n')
    entry = 'id = "A"\nkind = "landmark"\nendpoint = "os"\nby = "adc"\nat = '
    assert result_of(tmp_path, entry + "25", head=head).status == "done"
    assert "known only after" in result_of(tmp_path, entry + "15", head=head).message


def lesions(path: Path) -> DataFolder:
    """Two lesions of P1 and one of P2, with an endpoint by lesion and one of patients."""
    keys = {"patient_id": ["P1", "P1", "P2"], "lesion_id": ["L1", "L2", "L1"]}
    pl.DataFrame({**keys, "volume": [1.0, 2.0, 3.0], "sex": ["f", "f", "m"]}).write_csv(path / "rows.csv")
    table = endpoint_table("RNINC", keys["patient_id"], np.array([50, 70, 30]), np.array([1, 2, 0]))
    table.with_columns(lesion_id=pl.Series(keys["lesion_id"])).write_csv(path / "rn.csv")
    endpoint_table("OS", ["P1", "P2"], np.array([90, 80]), np.array([1, 0])).write_csv(path / "os.csv")
    return read_data_folder(path)


LESIONS = """
[study]
id = "lesions"

[population]
unit = "lesion"

[endpoints.rn]
use = "RNINC"

[endpoints.os]
use = "OS"
"""


def test_lesions_of_a_patient_are_a_cluster_unless_the_plan_says_otherwise(tmp_path: Path) -> None:
    data = lesions(tmp_path)
    plan = plan_of('id = "A"\nkind = "cumulative_incidence"\nendpoint = "rn"', head=LESIONS)
    rows = Task(plan, data, plan.analyses[0]).group_rows()
    assert rows.cluster is not None
    assert len(set(rows.cluster.tolist())) == 2


def test_an_endpoint_of_patients_counts_each_patient_once(tmp_path: Path) -> None:
    data = lesions(tmp_path)
    plan = plan_of('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\nby = "sex"', head=LESIONS)
    rows = Task(plan, data, plan.analyses[0]).group_rows()
    assert rows.n == 2
    assert rows.cluster is None


def test_a_column_that_differs_between_lesions_cannot_group_patients(tmp_path: Path) -> None:
    lesions(tmp_path)
    entry = 'id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\nby = "volume"'
    assert "volume: differs between lesions" in result_of(tmp_path, entry, head=LESIONS).message
