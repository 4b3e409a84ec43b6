"""What a token of the API may be made for."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """One kind of route."""

    READ = "read"
    """Trials, endpoints, survey, glossary, snapshot."""
    MATCH = "match"
    """A person's facts against the trials."""
