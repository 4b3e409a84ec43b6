"""What the commands of the estimators say of rows that cannot be used, and of data that cannot answer."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, main
from tests.unit.cli.outcomes.made_rows import BY_ARM, CAUSES, TIMES, endpoint_table, made_rows

KM = ("km", *TIMES)
COX = ("cox", *TIMES, "--covariates", "adc")


def refused(
    frame: pl.DataFrame, words: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> str:
    """What stderr says of a refusal."""
    path = folder / "rows.csv"
    frame.write_csv(path)
    assert main(["outcomes", words[0], str(path), *words[1:]]) == EXIT_BAD_INPUT
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


@pytest.mark.parametrize(
    ("change", "words", "said"),
    [
        ({"months": pl.col("months") - 5}, KM, "months: a time that is negative or infinite"),
        ({"event": pl.col("event") + 1}, KM, "Recode 2 as 1, 1 as 0"),
        ({"event": pl.lit(0)}, COX, "NO_EVENTS: none of 160 rows has an event"),
        ({"event": pl.lit(0)}, ("log-rank", *TIMES, *BY_ARM), "NO_EVENTS"),
        ({"months": pl.lit("soon")}, KM, "months: text in a column of numbers"),
        ({"arm": pl.lit("adc")}, ("log-rank", *TIMES, *BY_ARM), "ONE_GROUP"),
        ({}, ("km", "--time", "month", "--event", "event"), "month: there is no such column"),
        ({}, ("km", "--time", "months"), "no column of events is named"),
        ({}, ("km", "--event", "event"), "no column of times is named"),
        ({}, (*KM, "--cause", "death"), "events of 0 and 1 have no causes"),
        ({}, ("cif", *TIMES), "has no competing causes"),
        ({}, ("gray", *CAUSES, *BY_ARM, "--cause", "relapse"), "no such cause; expected necrosis, death"),
        ({}, ("fine-gray", *CAUSES, "--covariates", "adc"), "no cause is named; expected necrosis, death"),
        ({}, ("rmst", *TIMES, "--tau", "1000"), "TAU_TOO_LATE"),
        ({}, (*COX, "--exposure", "age"), "not a covariate of the model; expected adc"),
        ({}, ("landmark", *TIMES, "--landmark", "900"), "nobody is at risk at the landmark"),
        ({}, ("heterogeneity", *TIMES, "--site", "arm", "--exposure", "site_id"), "no single coefficient"),
        ({}, (*KM, "--join", "nowhere.csv"), "nowhere.csv: no such file"),
        ({}, (*KM, "--out", "nowhere/km.csv"), "nowhere: no such folder"),
        ({}, ("propensity", "--treatment", "adc", "--covariates", "adc"), "MONOTONE_LIKELIHOOD"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_is_told_and_nothing_is_printed(
    change: dict[str, pl.Expr],
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert said in refused(made_rows().with_columns(**change), words, tmp_path, capsys)


def test_separation_is_no_huge_number_but_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.csv"
    made_rows().with_columns(late=1 - pl.col("event")).write_csv(path)
    words = ["outcomes", "cox", str(path), *TIMES, "--covariates", "late"]
    assert main(words) == EXIT_FINDINGS
    told = capsys.readouterr()
    assert "not finite, -, coef below" in told.out
    assert "Wald" not in told.out
    assert "MONOTONE_LIKELIHOOD" in told.err
    main([*words, "--firth"])
    assert "not finite" not in capsys.readouterr().out


def test_no_events_give_a_flat_curve_with_a_bound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.csv"
    made_rows().with_columns(event=0).write_csv(path)
    assert main(["outcomes", *KM[:1], str(path), *KM[1:], *BY_ARM]) == EXIT_FINDINGS
    told = capsys.readouterr().out
    assert "not reached" in told
    assert "adc: no events; the probability of one by" in told
    assert "no log-rank test: NO_EVENTS" in told


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00a,b\n1,2,3\n"])
def test_a_file_that_is_no_table_is_told_without_what_it_holds(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    assert main(["outcomes", "km", str(path), *TIMES]) == EXIT_BAD_INPUT
    assert "it cannot be read as a table; expected CSV" in capsys.readouterr().err


def test_texts_that_mean_empty_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = made_rows().with_columns(age=pl.col("age").cast(pl.String).replace({"60.0": "NA"}))
    words = ("cox", *TIMES, "--covariates", "age")
    path = tmp_path / "rows.csv"
    frame.write_csv(path)
    assert main(["outcomes", "cox", str(path), *words[1:], "--empty", "NA,."]) == EXIT_FINDINGS
    assert "ROWS_DROPPED" in capsys.readouterr().err


def test_a_join_needs_one_row_a_patient(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arms = tmp_path / "arms.csv"
    made_rows().select("patient_id", "response").write_csv(arms)
    told = refused(endpoint_table(), ("cif", "--join", str(arms)), tmp_path, capsys)
    assert "several rows of one patient_id" in told


def test_an_endpoint_table_of_a_rate_has_no_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = endpoint_table().with_columns(aval=pl.lit(None, dtype=pl.Int64))
    assert "a rate has no times" in refused(frame, ("km",), tmp_path, capsys)


def test_an_endpoint_table_knows_days_months_and_years(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(endpoint_table(), ("cif", "--unit", "weeks"), tmp_path, capsys)
    assert "expected days, months, years" in told


@pytest.mark.parametrize(
    "words",
    [
        ("km", "rows.csv", "--out", "km.txt"),
        ("km", "rows.csv", "--figure", "km.gif"),
        ("km", "rows.csv", "--conf-level", "95"),
        ("km", "rows.csv", "--at", "six"),
        ("cif", "rows.csv", "--causes", "necrosis"),
        ("cox", "rows.csv", "--covariates", "a,,b"),
        ("cox", "rows.csv", "--covariates", "a", "--levels", "control,adc"),
    ],
    ids=lambda words: words[-1],
)
def test_an_option_that_cannot_be_read_is_refused_before_anything_is(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["outcomes", *words])
    assert stopped.value.code == EXIT_BAD_INPUT
    assert "such as" in capsys.readouterr().err or words[-1].endswith((".txt", ".gif", "adc"))
