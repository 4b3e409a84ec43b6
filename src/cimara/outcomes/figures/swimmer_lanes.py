"""The lanes of a swimmer plot: patients, their therapies and events in time from one start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import polars as pl

from cimara.outcomes.figures.figure_data import FigureError

PATIENTS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "end": pl.Float64(),
    "ongoing": pl.Boolean(),
    "group": pl.String(),
}
THERAPIES: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "therapy": pl.String(),
    "start": pl.Float64(),
    "end": pl.Float64(),
}
EVENTS: dict[str, pl.DataType] = {"patient_id": pl.String(), "event": pl.String(), "time": pl.Float64()}


class SwimmerEvent(StrEnum):
    """What can happen on a lane; progression by compartment, death by cause."""

    CNS_PROGRESSION = "CNS progression"
    SYSTEMIC_PROGRESSION = "systemic progression"
    PROGRESSION = "progression"
    NECROSIS = "radiation necrosis"
    LMD = "leptomeningeal disease"
    DEATH_NEUROLOGIC = "neurologic death"
    DEATH_SYSTEMIC = "systemic death"
    DEATH_BOTH = "neurologic and systemic death"
    DEATH_OTHER = "death of another cause"
    DEATH_UNKNOWN = "death of unknown cause"


@dataclass(frozen=True, slots=True)
class SwimmerLanes:
    """Frames with the columns of `PATIENTS`, `THERAPIES` and `EVENTS`; times in `unit` after `clock`.

    `ongoing` says that follow-up goes on after `end`. `group` may be empty.
    """

    patients: pl.DataFrame
    therapies: pl.DataFrame
    events: pl.DataFrame
    unit: str = "months"
    clock: str = "Time from start"

    @classmethod
    def of(
        cls,
        patients: pl.DataFrame,
        therapies: pl.DataFrame | None = None,
        events: pl.DataFrame | None = None,
        *,
        unit: str = "months",
        clock: str = "Time from start",
    ) -> Self:
        """Lanes of frames, checked: no patient twice, none unknown, no empty time.

        A therapy without an end goes on to the end of its patient's lane.

        Raises
        ------
        FigureError
            What is wrong, by table and column.
        """
        rows = _shaped(patients, PATIENTS, "patients", {"ongoing": False, "group": ""})
        if rows.is_empty():
            raise FigureError("there is no patient to draw", where="patients")
        if rows["patient_id"].n_unique() < rows.height:
            raise FigureError("a patient has two rows", where="patients.patient_id")
        spans = _shaped(therapies, THERAPIES, "therapies", {"end": None})
        ends = rows.select("patient_id", lane_end="end")
        spans = spans.join(ends, on="patient_id", how="left", maintain_order="left").with_columns(
            end=pl.coalesce("end", "lane_end")
        )
        marks = _shaped(events, EVENTS, "events", {})
        for name, table in (("therapies", spans), ("events", marks)):
            if not table["patient_id"].is_in(rows["patient_id"].implode()).all():
                raise FigureError("a patient who has no lane", where=f"{name}.patient_id")
        if (spans["end"] < spans["start"]).any():
            raise FigureError("a therapy that ends before it starts", where="therapies.end")
        if set(marks["event"]) - set(SwimmerEvent):
            expected = ", ".join(SwimmerEvent)
            raise FigureError("an event that has no sign", where="events.event", expected=expected)
        return cls(rows, spans.drop("lane_end"), marks, unit, clock)

    @property
    def last(self) -> float:
        """The end of the longest lane."""
        values = [*self.patients["end"], *self.therapies["end"], *self.events["time"]]
        return max(float(one) for one in values) or 1.0

    @property
    def length(self) -> float:
        """From the first time of all, at most 0, to the last."""
        starts = [float(one) for one in (*self.therapies["start"], *self.events["time"])]
        return self.last - min(0.0, *starts) if starts else self.last

    def in_order(self, patients: pl.DataFrame) -> Self:
        """The same lanes, numbered as these patients are (column `lane`)."""
        numbered = patients.select("patient_id", "lane")

        def joined(table: pl.DataFrame, *by: str) -> pl.DataFrame:
            return table.join(numbered, on="patient_id", how="left").sort("lane", *by)

        return replace(
            self,
            patients=patients.select("lane", *PATIENTS),
            therapies=joined(self.therapies, "start", "therapy"),
            events=joined(self.events, "time", "event"),
        )

    def frames(self) -> Mapping[str, pl.DataFrame]:
        """The three frames."""
        return {"patients": self.patients, "therapies": self.therapies, "events": self.events}


def _shaped(
    table: pl.DataFrame | None, schema: dict[str, pl.DataType], name: str, defaults: Mapping[str, object]
) -> pl.DataFrame:
    if table is None:
        return pl.DataFrame(schema=schema)
    missing = [one for one in schema if one not in table.columns and one not in defaults]
    if missing:
        raise FigureError("a column is missing", where=f"{name}.{missing[0]}", expected=", ".join(schema))
    added = [pl.lit(defaults[one]).alias(one) for one in schema if one not in table.columns]
    shaped = table.with_columns(added).select(pl.col(one).cast(kind) for one, kind in schema.items())
    for column in schema:
        if column not in defaults and shaped[column].is_null().any():
            raise FigureError("an empty cell", where=f"{name}.{column}")
    return shaped
