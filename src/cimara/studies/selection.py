"""Who is in a study: each condition in turn, with the counts that it kept and left out, by site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from cimara.cohort.expressions.over_patients import Evaluated, evaluate
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, PatientRows
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.study.model import SITE, StudyFile, Unit

ATTRIBUTED_TO = "attributed_to"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the selection: units by site that it kept, left out, and of which it is not known.

    Unknown counts among those left out for a condition to be met, and among those kept for one that excludes.
    """

    text: str
    kept: dict[str, int]
    left_out: dict[str, int]
    unknown: dict[str, int]

    def total(self, counts: dict[str, int]) -> int:
        """The sum over all sites."""
        return sum(counts.values())


@dataclass(frozen=True)
class Selection:
    """The units of a study with the day of their origin and their site, the steps, and remarks."""

    rows: PatientRows
    steps: tuple[Step, ...]
    remarks: tuple[str, ...]


class Selecting:
    """A selection under way: the units that are left, and the steps so far."""

    def __init__(self, rows: PatientRows) -> None:
        self.rows = rows
        self.steps: list[Step] = []
        self.remarks: list[str] = []
        self._note("Submitted", rows.frame, rows.frame.clear(), rows.frame.clear())

    def keep(self, text: str, kept: pl.Series, unknown: pl.Series | None = None) -> None:
        """Keep some of the units; `unknown` marks those of which the condition is not known."""
        frame = self.rows.frame
        unsure = frame.filter(unknown) if unknown is not None else frame.clear()
        self._note(text, frame.filter(kept), frame.filter(~kept), unsure)
        self.rows = self.rows.keeping(kept)

    def _note(self, text: str, kept: pl.DataFrame, left_out: pl.DataFrame, unknown: pl.DataFrame) -> None:
        self.steps.append(Step(text, _by_site(kept), _by_site(left_out), _by_site(unknown)))


def select_cohort(
    study: StudyFile, rows: PatientRows, refused: pl.Series, reasons: Sequence[str]
) -> Selection:
    """The units that a study analyses.

    Parameters
    ----------
    rows
        All units, with the column `site`.
    refused, reasons
        Patients whose terms of use do not allow the study, and the reasons with their counts.
    """
    cohort = study.cohort
    made = Selecting(rows)
    made.remarks += [f"Left out by the terms of use: {one}." for one in reasons]
    made.keep(
        "Enrolled, and the terms of use allow the study", ~rows.frame["patient_id"].is_in(refused.implode())
    )
    made.rows = _with_origin(study, made.rows)
    for one in cohort.include:
        found = evaluate(parse(one.where), made.rows)
        _remark_later(made, str(one), found)
        made.keep(f"Included: {one}", found.values.fill_null(False), found.values.is_null())
    for one in cohort.exclude:
        found = evaluate(parse(one.where), made.rows)
        made.keep(f"Not excluded: {one}", ~found.values.fill_null(False), found.values.is_null())
    known = made.rows.frame[ORIGIN_DAY].is_not_null()
    made.keep(f"Has an origin: {cohort.origin_label or cohort.origin}", known)
    if cohort.landmark:
        _from_landmark(made, cohort.landmark)
    return Selection(made.rows, tuple(made.steps), tuple(made.remarks))


def _with_origin(study: StudyFile, rows: PatientRows) -> PatientRows:
    """The rows with the effect that they are about, and the day of their origin."""
    if study.cohort.are:
        found = evaluate(parse(study.cohort.are), rows)
        rows = rows.having(ATTRIBUTED_TO, found.values, ColumnType(Type.TEXT), found.known)
        rows = replace(rows, attributed=ATTRIBUTED_TO)
    day = evaluate(parse(study.cohort.origin), rows).values.cast(pl.Float64).round().cast(pl.Int64)
    return rows.having(ORIGIN_DAY, day, ColumnType(Type.NUMBER))


def _from_landmark(made: Selecting, landmark: int) -> None:
    """Move the origin on to the landmark; who was not followed beyond it is left out."""
    day = made.rows.frame[ORIGIN_DAY] + landmark
    followed = (made.rows.frame["last_contact_day"] > day).fill_null(False)
    made.rows = made.rows.having(ORIGIN_DAY, day, ColumnType(Type.NUMBER))
    made.keep(f"Alive and followed at the landmark, {landmark} days after the origin", followed)


def _remark_later(made: Selecting, text: str, found: Evaluated) -> None:
    """Say of how many it was known only after the origin that they meet a condition."""
    later = found.values.fill_null(False) & (found.known > made.rows.frame[ORIGIN_DAY]).fill_null(False)
    if later.any():
        unit = "lesions" if made.rows.by_lesion else "patients"
        made.remarks.append(
            f"Of {int(later.sum()):,} {unit} it was known only after the origin that they meet `{text}`; "
            "they could not have died before."
        )


def _by_site(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame.group_by(SITE).len().sort(SITE).iter_rows())


def units_of(study: StudyFile, count: int) -> str:
    """The word for so many units."""
    word = "lesion" if study.cohort.unit is Unit.LESION else "patient"
    return word if count == 1 else f"{word}s"
