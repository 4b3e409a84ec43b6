"""What derivation makes of one patient or lesion: a row, or an exclusion with its reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from cimara.outcomes.endpoints.plan import CENSORED
from cimara.outcomes.endpoints.words import Reason

EVENT_BEFORE_START = "EVENT_BEFORE_START"
LAST_ALIVE_BEFORE_START = "LAST_ALIVE_BEFORE_START"
START_AFTER_DEATH = "START_AFTER_DEATH"
NO_START = "NO_START"
START_CODE = "START"
START_TEXT = "start date"

OUTCOMES: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "lesion_id": pl.String(),
    "start": pl.Date(),
    "adt": pl.Date(),
    "evcode": pl.Int64(),
    "code": pl.String(),
    "text": pl.String(),
    "reason": pl.String(),
    "fact_row": pl.Int64(),
    "start_row": pl.Int64(),
    "findings": pl.String(),
}
"""The raw table that both engines give. `fact_row` and `start_row` point into the facts table."""

EXCLUSIONS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "lesion_id": pl.String(),
    "reason": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One analysed patient, or one course of therapy to one lesion."""

    patient_id: str
    lesion_id: str
    start: dt.date | None
    adt: dt.date | None
    evcode: int
    code: str
    text: str
    reason: str
    fact_row: int | None
    start_row: int | None
    findings: str

    @property
    def censored(self) -> bool:
        """True when the event of interest was not seen, nor one that competes."""
        return self.evcode == CENSORED


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One patient or lesion that is not analysed."""

    patient_id: str
    lesion_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Derived:
    """What an engine gives back: the analysed and the excluded, and patients without the criterion."""

    outcomes: pl.DataFrame
    exclusions: pl.DataFrame
    missing_criterion: tuple[str, ...] = ()
    other_evaluators: int = 0


def flag_reason(flag: str, *, required: bool) -> str:
    """The reason of exclusion by a flag of the population."""
    if flag == Reason.NO_BASELINE:
        return str(Reason.NO_BASELINE)
    return f"NOT_{flag}" if required else flag
