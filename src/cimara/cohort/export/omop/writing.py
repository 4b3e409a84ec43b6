"""Writes a cohort as files of OMOP CDM 5.4, with the report of what became of every field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.export.calendar import LABEL
from cimara.cohort.export.mapping_report import Fate, FieldFate, write_report
from cimara.cohort.export.omop.building import (
    UNWRITTEN,
    death_fields,
    modifier_fields,
    omop_tables,
    patient_fields,
)
from cimara.cohort.export.omop.events import RULES
from cimara.cohort.export.omop.layout import concepts, faults
from cimara.cohort.model import data_model

AS_MEASUREMENT = "measurement ({name}, linked to its event)"
YEAR = "year of birth is 2000 less the age, since day 0 is 2000-01-01"
SEVERAL = "several races have no concept; all stand in race_source_value"
PATIENT_PLACES = {
    "sex": ("person.gender_concept_id, gender_source_value", ""),
    "ethnicity": ("person.ethnicity_concept_id", ""),
    "last_contact_day": ("observation_period.observation_period_end_date", ""),
}
CUT_OFF = {("OmicsAssay", "file_sha256"): "the first 50 of 64 digits"}
SITE_PLACES = {"site_id": "care_site.care_site_name"}


def write_omop(dataset: Dataset, folder: Path) -> list[Path]:
    """Write a CSV a table, `concepts.csv` and `mapping_report.csv`; gives the files.

    Raises CohortError where a table does not keep to CDM 5.4, such as an event without its day.
    """
    tables = omop_tables(dataset)
    wrong = list(faults(tables))
    if wrong:
        raise CohortError(
            "; ".join(wrong), where="OMOP CDM 5.4", hint="Mend the data first: cimara cohort validate."
        )
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame in tables.items():
        paths.append(folder / f"{name}.csv")
        frame.write_csv(paths[-1])
    concepts().write_csv(folder / "concepts.csv")
    (folder / "README.txt").write_text(_readme(tables), encoding="utf-8")
    return [*paths, folder / "concepts.csv", folder / "README.txt", write_report(omop_fates(), folder)]


def omop_fates() -> Iterator[FieldFate]:
    """What becomes of every field of the model in the CDM."""
    model = data_model()
    for rule in RULES:
        entity = model.entity(rule.entity)
        yield from _common(rule.entity)
        for name, place in rule.placed.items():
            lost = rule.lost.get(name, "")
            yield FieldFate(rule.entity, name, Fate.LOSSY if lost else Fate.EXPORTED, place, lost)
        yield from _measured(rule.entity, [one.name for one in modifier_fields(rule, entity)])
    yield from _common("Patient")
    for name, (place, lost) in PATIENT_PLACES.items():
        yield FieldFate("Patient", name, Fate.LOSSY if lost else Fate.EXPORTED, place, lost)
    yield from _measured("Patient", [one.name for one in patient_fields(model.entity("Patient"))])
    yield from _common("Death")
    yield FieldFate("Death", "day", Fate.EXPORTED, "death.death_date")
    yield FieldFate("Death", "cause", Fate.EXPORTED, "death.cause_source_value")
    yield from _measured("Death", [one.name for one in death_fields(model.entity("Death"))])
    for name, place in SITE_PLACES.items():
        yield FieldFate("Site", name, Fate.EXPORTED, place)


def _common(entity: str) -> Iterator[FieldFate]:
    yield FieldFate(entity, "patient_id", Fate.EXPORTED, "person_id, person.person_source_value")
    yield FieldFate(entity, "source", Fate.EXPORTED, "type_concept_id of the event")
    for name in sorted(UNWRITTEN):
        yield FieldFate(entity, name, Fate.NOT_REPRESENTABLE, "", "who entered a row, and when, is not kept")


def _measured(entity: str, names: list[str]) -> Iterator[FieldFate]:
    for name in names:
        where = AS_MEASUREMENT.format(name=f"{entity}.{name}")
        lost = CUT_OFF.get((entity, name), "")
        yield FieldFate(entity, name, Fate.LOSSY if lost else Fate.EXPORTED, where, lost)


def _readme(tables: dict[str, pl.DataFrame]) -> str:
    rows = "\n".join(f"{name}: {frame.height} rows" for name, frame in tables.items())
    return (
        f"OMOP Common Data Model 5.4\n\n{LABEL}\nYear of birth: {YEAR}.\nRace: {SEVERAL}.\n"
        "Concept 0 means that no concept was assigned: the word stands in the source value.\n"
        "concepts.csv lists the concept ids that are used; those marked unverified were not checked against\n"
        "a vocabulary release. mapping_report.csv says what became of every field of our model.\n\n"
        f"{rows}\n"
    )
