"""A made-up study on disk: the same bytes for the same seed, and readable as any tidy folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from cimara.cli import EXIT_OK
from cimara.cli.response.synth import add_arguments, run
from cimara.response.reading.tidy import read_tidy
from cimara.response.synth import SynthError, SynthOptions, synth_arrays, synth_study, write_folder

OPTIONS = SynthOptions(patients=15, seed=11)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_folder(synth_study(OPTIONS), tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert all(
        (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files
    )


def test_the_folder_says_that_it_is_made_up(tmp_path: Path) -> None:
    write_folder(synth_study(OPTIONS), tmp_path)
    assert "made up" in (tmp_path / "NOTICE.txt").read_text()


def test_the_folder_reads_back_as_the_study_that_was_written(tmp_path: Path) -> None:
    made = synth_study(OPTIONS)
    write_folder(made, tmp_path)
    study = read_tidy(tmp_path)
    assert [finding for finding in study.findings if finding.severity == "error"] == []
    assert [patient.patient_id for patient in study.patients] == [
        row.patient_id for row in made.study.patients
    ]
    for read, written in zip(study.patients, made.study.patients, strict=True):
        assert len(read.measurements) == len(written.measurements)
        assert read.lm_forms == written.lm_forms
        assert read.start_date == written.start_date


def test_the_truth_lies_beside_it(tmp_path: Path) -> None:
    made = synth_study(OPTIONS)
    write_folder(made, tmp_path)
    assert pl.read_csv(tmp_path / "truth.csv", try_parse_dates=True)["patient_id"].to_list() == [
        row.patient_id for row in made.study.patients
    ]


def test_the_command_writes_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from argparse import ArgumentParser

    parser = ArgumentParser()
    add_arguments(parser)
    words = ["--out", str(tmp_path / "out"), "--patients", "3", "--seed", "11", "--untidiness", "messy"]
    assert run(parser.parse_args(words)) == EXIT_OK
    assert "3 made-up patients" in capsys.readouterr().out
    assert pl.read_csv(tmp_path / "out" / "truth.csv").height == 3


def test_large_tables_have_every_combination_once() -> None:
    made = synth_arrays(20, 4, 3, seed=5)
    assert made.measurements.height == 20 * 4 * 3
    assert made.measurements.select("patient_id", "visit_id", "lesion_id").is_unique().all()
    assert (made.patients.height, made.lesions.height) == (20, 60)
    assert made.visits.height == made.clinical.height == 80


def test_large_tables_are_the_same_for_the_same_seed() -> None:
    one, two, other = (synth_arrays(20, 4, 3, seed=seed) for seed in (5, 5, 6))
    assert all(frame.equals(two.tables()[name]) for name, frame in one.tables().items())
    assert not one.measurements.equals(other.measurements)


def test_large_tables_give_a_size_exactly_where_it_was_measured() -> None:
    rows = synth_arrays(200, 8, 3, seed=5).measurements
    measured = rows["status"] == "MEASURED"
    assert (rows["ld_mm"].is_not_null() == measured).all()
    assert set(rows["status"].unique()) == {"MEASURED", "TOO_SMALL", "ABSENT", "NOT_EVALUABLE"}
    tenths = rows["ld_mm"].drop_nulls() * 10
    assert ((tenths - tenths.round()).abs() < 1e-6).all()


def test_large_tables_have_a_baseline_where_all_was_measured() -> None:
    made = synth_arrays(50, 3, 4, seed=5)
    assert set(made.measurements.filter(pl.col("visit_id") == "BL")["status"]) == {"MEASURED"}
    starts = dict(zip(made.patients["patient_id"], made.patients["start_date"], strict=True))
    first = made.visits.filter(pl.col("is_baseline"))
    assert first.height == 50
    assert all(
        starts[row["patient_id"]] - row["date"] == dt.timedelta(days=7) for row in first.iter_rows(named=True)
    )


def test_nothing_large_of_nothing() -> None:
    with pytest.raises(SynthError):
        synth_arrays(0, 4, 3, seed=5)
