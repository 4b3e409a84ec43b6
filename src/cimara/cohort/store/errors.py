"""Errors of the store: what was refused, and that nothing in it changed."""

from __future__ import annotations

from cimara.cohort.errors import CohortError


class StoreError(CohortError):
    """The store cannot do what was asked; what it holds is as it was."""


class DamagedStoreError(StoreError):
    """A line or an object is not what was written; nothing more is read from it or added to it."""


class RejectedError(StoreError):
    """The report of a submission has errors: it is on record as rejected, and nothing current changed."""
