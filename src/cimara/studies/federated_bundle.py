"""The results of a federated job as a bundle that a portal takes: released tables, masked once more."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cimara.cohort.study.disclosure import Disclosure
from cimara.studies.bundle import BundleError, pack_bundle
from cimara.studies.small_counts import SmallCount, masked, small_counts

JOB, RESULT, RESULTS = "job.json", "result", "results.json"


def result_folder(folder: Path) -> Path | None:
    """The folder of a job's results: a job's own, what `cimara federation results` wrote, or itself."""
    return next((one for one in (folder, folder / RESULT) if (one / JOB).is_file()), None)


def write_federated_bundle(
    folder: Path, target: Path, *, limits: Disclosure | None = None, title: str = ""
) -> list[SmallCount]:
    """Make a bundle of a federated job.

    Gives the small counts that were masked: none, where the site's and the study's limits are the same.
    Raises BundleError where the folder holds no results of a job.
    """
    place = result_folder(folder)
    if place is None:
        raise BundleError(
            "no results of a job are in the folder", where=folder.name,
            expected="what `cimara federation results --out` wrote",
        )  # fmt: skip
    used = limits or Disclosure()
    job = json.loads((place / JOB).read_text(encoding="utf-8"))
    results = {name: _results(place / name) for name in job["analyses"]}
    tables: dict[str, list[list[str]]] = {}
    small: list[SmallCount] = []
    for name in results:
        for one in sorted((place / name).glob("*.csv")):
            told, cells = f"tables/{name}-{one.name}", _cells(one)
            small += small_counts(told, cells, used)
            tables[told] = masked(cells, used)
    pack_bundle(target, title or str(job["study"]), tables, {}, _made_of(job, results), used)
    return small


def _results(folder: Path) -> Mapping[str, Any]:
    return dict(json.loads((folder / RESULTS).read_text(encoding="utf-8")))


def _cells(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def _made_of(job: Mapping[str, Any], results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Hashes of the study file, the code and each site's table, by their names in a bundle's manifest."""
    hashes: Mapping[str, Any] = next((one["hashes"] for one in results.values()), {})
    versions = next((one.get("version") for one in results.values()), None)
    return {
        "plan": hashes.get("study"),
        "data": {
            name.removeprefix("data "): value
            for name, value in hashes.items()
            if name not in ("study", "code")
        },
        "code": hashes.get("code"),
        "cimara": versions,
        "job": job["job"],
        "estimators": {name: one["estimator"] for name, one in results.items()},
    }
