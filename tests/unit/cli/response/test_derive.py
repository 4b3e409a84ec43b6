"""`cimara response derive`: files, exit codes, and bad input that spares the other patients."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK
from tests.unit.cli.response.tidy_folder import TABLES, calls_of, response, rows_of, tidy_folder

SECOND = {("P2", "W8"): "PR", ("P2", "W16"): "PD"}


def derived(tmp_path: Path, *words: str, policy: str = "recist11", **changes: str) -> int:
    folder = tidy_folder(tmp_path / "in", **changes)
    return response("derive", "--tidy", folder, "--policy", policy, "--out", tmp_path / "out", *words)


def test_every_table_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert derived(tmp_path) == EXIT_OK
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {
        "timepoints.csv",
        "lesions.csv",
        "best.csv",
        "findings.csv",
    }
    assert calls_of(out) == {("P1", "W8"): "PR", ("P1", "W16"): "PR"} | SECOND
    assert [row["bor"] for row in rows_of(out / "best.csv")] == ["PR", "PR"]
    assert "2 patients, 4 time points, by RECIST 1.1" in capsys.readouterr().out


def test_a_policy_file_is_read(tmp_path: Path) -> None:
    policy = tmp_path / "mine.toml"
    policy.write_text('preset = "recist11"\n[override]\npr_persistence = false\n')
    assert derived(tmp_path, policy=str(policy)) == EXIT_OK
    assert calls_of(tmp_path / "out")["P1", "W16"] == "SD"


def test_the_report_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert derived(tmp_path, "--json") == EXIT_OK
    report = json.loads(capsys.readouterr().out)
    assert (report["patients"], report["timepoints"], report["best"]) == (2, 4, {"PR": 2})
    assert len(report["policy"]["hash"]) == 64


@pytest.mark.parametrize("form", ["csv", "xpt", "json"])
def test_adrs_is_written_where_asked(tmp_path: Path, form: str) -> None:
    assert derived(tmp_path, "--adrs", form) == EXIT_OK
    assert (tmp_path / "out" / f"adrs.{form}").stat().st_size > 0


def test_adrs_says_nothing_of_death_where_nothing_is_known(tmp_path: Path) -> None:
    assert derived(tmp_path, "--adrs", "csv") == EXIT_OK
    parameters = {row["PARAMCD"] for row in rows_of(tmp_path / "out" / "adrs.csv")}
    assert "BOR" in parameters
    assert "DEATH" not in parameters


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--policy", "recist12"), "unknown preset 'recist12'"),
        (("--policy", "nowhere.toml"), "nowhere.toml: can't be read"),
        (("--engine", "abacus"), "unknown engine 'abacus'"),
    ],
)
def test_what_does_not_exist_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str], told: str
) -> None:
    assert derived(tmp_path, *words) == EXIT_BAD_INPUT
    assert told in capsys.readouterr().err


def with_row(table: str, row: str) -> dict[str, str]:
    return {table: TABLES[table] + row + "\n"}


def with_size(size: str) -> dict[str, str]:
    changed = TABLES["measurements"].replace("P1,L1,W16,MEASURED,66", f"P1,L1,W16,MEASURED,{size}")
    return {"measurements": changed}


@pytest.mark.parametrize(
    ("changes", "place", "told", "first"),
    [
        (with_size("-66"), "measurements.csv row 3 column ld_mm", "found a negative number", "NE"),
        (with_size("6.6 cm"), "measurements.csv row 3 column ld_mm", "found cm in a column of mm", "NE"),
        (with_size("large"), "measurements.csv row 3 column ld_mm", "found text (5 characters)", "NE"),
        (
            with_row("measurements", "P1,L9,W16,MEASURED,10"),
            "measurements.csv row 7 column lesion_id",
            "a lesion that no evaluator has listed",
            "PR",
        ),
        (
            with_row("visits", "P1,W16,2024-05-05,yes"),
            "visits.csv row 7 column visit_id",
            "a visit that stands in an earlier row",
            "PR",
        ),
    ],
    ids=["negative", "two units", "words", "unknown lesion", "duplicate visit"],
)
def test_a_bad_row_is_told_by_place_and_spares_the_rest(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    place: str,
    told: str,
    first: str,
) -> None:
    assert derived(tmp_path, **changes) == EXIT_FINDINGS
    error = capsys.readouterr().err
    assert f"{place}: " in error
    assert told in error
    assert "large" not in error
    found = calls_of(tmp_path / "out")
    assert {key: word for key, word in found.items() if key[0] == "P2"} == SECOND
    assert found["P1", "W16"] == first
    (rejected,) = rows_of(tmp_path / "out" / "rejected.csv")
    assert rejected["row"] == place.split()[2]


def test_a_visit_before_baseline_is_told_and_not_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert derived(tmp_path, **with_row("visits", "P1,EARLY,2023-06-01,no")) == EXIT_OK
    assert "visits.csv row 7 column date: a visit before the baseline visit" in capsys.readouterr().err
    assert ("P1", "EARLY") not in calls_of(tmp_path / "out")


GARBAGE = 100_000_000


@pytest.mark.parametrize(
    ("head", "line", "told"),
    [
        (b"", b"x;yz garbage %$ line\n", "required columns are missing: patient_id"),
        (TABLES["measurements"].encode(), b"x;yz,garbage %$ line\n", "rows can't be read"),
        (b"", b"\x00\x01\xff\xfe garbage \x00 line \n", "the file is binary"),
    ],
    ids=["text", "below a header", "binary"],
)
def test_a_hundred_megabytes_of_garbage_end_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], head: bytes, line: bytes, told: str
) -> None:
    folder = tidy_folder(tmp_path / "in")
    (folder / "measurements.csv").write_bytes(head + line * (GARBAGE // len(line)))
    assert (
        response("derive", "--tidy", folder, "--policy", "recist11", "--out", tmp_path / "out")
        == EXIT_BAD_INPUT
    )
    error = capsys.readouterr().err
    assert error.startswith("cimara: measurements.csv: ")
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
