"""Errors of the cohort: what a person must mend before anything else can go on."""

from __future__ import annotations

from cimara.terms.errors import CimaraError


class CohortError(CimaraError):
    """A file, folder or setting that cannot be used as a whole; faults of single cells are findings."""
