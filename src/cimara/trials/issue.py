"""A fault found in a registry record: nothing is dropped silently."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IssueCode(StrEnum):
    """Kinds of fault; an issue names the path and the kinds of value, never a person's value."""

    NOT_JSON = "NOT_JSON"
    NOT_XML = "NOT_XML"
    TRUNCATED = "TRUNCATED"
    NO_NCT_ID = "NO_NCT_ID"
    NO_CRITERIA = "NO_CRITERIA"
    WRONG_TYPE = "WRONG_TYPE"
    NULL_VALUE = "NULL_VALUE"
    UNKNOWN_WORD = "UNKNOWN_WORD"
    EMPTY_PHASES = "EMPTY_PHASES"
    TWO_PHASES = "TWO_PHASES"
    PARTIAL_DATE = "PARTIAL_DATE"
    BAD_DATE = "BAD_DATE"
    BAD_AGE = "BAD_AGE"
    AGE_UNIT = "AGE_UNIT"
    SITE_STATUS_DIFFERS = "SITE_STATUS_DIFFERS"
    DUPLICATE = "DUPLICATE"
    DANGLING = "DANGLING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One fault, with where it stands and what was done about it."""

    code: IssueCode
    nct_id: str | None
    path: str
    message: str
    source: str = ""
    line: int | None = None
