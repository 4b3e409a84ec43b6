"""A plan beside its data: every column, endpoint, cause and policy that it names must be there."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.outcomes.report.data_checks import check_audience, check_plan_against_data
from cimara.outcomes.report.data_folder import endpoint_id, read_data_folder
from cimara.outcomes.report.errors import DataFolderError, PlanError
from tests.unit.outcomes.report.made_up_study import HEAD, plan_of, write_study

CURVE = 'id = "A1"\nkind = "kaplan_meier"\nendpoint = "os"\nby = "arm"'


def told(study: Path, entry: str = CURVE, head: str = HEAD) -> str:
    with pytest.raises(PlanError) as refusal:
        check_plan_against_data(plan_of(entry, head=head), read_data_folder(study))
    return str(refusal.value)


def test_a_plan_that_fits_its_data(study: Path) -> None:
    check_plan_against_data(plan_of(CURVE), read_data_folder(study))


def test_all_unknown_names_are_told_at_once(study: Path) -> None:
    head = HEAD.replace('site = "site"', 'site = "sites"').replace('"OS"', '"PFS"')
    found = told(study, CURVE.replace('"arm"', '"arms"'), head)
    assert "no column 'sites' in rows; did you mean site?" in found
    assert "no column 'arms' in rows; did you mean arm?" in found
    assert "no table of endpoint 'PFS'" in found


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("age >=", "not a condition in SQL"),
        ("agee > 60", "no column 'agee' in rows, did you mean age?"),
        ("age + 1", "a value, not a condition"),
        ("age = 'old'", "cannot be compared"),
    ],
)
def test_a_condition_that_cannot_be_used(study: Path, where: str, why: str) -> None:
    assert why in told(study, head=HEAD.replace("[population]", f'[population]\nwhere = "{where}"'))


def test_a_competing_cause_that_the_plan_leaves_out(study: Path) -> None:
    assert "death also ends observation" in told(study, head=HEAD.replace('["death"]', "[]"))


def test_a_competing_cause_that_the_table_does_not_have(study: Path) -> None:
    assert "no competing cause 'deth'; did you mean death?" in told(
        study, head=HEAD.replace('["death"]', '["deth", "death"]')
    )


def test_a_table_of_another_definition(study: Path) -> None:
    head = HEAD.replace('use = "OS"', 'use = "OS"\npolicy = "0123456789abcdef"')
    assert "expected default, or the first 8 digits or more" in told(study, head=head)


def test_the_default_policy_is_that_of_the_catalogue(study: Path, tmp_path: Path) -> None:
    head = HEAD.replace('use = "OS"', 'use = "OS"\npolicy = "default"')
    check_plan_against_data(plan_of(CURVE, head=head), read_data_folder(study))
    other = write_study(tmp_path / "other", n=20)
    table = pl.read_csv(other / "os.csv").with_columns(fingerprint=pl.lit("f" * 64))
    table.write_csv(other / "os.csv")
    assert "was derived by another definition" in told(other, head=head)


def test_a_covariate_that_only_changes_over_time(tmp_path: Path) -> None:
    study = write_study(tmp_path, n=20)
    pl.DataFrame({"patient_id": ["P001"], "day": [30], "steroids": [1]}).write_csv(study / "changes.csv")
    assert "name it under time_varying too" in told(study, CURVE.replace('"arm"', '"steroids"'))


def test_a_public_report_is_refused_by_what_is_missing() -> None:
    with pytest.raises(PlanError, match="disclosure rules"):
        check_audience(plan_of(CURVE, head=HEAD + '\n[release]\naudience = "public"\n'))


@pytest.mark.parametrize("use", ["OS", "os", "overall_survival", "Overall Survival"])
def test_an_endpoint_by_id_or_by_label(use: str) -> None:
    assert endpoint_id(use) == "OS"


def test_a_unit_with_two_rows(tmp_path: Path) -> None:
    study = write_study(tmp_path, n=20)
    rows = pl.read_csv(study / "rows.csv")
    pl.concat([rows, rows.head(2)]).write_csv(study / "rows.csv")
    with pytest.raises(DataFolderError, match="2 rows more than there are units"):
        read_data_folder(study)


def test_a_folder_without_rows(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match=r"rows\.csv or rows\.parquet is missing"):
        read_data_folder(tmp_path)


def test_an_endpoint_in_two_files(tmp_path: Path) -> None:
    study = write_study(tmp_path, n=20)
    (study / "again.csv").write_bytes((study / "os.csv").read_bytes())
    with pytest.raises(DataFolderError, match="is also in"):
        read_data_folder(study)


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    study = write_study(tmp_path, n=20)
    before = read_data_folder(study)
    for name in ("rows", "os"):
        pl.read_csv(study / f"{name}.csv").write_parquet(study / f"{name}.parquet")
        (study / f"{name}.csv").unlink()
    after = read_data_folder(study)
    assert after.rows.equals(before.rows)
    assert after.tables["OS"].frame["aval"].equals(before.tables["OS"].frame["aval"])
