"""The results of a federated job go to the portal as any other results do: masked, hashed, named."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.studies.bundle import BundleError, bundle_file, read_bundle
from cimara.studies.federated_bundle import write_federated_bundle

HASHES = {"study": "a" * 64, "code": "c" * 64, "data NL01": "b" * 64}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """What `cimara federation results` writes, with a count that the study's limits do not let out."""
    one = tmp_path / "results" / "result" / "A5"
    one.mkdir(parents=True)
    (one.parent / "job.json").write_text(
        json.dumps({"job": "20261120-120000-0123abcd", "study": "demo-brm", "analyses": ["A5"], "failed": {}})
    )
    (one / "results.json").write_text(json.dumps({"hashes": HASHES, "version": "1.0", "estimator": "km"}))
    (one / "curve.csv").write_text("group,time,at_risk,survival\nsurgery,0,105,1.0\nsurgery,14,7,0.93\n")
    return tmp_path / "results"


def test_a_portal_takes_it(results: Path, tmp_path: Path) -> None:
    write_federated_bundle(results, tmp_path / "b.zip", title="Survival")
    made = read_bundle(tmp_path / "b.zip")
    assert made.title == "Survival"
    assert [one.name for one in made.files] == ["report.html", "tables/A5-curve.csv"]
    assert made.made_of["plan"] == "a" * 64
    assert made.made_of["data"] == {"NL01": "b" * 64}


def test_small_counts_that_are_left_are_masked_and_told(results: Path, tmp_path: Path) -> None:
    (small,) = write_federated_bundle(results, tmp_path / "b.zip")
    assert "tables/A5-curve.csv row 2, column at_risk" in str(small)
    assert b"surgery,14,<10,0.93" in bundle_file(tmp_path / "b.zip", "tables/A5-curve.csv")


@pytest.mark.parametrize("inside", ["", "result"])
def test_the_command_knows_it_by_its_job(results: Path, tmp_path: Path, inside: str) -> None:
    assert main(["study", "bundle", str(results / inside), "--to", str(tmp_path / "b.zip")]) == 0
    assert zipfile.is_zipfile(tmp_path / "b.zip")


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no results of a job"):
        write_federated_bundle(tmp_path, tmp_path / "b.zip")
