"""Builds the tables of the CDM: events first, then episodes, then a modifier for every field left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from cimara.cohort.dataset import Dataset, why
from cimara.cohort.export.omop.events import (
    CONDITION,
    DRUG,
    MEASUREMENT,
    PROCEDURE,
    RULES,
    SPECIMEN,
    WITHOUT_MODIFIERS,
    EventRule,
    word_of,
)
from cimara.cohort.export.omop.layout import NO_CONCEPT, concept, concept_of, in_layout
from cimara.cohort.facts.calendar import as_date
from cimara.cohort.model import Entity, Field, Kind

UNWRITTEN = frozenset({"curator", "entered_day"})
"""Who entered a row and when has no place in the CDM."""
LONGEST = 50
STOP_REASON_LONGEST = 20


@dataclass(frozen=True, eq=False)
class Events:
    """The events of one rule: a row each, with `event_id`, `person_id`, `first` and `last` day."""

    rule: EventRule
    entity: Entity
    frame: pl.DataFrame


def omop_tables(dataset: Dataset) -> dict[str, pl.DataFrame]:
    """Every table of the CDM that is written, by name, in the layout of CDM 5.4."""
    persons = _persons(dataset)
    events = _numbered(dataset, persons)
    episodes = _episodes(events)
    tables = {
        "person": _person(dataset, persons),
        "observation_period": _observation_period(dataset, persons, events),
        "care_site": _care_sites(persons),
        "death": _death(dataset, persons),
        "episode": episodes.select(pl.exclude("entity", "key", "event_id", "field_concept")),
        "episode_event": _episode_events(episodes, events, dataset),
        SPECIMEN: _stacked(_specimen(one) for one in events if one.rule.table == SPECIMEN),
        CONDITION: _stacked(_condition(one) for one in events if one.rule.table == CONDITION),
        DRUG: _stacked(_drug(one) for one in events if one.rule.table == DRUG),
        PROCEDURE: _stacked(_procedure(one) for one in events if one.rule.table == PROCEDURE),
    }
    heads = _stacked(_measurement(one, events) for one in events if one.rule.table == MEASUREMENT)
    tables[MEASUREMENT] = _with_modifiers(heads, dataset, persons, events)
    return {name: in_layout(name, frame) for name, frame in tables.items()}


def _persons(dataset: Dataset) -> pl.DataFrame:
    """Patients with the number that stands for each, and that of their site."""
    patients = dataset.frame("Patient").select("patient_id").sort("patient_id").with_row_index("person_id", 1)
    site = pl.col("patient_id").str.head(4)
    return patients.with_columns(pl.col("person_id").cast(pl.Int64), site=site).with_columns(
        care_site_id=pl.col("site").rank("dense").cast(pl.Int64)
    )


def _numbered(dataset: Dataset, persons: pl.DataFrame) -> list[Events]:
    """The events of every rule, numbered through each table."""
    made: list[Events] = []
    used: dict[str, int] = {}
    for rule in RULES:
        entity = dataset.model.entity(rule.entity)
        frame = dataset.frame(rule.entity).join(persons.select("patient_id", "person_id"), on="patient_id")
        frame = _with_days(dataset, rule, frame)
        if rule.word == "agents":
            frame = frame.with_row_index("_row").explode("agents")
            frame = frame.with_columns(_head=pl.col("_row").is_first_distinct()).drop("_row")
        frame = frame.sort("person_id", *[one for one in entity.key if one != "patient_id"])
        start = used.get(rule.table, 0)
        frame = frame.with_columns(event_id=pl.int_range(start + 1, start + frame.height + 1, dtype=pl.Int64))
        used[rule.table] = start + frame.height
        made.append(Events(rule, entity, frame))
    return made


def _with_days(dataset: Dataset, rule: EventRule, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the first and the last day of each event."""
    if rule.start:
        last = pl.col(rule.end) if rule.end else pl.lit(None, dtype=pl.Int64)
        return frame.with_columns(first=pl.col(rule.start), last=last)
    if rule.entity == "CourseLesion":
        days = dataset.frame("LocalTherapyCourse").select("course_id", first="start_day", last="end_day")
        return frame.join(days, on="course_id", how="left")
    if rule.entity == "LesionMeasurement":
        days = dataset.frame("ImagingAssessment").select("scan_id", first="day")
        return frame.join(days, on="scan_id", how="left").with_columns(last=pl.lit(None, dtype=pl.Int64))
    if rule.entity == "OmicsAssay":
        days = dataset.frame("Specimen").select("patient_id", "specimen_no", first="day")
        joined = frame.join(days, on=["patient_id", "specimen_no"], how="left")
        return joined.with_columns(last=pl.lit(None, dtype=pl.Int64))
    return frame.with_columns(first=pl.lit(0, dtype=pl.Int64), last=pl.lit(None, dtype=pl.Int64))


def _person(dataset: Dataset, persons: pl.DataFrame) -> pl.DataFrame:
    patients = dataset.frame("Patient").join(persons, on="patient_id").sort("person_id")
    one_race = pl.when(pl.col("race").list.len() == 1).then(pl.col("race").list.first())
    named = patients.with_columns(one_race=one_race)
    return named.select(
        "person_id",
        "care_site_id",
        gender_concept_id=concept_of("gender", "sex"),
        year_of_birth=2000 - pl.col("age_at_anchor"),
        race_concept_id=concept_of("race", "one_race").fill_null(NO_CONCEPT),
        ethnicity_concept_id=concept_of("ethnicity", "ethnicity").fill_null(NO_CONCEPT),
        person_source_value="patient_id",
        gender_source_value="sex",
        race_source_value=pl.col("race").list.join(";").str.head(LONGEST),
        ethnicity_source_value="ethnicity",
    )


def _observation_period(dataset: Dataset, persons: pl.DataFrame, events: list[Events]) -> pl.DataFrame:
    """From the first thing known of a patient to the last contact."""
    days = pl.concat([one.frame.select("person_id", pl.col("first").cast(pl.Int64)) for one in events])
    earliest = days.group_by("person_id").agg(pl.col("first").min())
    patients = (
        dataset.frame("Patient").select("patient_id", "last_contact_day").join(persons, on="patient_id")
    )
    joined = patients.join(earliest, on="person_id", how="left").sort("person_id")
    first = pl.min_horizontal(pl.col("first").fill_null(0), 0)
    return joined.select(
        "person_id",
        observation_period_id="person_id",
        observation_period_start_date=as_date(first),
        observation_period_end_date=as_date(
            pl.max_horizontal(pl.col("last_contact_day").fill_null(0), first)
        ),
        period_type_concept_id=pl.lit(concept("type", "chart")),
    )


def _care_sites(persons: pl.DataFrame) -> pl.DataFrame:
    sites = persons.select("care_site_id", "site").unique().sort("care_site_id")
    return sites.select("care_site_id", care_site_name="site", care_site_source_value="site")


def _death(dataset: Dataset, persons: pl.DataFrame) -> pl.DataFrame:
    return (
        dataset.frame("Death")
        .join(persons.select("patient_id", "person_id"), on="patient_id")
        .sort("person_id")
        .select(
            "person_id",
            death_date=as_date(pl.col("day")),
            death_type_concept_id=concept_of("type", "source"),
            cause_concept_id=pl.lit(NO_CONCEPT),
            cause_source_value="cause",
        )
    )


def _condition(events: Events) -> pl.DataFrame:
    return events.frame.select(
        "person_id",
        condition_occurrence_id="event_id",
        condition_concept_id=pl.lit(NO_CONCEPT),
        condition_start_date=as_date(pl.col("first")),
        condition_type_concept_id=concept_of("type", "source"),
        condition_source_value=word_of(events.rule),
    )


def _drug(events: Events) -> pl.DataFrame:
    end = pl.max_horizontal(pl.coalesce("last", "first"), "first")
    return events.frame.select(
        "person_id",
        drug_exposure_id="event_id",
        drug_concept_id=pl.lit(NO_CONCEPT),
        drug_exposure_start_date=as_date(pl.col("first")),
        drug_exposure_end_date=as_date(end),
        verbatim_end_date=as_date(pl.col("last")),
        drug_type_concept_id=concept_of("type", "source"),
        stop_reason=pl.col("stop_reason").str.head(STOP_REASON_LONGEST),
        drug_source_value=word_of(events.rule),
    )


def _procedure(events: Events) -> pl.DataFrame:
    return events.frame.select(
        "person_id",
        procedure_occurrence_id="event_id",
        procedure_concept_id=pl.lit(NO_CONCEPT),
        procedure_date=as_date(pl.col("first")),
        procedure_end_date=as_date(pl.col("last")),
        procedure_type_concept_id=concept_of("type", "source"),
        procedure_source_value=word_of(events.rule),
    )


def _specimen(events: Events) -> pl.DataFrame:
    return events.frame.select(
        "person_id",
        specimen_id="event_id",
        specimen_concept_id=pl.lit(NO_CONCEPT),
        specimen_type_concept_id=concept_of("type", "source"),
        specimen_date=as_date(pl.col("first")),
        specimen_source_value=word_of(events.rule),
    )


def _measurement(events: Events, held: list[Events]) -> pl.DataFrame:
    """Measurements that are rows of their own; a measurement of a lesion points at its condition."""
    rule = events.rule
    frame = events.frame.with_columns(_about=pl.lit(None, dtype=pl.Int64))
    if rule.about:
        lesions = next(one for one in held if one.entity.name == "BrainLesion").frame
        keys = lesions.select(pl.col("lesion_id").alias(rule.about), _about="event_id")
        frame = events.frame.join(keys, on=rule.about, how="left", maintain_order="left")
    link = pl.when(pl.col("_about").is_not_null()).then(pl.lit(concept("field", CONDITION), dtype=pl.Int64))
    number = pl.col(rule.number).cast(pl.Float64) if rule.number else pl.lit(None, dtype=pl.Float64)
    return frame.select(
        "person_id",
        measurement_id="event_id",
        measurement_concept_id=pl.lit(NO_CONCEPT),
        measurement_date=as_date(pl.col("first")),
        measurement_type_concept_id=concept_of("type", "source"),
        value_as_number=number,
        measurement_source_value=word_of(rule),
        unit_source_value=pl.col(rule.unit) if rule.unit else pl.lit(None, dtype=pl.String),
        value_source_value=pl.col(rule.value) if rule.value else pl.lit(None, dtype=pl.String),
        measurement_event_id="_about",
        meas_event_field_concept_id=link,
    )


def _with_modifiers(
    heads: pl.DataFrame, dataset: Dataset, persons: pl.DataFrame, events: list[Events]
) -> pl.DataFrame:
    """Measurements, and one more for every field that no column of its event holds."""
    made = [_modifiers(one, field) for one in events for field in modifier_fields(one.rule, one.entity)]
    patients = dataset.frame("Patient").join(persons.select("patient_id", "person_id"), on="patient_id")
    patients = patients.with_columns(first=pl.lit(0, dtype=pl.Int64), event_id=pl.lit(None, dtype=pl.Int64))
    of_patient = Events(EventRule("Patient", "", "''"), dataset.model.entity("Patient"), patients)
    made += [_modifiers(of_patient, field) for field in patient_fields(of_patient.entity)]
    made += [
        _modifiers(_dead(dataset, persons), field) for field in death_fields(dataset.model.entity("Death"))
    ]
    rest = pl.concat([one for one in made if one.height] or [heads.clear()], how="diagonal_relaxed")
    start = heads.height
    numbered = rest.with_columns(
        measurement_id=pl.int_range(start + 1, start + rest.height + 1, dtype=pl.Int64)
    )
    return pl.concat([heads, numbered], how="diagonal_relaxed")


def _dead(dataset: Dataset, persons: pl.DataFrame) -> Events:
    dead = dataset.frame("Death").join(persons.select("patient_id", "person_id"), on="patient_id")
    dead = dead.with_columns(first="day", event_id=pl.lit(None, dtype=pl.Int64))
    return Events(EventRule("Death", "", "''"), dataset.model.entity("Death"), dead)


def modifier_fields(rule: EventRule, entity: Entity) -> list[Field]:
    """Fields of an event that are measurements of their own."""
    return [one for one in entity.fields if one.name not in {*rule.placed, *WITHOUT_MODIFIERS, *UNWRITTEN}]


def patient_fields(entity: Entity) -> list[Field]:
    """Fields of a patient that PERSON has no column for."""
    placed = {"sex", "ethnicity", "last_contact_day", *WITHOUT_MODIFIERS, *UNWRITTEN}
    return [one for one in entity.fields if one.name not in placed]


def death_fields(entity: Entity) -> list[Field]:
    """Fields of a death that DEATH has no column for."""
    return [one for one in entity.fields if one.name not in {"day", "cause", *WITHOUT_MODIFIERS, *UNWRITTEN}]


def _modifiers(events: Events, field: Field) -> pl.DataFrame:
    """A measurement for each event that has a value of the field, or a reason why it has none."""
    frame = events.frame.filter(pl.col("_head")) if "_head" in events.frame.columns else events.frame
    frame = frame.with_columns(_why=why(frame, field.name))
    if field.kind is Kind.CODES:
        frame = frame.explode(field.name)
    numeric = field.kind in (Kind.DAY, Kind.INTEGER, Kind.DECIMAL)
    value = pl.col(field.name)
    known = frame.filter(value.is_not_null() | pl.col("_why").is_not_null())
    link = concept("field", events.rule.table) if events.rule.table else None
    return known.select(
        "person_id",
        measurement_concept_id=pl.lit(NO_CONCEPT),
        measurement_date=as_date(pl.col("first")),
        measurement_type_concept_id=concept_of("type", "source"),
        value_as_number=value.cast(pl.Float64) if numeric else pl.lit(None, dtype=pl.Float64),
        measurement_source_value=pl.lit(f"{events.entity.name}.{field.name}"),
        unit_source_value=pl.lit(field.unit if numeric and field.unit else None, dtype=pl.String),
        value_source_value=pl.col("_why")
        if numeric
        else pl.coalesce(value.cast(pl.String).str.head(LONGEST), "_why"),
        measurement_event_id="event_id",
        meas_event_field_concept_id=pl.lit(link, dtype=pl.Int64),
    )


def _episodes(events: list[Events]) -> pl.DataFrame:
    """Disease, progression and treatment episodes, with the event that each was made of."""
    made = []
    for one in events:
        if not one.rule.episode:
            continue
        frame = one.frame.filter(pl.col("_head")) if "_head" in one.frame.columns else one.frame
        order = pl.col("first").rank("ordinal").over("person_id")
        if one.rule.order:
            order = pl.col(one.rule.order)
        made.append(
            frame.select(
                "person_id",
                "event_id",
                episode_concept_id=pl.lit(concept("episode", one.rule.episode)),
                episode_start_date=as_date(pl.col("first")),
                episode_end_date=as_date(pl.col("last")),
                episode_number=order.cast(pl.Int64),
                episode_object_concept_id=pl.lit(NO_CONCEPT),
                episode_type_concept_id=concept_of("type", "source"),
                episode_source_value=pl.lit(f"{one.entity.name}: ") + word_of(one.rule),
                entity=pl.lit(one.entity.name),
                key=pl.col(one.entity.key[-1]).cast(pl.String),
                field_concept=pl.lit(concept("field", one.rule.table), dtype=pl.Int64),
            )
        )
    stacked = _stacked(made)
    return stacked.with_columns(episode_id=pl.int_range(1, stacked.height + 1, dtype=pl.Int64))


def _episode_events(episodes: pl.DataFrame, events: list[Events], dataset: Dataset) -> pl.DataFrame:
    """Which events an episode is made of: its own, and of a course the lesions that it treated."""
    own = episodes.select("episode_id", "event_id", episode_event_field_concept_id="field_concept")
    courses = episodes.filter(pl.col("entity") == "LocalTherapyCourse").select("episode_id", course_id="key")
    lesions = next(one for one in events if one.entity.name == "CourseLesion")
    treated = lesions.frame.select("course_id", "event_id").join(courses, on="course_id")
    lines = next(one for one in events if one.entity.name == "SystemicTherapyLine")
    others = lines.frame.filter(~pl.col("_head")).select("line_id", "event_id")
    of_line = episodes.filter(pl.col("entity") == "SystemicTherapyLine").select("episode_id", line_id="key")
    further = others.join(of_line, on="line_id")
    return pl.concat(
        [
            own,
            treated.select(
                "episode_id",
                "event_id",
                episode_event_field_concept_id=pl.lit(concept("field", PROCEDURE), dtype=pl.Int64),
            ),
            further.select(
                "episode_id",
                "event_id",
                episode_event_field_concept_id=pl.lit(concept("field", DRUG), dtype=pl.Int64),
            ),
        ]
    ).sort("episode_id", "event_id")


def _stacked(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(list(frames), how="diagonal_relaxed")
