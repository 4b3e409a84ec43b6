"""Endpoint tables of a study: facts of its units, with its origin as the start of every clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, PatientRows
from cimara.cohort.facts.calendar import DAY_ZERO
from cimara.cohort.facts.scans import scan_facts
from cimara.cohort.facts.tidy import tidy_facts
from cimara.cohort.study.errors import StudyRefusedError
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.derive import derive_endpoint
from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.endpoints.plan import EVENT
from cimara.outcomes.endpoints.words import UnitOfAnalysis

BEFORE_START = "EVENT_BEFORE_START"
ENROLMENT = "enrolment_date"
START = "treatment_start"


@dataclass(frozen=True)
class StudyEndpoint:
    """The table of one endpoint for the units of a study, and what became of the others.

    `early` counts rows with an event before the start. After a landmark they are left out, since who has had
    the event is no longer at risk.
    """

    name: str
    definition: Endpoint
    frame: pl.DataFrame
    without: int
    reasons: tuple[tuple[str, int], ...]
    early: int

    def count(self, code: int) -> int:
        """Rows that end in an event (1) or in a competing cause (2 and up); 0 counts the censored."""
        return int((self.frame["evcode"] == code).sum())

    @property
    def competing(self) -> int:
        """Rows that end in any competing cause."""
        return int((self.frame["evcode"] > EVENT).sum())


def study_facts(rows: PatientRows) -> Facts:
    """Facts of the patients of a study; the origin stands as the start of treatment and as enrolment.

    Dates are 2000-01-01 and the day from the anchor.
    """
    dataset = rows.dataset.of_patients(rows.frame["patient_id"].unique())
    start = rows.frame.group_by("patient_id").agg(day=pl.col(ORIGIN_DAY).min())
    tables = tidy_facts(dataset, start=start)
    tables["patients"] = tables["patients"].with_columns(pl.col(START).alias(ENROLMENT))
    tidy = Facts.from_response([], {name: one for name, one in tables.items() if one.height})
    return Facts(pl.concat([tidy.frame, scan_facts(dataset)]), tidy.read_findings)


def derive_endpoints(
    definitions: Mapping[str, Endpoint], rows: PatientRows, landmark: int = 0
) -> dict[str, StudyEndpoint]:
    """The endpoints of a study by name.

    Raises
    ------
    StudyRefusedError
        A definition starts its clock on another day than the origin: covariates and changes over time would
        be those of another day.
    DerivationError
        The facts cannot answer what a definition asks.
    """
    facts = study_facts(rows)
    return {name: _derived(name, one, facts, rows, landmark) for name, one in definitions.items()}


def _derived(
    name: str, definition: Endpoint, facts: Facts, rows: PatientRows, landmark: int
) -> StudyEndpoint:
    table = derive_endpoint(definition, facts)
    by_lesion = definition.unit is UnitOfAnalysis.LESION
    keys = ["patient_id", "lesion_id"] if by_lesion else ["patient_id"]
    units = rows.frame.group_by(keys).agg(pl.col(ORIGIN_DAY).min())
    frame = table.frame.join(units, on=keys, how="inner", maintain_order="left")
    _check_starts(name, definition, frame)
    early = frame["findings"].str.split(";").list.contains(BEFORE_START)
    if landmark:
        frame = frame.filter(~early)
    left_out = table.exclusions.join(units, on=keys, how="semi")
    reasons = left_out.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return StudyEndpoint(
        name=name,
        definition=definition,
        frame=frame.drop(ORIGIN_DAY),
        without=units.height - frame.select(keys).n_unique(),
        reasons=tuple(reasons.iter_rows()),
        early=int(early.sum()),
    )


def _check_starts(name: str, definition: Endpoint, frame: pl.DataFrame) -> None:
    if definition.start is None:
        return
    days = (pl.col("start") - pl.lit(DAY_ZERO)).dt.total_days()
    wrong = frame.filter(days != pl.col(ORIGIN_DAY)).height
    if wrong:
        words = " or ".join(definition.start.first_available)
        raise StudyRefusedError(
            f"the clock of {definition.id} ({words}) starts on another day than the study's origin for "
            f"{wrong:,} of {frame.height:,} rows",
            where=f"endpoints.{name}",
            expected="one day from which time counts and at which covariates are known",
            hint="Let the definition start at TREATMENT_START, which is the origin, or set `origin` in "
            "[cohort] to the day that the definition names.",
        )
