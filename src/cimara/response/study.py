"""A whole study by one policy: every patient through an engine, into tables."""

from __future__ import annotations

import datetime as dt

from cimara.response.model import Study
from cimara.response.policy import Policy
from cimara.response.reference import derive
from cimara.response.results import ResultTables, result_tables
from cimara.terms.errors import CimaraError

ENGINES = {"reference": derive}
"""Engines by name: each gives one patient's result."""


class EngineError(CimaraError):
    """An engine that does not exist."""


def derive_study(
    study: Study, policy: Policy, engine: str = "reference", as_of: dt.date | None = None
) -> ResultTables:
    """Tables of every patient's responses by one policy, with the decisions that were made by `as_of`."""
    if engine not in ENGINES:
        raise EngineError(f"unknown engine {engine!r}", expected=" or ".join(ENGINES))
    results = [ENGINES[engine](patient, policy, as_of) for patient in study.patients]
    return result_tables(results, study.findings)
