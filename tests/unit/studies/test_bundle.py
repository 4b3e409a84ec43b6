"""A bundle is made of what may leave a study, and taken only if it is whole."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.studies.bundle import BundleError, bundle_file, read_bundle, write_bundle

SVG = "<?xml version='1.0'?><svg><text x='1' y=\"5\">Number at risk</text><text x='1' y=\"9\">7</text></svg>"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder as `cimara study run --out` writes it."""
    report = tmp_path / "out" / "report"
    (report / "tables").mkdir(parents=True)
    (report / "figures").mkdir()
    (report / "tables" / "A1-medians.csv").write_text("Group,n,Events\nearly,40,22\nlate,7,3\n")
    (report / "tables" / "A1-curve.csv").write_text("time,at_risk\n0.1,40\n")
    (report / "figures" / "A1-km-steps.csv").write_text("time,at_risk\n0.1,40\n")
    (report / "figures" / "A1-km.svg").write_text(SVG)
    (report / "figures" / "A1-km.pdf").write_bytes(b"%PDF")
    (report / "results.json").write_text(json.dumps({"study": {"id": "x", "title": "Demo study"}}))
    (report / "provenance.json").write_text(json.dumps({"plan": "a" * 64, "code": "b" * 64}))
    (report / "report.html").write_text("<p>internal: 7 patients")
    return tmp_path / "out"


def test_what_it_makes_it_takes(run: Path, tmp_path: Path) -> None:
    masked = write_bundle(run, tmp_path / "b.zip")
    made = read_bundle(tmp_path / "b.zip")
    assert made.title == "Demo study"
    assert made.made_of["plan"] == "a" * 64
    assert [one.name for one in made.files] == ["figures/A1-km.svg", "report.html", "tables/A1-medians.csv"]
    assert [(one.file, one.row) for one in masked] == [
        ("tables/A1-medians.csv", 2), ("tables/A1-medians.csv", 2), ("figures/A1-km.svg", 2),
    ]  # fmt: skip


def test_nothing_small_is_left_in_table_page_or_figure(run: Path, tmp_path: Path) -> None:
    write_bundle(run, tmp_path / "b.zip")
    rows = list(csv.reader(io.StringIO(bundle_file(tmp_path / "b.zip", "tables/A1-medians.csv").decode())))
    assert rows[2] == ["late", "<10", "<5"]
    page = bundle_file(tmp_path / "b.zip", "report.html").decode()
    assert "&lt;10" in page
    assert "internal" not in page
    assert ">7<" not in page
    assert "<?xml" not in page


def test_the_same_results_give_the_same_bytes(run: Path, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_bundle(run, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_folder_without_a_report_makes_none(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no report is in the folder"):
        write_bundle(tmp_path, tmp_path / "b.zip")


def test_the_check_is_of_files_and_limits(run: Path, tmp_path: Path) -> None:
    from cimara.cohort.study.disclosure import Disclosure

    write_bundle(run, tmp_path / "b.zip")
    loose, strict = (read_bundle(tmp_path / "b.zip", limits=Disclosure(min_n=n)).check for n in (10, 11))
    assert loose != strict


def test_a_file_that_the_manifest_does_not_name_is_refused(run: Path, tmp_path: Path) -> None:
    write_bundle(run, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as packed:
        packed.writestr("tables/more.csv", "a,b\n")
    with pytest.raises(BundleError, match="not the one of the manifest"):
        read_bundle(tmp_path / "b.zip")


def test_a_file_of_the_manifest_that_is_missing_is_named(run: Path, tmp_path: Path) -> None:
    write_bundle(run, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as whole, zipfile.ZipFile(tmp_path / "c.zip", "w") as cut:
        for name in whole.namelist():
            if not name.startswith("tables/"):
                cut.writestr(name, whole.read(name))
    with pytest.raises(BundleError, match=r"tables/A1-medians\.csv: 1 files of the manifest are missing"):
        read_bundle(tmp_path / "c.zip")


def test_the_command_says_what_it_masked(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "bundle", str(run), "--to", str(tmp_path / "b.zip")]) == 0
    told = capsys.readouterr().out
    assert "masked: tables/A1-medians.csv row 2, column n: a small number of people" in told
    assert "3 small counts masked" in told
