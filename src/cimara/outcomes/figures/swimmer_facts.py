"""Lanes of a swimmer plot from the facts of a study."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.outcomes.endpoints.words import FactWord
from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.swimmer_lanes import SwimmerEvent, SwimmerLanes
from cimara.terms.response import AssessedCompartment

PROGRESSIONS = {
    AssessedCompartment.CNS: SwimmerEvent.CNS_PROGRESSION,
    AssessedCompartment.LM: SwimmerEvent.CNS_PROGRESSION,
    AssessedCompartment.SYS: SwimmerEvent.SYSTEMIC_PROGRESSION,
}
DEATHS = {
    "neurologic": SwimmerEvent.DEATH_NEUROLOGIC,
    "systemic": SwimmerEvent.DEATH_SYSTEMIC,
    "both": SwimmerEvent.DEATH_BOTH,
    "other": SwimmerEvent.DEATH_OTHER,
}
STUDY_THERAPY = "study treatment"
SYSTEMIC = "start of systemic therapy"
NOT_SEEN_ALIVE = (FactWord.DATA_CUT,)


def swimmer_lanes(
    facts: Facts, *, start: FactWord = FactWord.TREATMENT_START, unit: str = "months"
) -> SwimmerLanes:
    """One lane for each patient with a date of `start`; days are counted from it as 0.

    A lane ends at death, else on the last day known alive, and goes on where there was neither death nor
    withdrawal. Of progression the first of each compartment is shown, of leptomeningeal disease the first, of
    necrosis every lesion's. The facts say when a systemic therapy begins, not when it ends: its beginning is
    drawn, but not that of the study treatment, which has a span of its own.

    Raises
    ------
    FigureError
        A unit of time that is not known, or no patient with a start.
    """
    if unit not in TIME_UNITS:
        raise FigureError("unknown unit of time", where=unit, expected=", ".join(TIME_UNITS))
    timed = _timed(facts.frame, start, TIME_UNITS[unit])
    lanes = timed.group_by("patient_id", maintain_order=True).agg(
        died=_first(FactWord.DEATH),
        alive=pl.col("time").filter(~pl.col("fact").is_in(NOT_SEEN_ALIVE)).max(),
        left=(pl.col("fact") == FactWord.WITHDRAWAL).any(),
    )
    patients = lanes.select(
        "patient_id",
        end=pl.coalesce("died", "alive").clip(0),
        ongoing=pl.col("died").is_null() & ~pl.col("left"),
    )
    words = start.value.lower().replace("_", " ")
    return SwimmerLanes.of(patients, _therapies(timed), _events(timed), unit=unit, clock=f"Time from {words}")


def _timed(facts: pl.DataFrame, start: FactWord, days: float) -> pl.DataFrame:
    """Dated facts of patients with a start, with their time after it."""
    began = facts.filter(pl.col("fact") == start).group_by("patient_id").agg(began=pl.col("date").min())
    return (
        facts.join(began.drop_nulls(), on="patient_id", how="inner", maintain_order="left")
        .filter(pl.col("date").is_not_null())
        .with_columns(time=(pl.col("date") - pl.col("began")).dt.total_days() / days)
    )


def _first(word: FactWord) -> pl.Expr:
    return pl.col("time").filter(pl.col("fact") == word).min()


def _field(name: str) -> pl.Expr:
    return pl.col("fields").str.extract(rf"(?:^|;){name}=([^;]*)").fill_null("")


def _therapies(timed: pl.DataFrame) -> pl.DataFrame:
    study = (
        timed.group_by("patient_id", maintain_order=True)
        .agg(start=_first(FactWord.TREATMENT_START), end=_first(FactWord.TREATMENT_END))
        .filter(pl.col("start").is_not_null())
        .select("patient_id", pl.lit(STUDY_THERAPY).alias("therapy"), "start", "end")
    )
    systemic = (
        timed.filter(pl.col("fact") == FactWord.SYSTEMIC_THERAPY)
        .join(study.select("patient_id", own="start"), on="patient_id", how="left", maintain_order="left")
        .filter(pl.col("time").ne_missing(pl.col("own")))
        .select("patient_id", pl.lit(SYSTEMIC).alias("therapy"), start="time", end="time")
    )
    return pl.concat([study, systemic, _local_courses(timed)])


def _local_courses(timed: pl.DataFrame) -> pl.DataFrame:
    """Every local therapy with its end, if one is told before the same therapy of the lesion begins again."""
    course = ["patient_id", "therapy", "lesion_id"]
    local = timed.with_columns(therapy=_field("modality")).sort("time", maintain_order=True)
    begun = local.filter(pl.col("fact") == FactWord.CNS_THERAPY).select(*course, "time", start="time")
    ended = local.filter(pl.col("fact") == FactWord.CNS_THERAPY_END).select(*course, "time", end="time")
    joined = begun.join_asof(ended, on="time", by=course, strategy="forward", check_sortedness=False)
    again = pl.col("start").shift(-1).over(course)
    told = pl.when(again.is_null() | (pl.col("end") <= again)).then(pl.col("end"))
    return (
        joined.with_columns(end=pl.coalesce(told, "start"))
        .select("patient_id", "therapy", "start", "end")
        .unique(maintain_order=True)
    )


def _events(timed: pl.DataFrame) -> pl.DataFrame:
    kinds = (
        pl.when(pl.col("fact") == FactWord.PD)
        .then(pl.col("compartment").replace_strict(PROGRESSIONS, default=SwimmerEvent.PROGRESSION))
        .when(pl.col("fact") == FactWord.DEATH)
        .then(_field("cause").replace_strict(DEATHS, default=SwimmerEvent.DEATH_UNKNOWN))
        .when(pl.col("fact") == FactWord.RN)
        .then(pl.lit(SwimmerEvent.NECROSIS.value))
        .when(pl.col("fact") == FactWord.LMD)
        .then(pl.lit(SwimmerEvent.LMD.value))
    )
    found = timed.select("patient_id", "lesion_id", "time", event=kinds).drop_nulls("event")
    once = pl.when(pl.col("event") == SwimmerEvent.NECROSIS).then(pl.col("lesion_id")).otherwise(pl.lit(""))
    return (
        found.with_columns(of=once)
        .group_by("patient_id", "event", "of", maintain_order=True)
        .agg(time=pl.col("time").min())
        .select("patient_id", "event", "time")
    )
