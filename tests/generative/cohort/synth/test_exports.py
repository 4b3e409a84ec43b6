"""Each kind of export comes back as the charts that it was written from."""

import csv
from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.opening import read_any
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.exports import write_exports
from cimara.cohort.synth.local_form import decimal_text
from cimara.cohort.synth.options import Scenario, SynthOptions
from tests.unit.cohort.synth.consortia import differences


@pytest.mark.parametrize(
    ("formats", "scenario"),
    [("csv", Scenario.SRS_COHORT), ("wide-xlsx", Scenario.RN_TREATED), ("redcap", Scenario.SRS_COHORT)],
)
def test_an_export_comes_back_as_it_went(tmp_path: Path, formats: str, scenario: Scenario) -> None:
    made = synth_consortium(SynthOptions(seed=5, scenario=scenario, patients=12, sites=1))
    (one,) = write_exports(made, tmp_path / "out", formats=formats, defects=False)
    read = read_any(one.export, one.mapping)
    assert read.findings.filter(severity="error").is_empty()
    assert differences(one.dataset, read) == []


def test_a_folder_of_csvs_holds_dates_and_no_days(tmp_path: Path) -> None:
    made = synth_consortium(SynthOptions(seed=5, patients=20, sites=1))
    (one,) = write_exports(made, tmp_path / "out", formats="csv", defects=False)
    with (one.export / "synthetic_death.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row["date"][4] == row["date"][7] == "-" for row in rows)


def test_every_file_is_called_synthetic(tmp_path: Path) -> None:
    made = synth_consortium(SynthOptions(seed=5, patients=30, sites=5))
    write_exports(made, tmp_path / "out")
    files = [
        one for part in ("exports", "mappings", "mended") for one in (tmp_path / "out" / part).rglob("*.*")
    ]
    assert len(files) > 20
    assert all("synthetic" in one.name for one in files)
    assert (tmp_path / "out" / "README.txt").read_text(encoding="utf-8").startswith("SYNTHETIC DATA")


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    made = synth_consortium(SynthOptions(seed=5, patients=25, sites=3))
    for name in ("first", "again"):
        write_exports(made, tmp_path / name, defects=True)
    first = sorted(one for one in (tmp_path / "first").rglob("*") if one.is_file())
    for one in first:
        other = tmp_path / "again" / one.relative_to(tmp_path / "first")
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_folder_that_holds_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a\n", encoding="utf-8")
    made = synth_consortium(SynthOptions(seed=5, patients=20, sites=1))
    with pytest.raises(CohortError, match="not empty"):
        write_exports(made, tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.csv"]


@pytest.mark.parametrize(
    ("whole", "places", "text"),
    [
        (123, 2, "1.23"),
        (120, 1, "12"),
        (-5, 1, "-0.5"),
        (7, 0, "7"),
        (7, -2, "700"),
        (0, 2, "0"),
        (5, 3, "0.005"),
    ],
)
def test_decimals_as_a_site_writes_them(whole: int, places: int, text: str) -> None:
    assert pl.select(decimal_text(pl.lit(whole), places)).item() == text
