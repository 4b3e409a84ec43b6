"""Whether a data folder still stands for the submissions that it says it was built from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimara.cohort.errors import CohortError
from cimara.cohort.model import data_model
from cimara.cohort.store.content import content_hash
from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.store import Store
from cimara.federation.reports.site_folder import PROVENANCE, PROVENANCE_FORM
from cimara.studies.check import CheckedStudy


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one part of a data folder; `problem` is "" where it holds."""

    part: str
    problem: str = ""


def verify_built(checked: CheckedStudy, folder: Path, store: Store) -> list[Verified]:
    """Compare a data folder with the study file and the store; every content hash is computed anew.

    Raises CohortError where the folder has no provenance of this form.
    """
    said = _provenance(folder)
    found = [Verified("study file", _study_problem(checked, said))]
    sites = [(one["site"], _site_problem(checked.study.id, one, store)) for one in said["sites"]]
    return [*found, *(Verified(f"site {name}", problem) for name, problem in sites)]


def _provenance(folder: Path) -> dict[str, Any]:
    path = folder / PROVENANCE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CohortError(
            "cannot be read", where=str(path), expected="the folder of a built study"
        ) from error
    if not isinstance(said, dict) or said.get("form") != PROVENANCE_FORM:
        raise CohortError("is no provenance of a study", where=str(path), expected=PROVENANCE_FORM)
    return said


def _study_problem(checked: CheckedStudy, said: dict[str, Any]) -> str:
    if said["study"] != checked.study.id:
        return f"the folder is of study {said['study']}"
    return "" if said["study_hash"] == checked.hash else "has been changed since the folder was built"


def _site_problem(study_id: str, said: dict[str, Any], store: Store) -> str:
    if said["version"] is None:
        return "was not read from a store"
    try:
        dataset = store.read(study_id, said["site"], said["version"])
    except StoreError as error:
        return error.problem
    made = {name: content_hash(data_model().entity(name), dataset.frame(name)) for name in said["tables"]}
    wrong = [name for name, own in said["tables"].items() if made[name] != own]
    return f"{', '.join(wrong)} of version {said['version']} are not what was used" if wrong else ""
