"""A whole study by one policy: every patient through an engine, into tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from cimara.response.columnar import derive_columnar
from cimara.response.model import Study
from cimara.response.policy import Policy
from cimara.response.reference import derive
from cimara.response.results import ResultTables, result_tables
from cimara.terms.errors import CimaraError


class EngineError(CimaraError):
    """An engine that does not exist."""


def derive_study(
    study: Study, policy: Policy, engine: str = "reference", as_of: dt.date | None = None
) -> ResultTables:
    """Tables of every patient's responses by one policy, with the decisions that were made by `as_of`."""
    if engine not in ENGINES:
        raise EngineError(f"unknown engine {engine!r}", expected=" or ".join(ENGINES))
    return ENGINES[engine](study, policy, as_of)


def _by_reference(study: Study, policy: Policy, as_of: dt.date | None) -> ResultTables:
    return result_tables([derive(patient, policy, as_of) for patient in study.patients], study.findings)


ENGINES: Mapping[str, Callable[[Study, Policy, dt.date | None], ResultTables]] = {
    "reference": _by_reference,
    "columnar": derive_columnar,
}
"""Engines by name: each gives one study's tables, equal to those of the others."""
