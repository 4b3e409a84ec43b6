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


SDTM = {
    "tu": (
        "USUBJID,TUSEQ,TULNKID,TUTESTCD,TUSTRESC,TULOC,VISITNUM,TUDTC\n"
        + "".join(f"{one},1,L1,TUMIDENT,TARGET,BRAIN,1,2024-01-10\n" for one in ("A", "B", "C", "D"))
    ),
    "tr": (
        "USUBJID,TRSEQ,TRLNKID,TRTESTCD,TRSTRESC,TRSTRESU,VISITNUM,TRDTC\n"
        + "".join(f"{one},1,L1,LDIAM,30,mm,1,2024-01-10\n" for one in ("A", "B", "C", "D"))
    ),
}


@pytest.mark.parametrize(
    ("adsl", "told"),
    [
        (
            "USUBJID,RANDDT,DTHDT,DTHFL\nA,2024-01-10,2024-09-01,Y\nB,2024-01-10,,\nC,2024-01-10,,U\n",
            {"A": "Y", "B": "N"},
        ),
        ("USUBJID,RANDDT,DTHDT\nA,2024-01-10,2024-09-01\nB,2024-01-10,\n", {"A": "Y"}),
        ("USUBJID,RANDDT,DTHFL\nA,2024-01-10,Y\nB,2024-01-10,N\n", {"A": "Y", "B": "N"}),
        ("USUBJID,RANDDT\nA,2024-01-10\n", {}),
    ],
    ids=["date and flag", "date alone", "flag alone", "neither"],
)
def test_adrs_says_of_death_what_adsl_says_and_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], adsl: str, told: dict[str, str]
) -> None:
    words: list[str | Path] = []
    for name, text in {**SDTM, "adsl": adsl}.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        words += [f"--{name}", path]
    assert response("derive", *words, "--policy", "recist11", "--out", tmp_path, "--adrs", "csv") == EXIT_OK
    deaths = [row for row in rows_of(tmp_path / "adrs.csv") if row["PARAMCD"] == "DEATH"]
    assert {row["USUBJID"]: row["AVALC"] for row in deaths} == told
    assert f"{4 - len(told)} subjects without DTHFL or DTHDT" in capsys.readouterr().err


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


BAD_ROWS = {
    "negative": (
        with_size("-66"),
        "measurements.csv row 3 column ld_mm: expected millimetres >= 0, found a negative number. "
        "A lesion that is gone has the status ABSENT; one that was not measured has no size.",
        "NE",
    ),
    "two units": (
        with_size("6.6 cm"),
        "measurements.csv row 3 column ld_mm: expected millimetres >= 0, found cm in a column of mm. "
        "Use one unit.",
        "NE",
    ),
    "words": (
        with_size("large"),
        "measurements.csv row 3 column ld_mm: expected millimetres >= 0, found text (5 characters). "
        "Write the number alone, and what else is to be said in `reason`.",
        "NE",
    ),
    "unknown lesion": (
        with_row("measurements", "P1,L9,W16,MEASURED,10"),
        "measurements.csv row 7 column lesion_id: found a lesion that no evaluator has listed. "
        "List the lesion among the lesions or the new lesions, or correct its id.",
        "PR",
    ),
    "duplicate visit": (
        with_row("visits", "P1,W16,2024-05-05,yes"),
        "visits.csv row 7 column visit_id: found a visit that stands in an earlier row. "
        "Keep one row for each visit and date; if it was another visit, give it its own id.",
        "PR",
    ),
}
"""What is wrong, the sentence that tells it, and what becomes of the visit."""
EARLY = with_row("visits", "P1,EARLY,2023-06-01,no")
EARLY_TOLD = (
    "visits.csv row 7 column date: a visit before the baseline visit. "
    "Check the date and which visit is the baseline; the visit is not assessed."
)


@pytest.mark.parametrize(("changes", "sentence", "first"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_told_by_place_with_a_hint_and_spares_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, str], sentence: str, first: str
) -> None:
    assert derived(tmp_path, **changes) == EXIT_FINDINGS
    error = capsys.readouterr().err
    assert f"cimara: {sentence}\n" in error
    assert "large" not in error
    found = calls_of(tmp_path / "out")
    assert {key: word for key, word in found.items() if key[0] == "P2"} == SECOND
    assert found["P1", "W16"] == first
    (rejected,) = rows_of(tmp_path / "out" / "rejected.csv")
    (finding,) = rows_of(tmp_path / "out" / "findings.csv")
    file, _, row, _, column = sentence.split(":")[0].split()
    assert (rejected["row"], rejected["column"]) == (row, column)
    assert (finding["file"], finding["row"], finding["column"]) == (file, row, column)
    assert sentence.endswith(finding["hint"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [*((changes, sentence) for changes, sentence, _ in BAD_ROWS.values()), (EARLY, EARLY_TOLD)],
    ids=[*BAD_ROWS, "visit before baseline"],
)
def test_check_tells_it_in_the_same_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, str], sentence: str
) -> None:
    folder = tidy_folder(tmp_path / "in", **changes)
    assert response("check", "--tidy", folder) == EXIT_FINDINGS
    assert f"    {sentence}\n" in capsys.readouterr().out


def test_a_visit_before_baseline_is_told_and_not_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert derived(tmp_path, **EARLY) == EXIT_OK
    assert f"cimara: {EARLY_TOLD}\n" in capsys.readouterr().err
    assert set(calls_of(tmp_path / "out")) == {("P1", "W8"), ("P1", "W16"), *SECOND}


def test_every_bad_row_of_one_study_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = with_size("-66")["measurements"] + "P1,L9,W8,MEASURED,10\n"
    visits = TABLES["visits"] + "P1,W8,2024-03-05,no\nP1,EARLY,2023-06-01,no\n"
    assert derived(tmp_path, measurements=rows, visits=visits) == EXIT_FINDINGS
    found = rows_of(tmp_path / "out" / "findings.csv")
    assert {row["code"] for row in found} == {
        "CELL_UNREADABLE",
        "UNKNOWN_LESION",
        "DUPLICATE_VISIT",
        "VISIT_BEFORE_BASELINE",
    }
    assert all(row["file"] and row["row"] and row["column"] and row["hint"] for row in found)
    assert calls_of(tmp_path / "out")["P2", "W16"] == "PD"


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
