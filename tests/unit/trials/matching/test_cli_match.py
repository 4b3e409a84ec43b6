"""`cimara trials match`: facts from flags, a file or a bundle; a list, an explanation or a comparison."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main
from tests.unit.trials.fhir.demo_bundle import FILE
from tests.unit.trials.registry.records import built, record

SILENT = "Inclusion Criteria:\n\n* Adults with cancer of the breast\n"
PERSON = (
    "--tumour",
    "breast cancer",
    "--state",
    "treated_stable",
    "--lmd",
    "no",
    "--age",
    "61",
    "--sex",
    "female",
)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    records = [
        record("NCT00000001"),
        record("NCT00000002", eligibility__eligibilityCriteria=SILENT),
        record("NCT00000003", conditions__conditions=["Lung Cancer"], derivedSection={}),
        record("NCT00000004", status__overallStatus="COMPLETED"),
    ]
    snapshot = built(tmp_path, records)
    snapshot.close()
    return snapshot.path


def run(registry: Path, *words: str | Path) -> int:
    return main(["trials", "match", "--registry", str(registry), "--as-of", "2026-03-01", *map(str, words)])


def test_the_list_has_verdict_quote_and_nearest_open_site(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(registry, *PERSON, "--place", "Thessaloniki, GR") == EXIT_OK
    told = capsys.readouterr().out
    assert told.index("NCT00000001  YOU MAY BE ABLE TO JOIN") < told.index("NCT00000002")
    assert "“brain metastases”" in told
    assert "open in Athens, about 300 km" in told
    assert "1 not shown, for other tumours" in told
    assert "This is not medical advice. Only the study team can decide." in told


def test_the_limit_cuts_the_list_and_says_so(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(registry, *PERSON, "--limit", "1")
    told = capsys.readouterr().out
    assert "NCT00000002" not in told
    assert "2 more: use --limit." in told


def test_why_explains_a_trial_that_is_not_on_the_list(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(registry, *PERSON, "--why", "nct00000003") == EXIT_OK
    told = capsys.readouterr().out
    assert "Not on the list: for other tumours." in told
    assert "[MATCH/tumour/other]" in told


def test_compare_sets_trials_side_by_side(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(registry, *PERSON, "--compare", "NCT00000001", "NCT00000002") == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    brm = next(line for line in lines if line.startswith("brm"))
    assert brm.split() == ["brm", "+", "meets", "(stable_only)", "?", "unknown…"]


def test_json_has_the_results(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(registry, *PERSON, "--json") == EXIT_OK
    page = json.loads(capsys.readouterr().out)
    assert [one["verdict"] for one in page["results"]] == ["likely", "unknown", "no"]
    assert page["gated_out_ids"] == {"other_tumour": ["NCT00000003"]}
    assert page["as_of"] == "2026-03-01"


def test_csv_has_a_row_for_each_trial(registry: Path, tmp_path: Path) -> None:
    assert run(registry, *PERSON, "--csv", tmp_path / "list.csv") == EXIT_OK
    rows = list(csv.DictReader((tmp_path / "list.csv").open(encoding="utf-8")))
    assert [row["verdict"] for row in rows] == ["likely", "unknown", "no"]
    assert rows[0]["brm_quote"] == "brain metastases"
    assert rows[2]["fails"] == "status"


def test_a_title_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    made = record(
        "NCT00000001", identification__briefTitle="=HYPERLINK(1)", identification__officialTitle="x"
    )
    snapshot = built(tmp_path, [made])
    snapshot.close()
    run(snapshot.path, *PERSON, "--csv", tmp_path / "list.csv")
    assert "'=HYPERLINK(1)" in (tmp_path / "list.csv").read_text(encoding="utf-8")


def test_the_list_leaves_as_fhir(registry: Path, tmp_path: Path) -> None:
    assert run(registry, *PERSON, "--fhir-out", tmp_path / "list.json") == EXIT_OK
    bundle = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))
    assert (bundle["type"], bundle["total"]) == ("searchset", 2)


def test_the_sheet_for_the_doctor_is_a_page_of_its_own(registry: Path, tmp_path: Path) -> None:
    assert run(registry, *PERSON, "--sheet", tmp_path / "sheet.html", "--lang", "es") == EXIT_OK
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert page.startswith('<!doctype html>\n<html lang="es">')
    assert "NCT00000001" in page


def test_no_trial_that_may_fit_is_a_finding(registry: Path) -> None:
    assert run(registry, *PERSON[:2], "--sex", "male") == EXIT_FINDINGS


def test_a_profile_file_is_read_and_flags_win(
    registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps({"tumour": "lung", "cns": {"state": "treated_stable", "lmd": "no"}}))
    run(registry, file, "--json")
    assert [one["nct_id"] for one in json.loads(capsys.readouterr().out)["results"]] == ["NCT00000003"]
    run(registry, file, "--tumour", "breast", "--json")
    assert len(json.loads(capsys.readouterr().out)["results"]) == 3


def test_a_bundle_is_read_and_accounted_for_without_values(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(registry, "--fhir", FILE, "--state", "treated_stable", "--json") == EXIT_OK
    told = capsys.readouterr()
    assert [one["nct_id"] for one in json.loads(told.out)["results"]] == ["NCT00000003"]
    assert "used Patient[0]: age\n" in told.err
    assert "20 identifiers dropped" in told.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--state", "worrying"), "cns.state: the value isn't one of the allowed words"),
        (("--age", "300"), "age: the value is out of range"),
        (("--tumour", "xyzzy"), "tumour: names no tumour that we know"),
        (("--fhir", "nowhere.json"), "can't read the file"),
        (("--why", "NCT99999999"), "isn't in this snapshot"),
        (("--compare", *["NCT00000001"] * 5), "1 to 4"),
        (("--lang", "xx"), "no plain words in this language"),
    ],
)
def test_bad_input_is_named_without_the_value(
    registry: Path, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(registry, *words) == EXIT_BAD_INPUT
    errors = capsys.readouterr().err
    assert told in errors
    assert "xyzzy" not in errors
