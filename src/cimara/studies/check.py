"""Checks a study file as a whole, without data: its own parts, its analysis plan and its endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cimara.cohort.study.errors import Fault, StudyError
from cimara.cohort.study.model import StudyFile, Unit
from cimara.cohort.study.reading import read_study
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.words import UnitOfAnalysis
from cimara.outcomes.report.errors import PlanError
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.plan_reading import read_plan
from cimara.studies.definitions import definitions_of, signed_hash


@dataclass(frozen=True)
class CheckedStudy:
    """A study file that can be used: its plan, its endpoints by name, and the hash that sites sign."""

    path: Path
    study: StudyFile
    plan: Plan
    definitions: dict[str, Endpoint]
    hash: str


def check_study(path: Path) -> CheckedStudy:
    """Read a study file with all that it refers to.

    Raises
    ------
    StudyError
        Every fault of the file, its plan and its definitions at once.
    """
    faults: list[Fault] = []
    study: StudyFile | None = None
    plan: Plan | None = None
    try:
        study = read_study(path)
    except StudyError as error:
        faults, study = list(error.faults), error.study
    if not any(one.key in ("TOML", "study") for one in faults):
        try:
            plan = read_plan(path)
        except PlanError as error:
            known = {(one.line, one.key) for one in faults}
            faults += [
                Fault(one.line, one.key, one.text)
                for one in error.problems
                if (one.line, one.key) not in known
            ]
    definitions, further = definitions_of(study) if study else ({}, [])
    faults += further + _units(study, definitions)
    if faults or study is None or plan is None:
        raise StudyError(faults, path.name)
    return CheckedStudy(path, study, plan, definitions, signed_hash(study, definitions))


def _units(study: StudyFile | None, definitions: dict[str, Endpoint]) -> list[Fault]:
    """Endpoints of lesions in a study of patients."""
    if study is None or study.cohort.unit is Unit.LESION:
        return []
    return [
        Fault(0, f"endpoints.{name}", f'{made.id} is of lesions; expected `unit = "lesion"` in [cohort]')
        for name, made in definitions.items()
        if made.unit is UnitOfAnalysis.LESION
    ]
