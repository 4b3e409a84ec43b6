"""Rules of keys: unique, naming rows that exist, of the same patient, and named after patient and site."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.cells import form_words
from cimara.cohort.checks.located import PSEUDONYM
from cimara.cohort.checks.row_tests import plain
from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import ROW, Tables
from cimara.cohort.dataset import why
from cimara.cohort.findings import Severity
from cimara.cohort.model import Entity, Field, Kind


@rule(
    "K1",
    Severity.ERROR,
    "every",
    "every",
    says="the key of a row stands once",
    hint="Take one of the rows away, or give it a key of its own.",
)
def key_is_unique(tables: Tables) -> Iterator[Found]:
    """The second and later rows with one key."""
    for entity in tables.entities:
        rows = _of_one_fingerprint(tables.rows(entity.name), entity.key)
        if rows.height > 1:
            whole = rows.filter(pl.all_horizontal(pl.col(entity.key).is_not_null())).with_columns(
                _first=pl.col(ROW).first().over(entity.key),
                _again=pl.int_range(pl.len()).over(entity.key) > 0,
            )
            problem = pl.format(f"{' and '.join(entity.key)} as in row {{}}", "_first")
            yield Found(entity.name, entity.key[-1], breaking(whole, pl.col("_again"), problem))


def _of_one_fingerprint(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Rows whose key may be that of another row: all that are, and those which only look like it."""
    if rows.height < 2:
        return rows.clear()
    mixed = pl.lit(0, dtype=pl.UInt64)
    for seed, name in enumerate(key):
        mixed = mixed * 3 + pl.col(name).hash(seed)
    prints = rows.select(mixed.alias("print")).to_series()
    ordered = prints.sort()
    again = ordered.filter(ordered == ordered.shift(1))
    return rows.clear() if again.is_empty() else rows.filter(prints.is_in(again.unique().implode()))


@rule(
    "K1",
    Severity.ERROR,
    "every",
    "every",
    says="a key field has a value, and not a reason for a missing one",
    hint="A row without its key cannot be told from others; give it one, or take the row away.",
)
def key_has_no_reason(tables: Tables) -> Iterator[Found]:
    """Key fields with a reason in place of a value."""
    for entity in tables.entities:
        rows = tables.rows(entity.name)
        for name in entity.key:
            if f"{name}__why" in rows.columns:
                reasoned = pl.col(name).is_null() & why(rows, name).is_not_null()
                yield Found(
                    entity.name,
                    name,
                    breaking(rows, reasoned, pl.lit(f"{name} is a key, and has a reason for none")),
                )


@rule(
    "K1",
    Severity.ERROR,
    "every",
    "every",
    says="a row that another row names exists in the same submission",
)
def named_row_exists(tables: Tables) -> Iterator[Found]:
    """References to rows that are not there."""
    for entity in tables.entities:
        for field in entity.parents:
            if tables.rows(entity.name).height:
                yield Found(entity.name, field.name, _orphans(tables, entity, field))


def _orphans(tables: Tables, entity: Entity, field: Field) -> pl.DataFrame:
    parent, column = tables.model.entity(field.references), pl.col(field.name)
    told = column if field.kind is Kind.TEXT else plain(column)
    problem = pl.format(f"{field.name} {{}} has no row in {parent.name}", told)
    hint = pl.format(f"Add {{}} to {parent.table}, or correct {field.name}.", told)
    of_form = column.str.contains(field.pattern) if field.pattern else pl.lit(value=True)
    return breaking(tables.lost(entity, field), of_form, problem, hint)


@rule(
    "PATTERN",
    Severity.ERROR,
    "every",
    "every",
    says="the id of another row has the form of its field; of one that is there its key is told",
)
def named_id_has_its_form(tables: Tables) -> Iterator[Found]:
    """References of another form."""
    for entity in tables.entities:
        for field in entity.parents:
            if field.pattern and not tables.lost(entity, field).is_empty():
                broken = ~pl.col(field.name).str.contains(field.pattern)
                told = breaking(tables.lost(entity, field), broken, *form_words(field))
                yield Found(entity.name, field.name, told)


@rule(
    "K2",
    Severity.ERROR,
    "every",
    "every",
    says="a row is of the same patient as the row that it names",
    hint="Correct the reference, or the patient.",
)
def named_row_is_of_the_same_patient(tables: Tables) -> Iterator[Found]:
    """References to rows of another patient."""
    for entity in tables.entities:
        rows = tables.rows(entity.name)
        for field in entity.parents:
            key = tables.model.entity(field.references).key
            if field.references == "Patient" or len(key) > 1 or rows.is_empty():
                continue
            mask = rows.select(~_surely_own(tables, field).alias("own")).to_series()
            if not mask.any():
                continue
            owner = tables.keyed(field.references, "patient_id").rename(
                {key[0]: field.name, "patient_id": "_owner"}
            )
            joined = rows.filter(mask).join(owner, on=field.name, how="inner")
            ids = [_told(name, PSEUDONYM) for name in ("patient_id", "_owner")]
            told = pl.format("patient_id is {}, and " + field.name + " is of {}", *ids)
            yield Found(
                entity.name, field.name, breaking(joined, pl.col("_owner") != pl.col("patient_id"), told)
            )


def _surely_own(tables: Tables, field: Field) -> pl.Expr:
    """Whether an id of the parent's table begins with the patient of the row that names it.

    Where all ids of that table begin with their patient, this tells the rows that need no join; where its
    patients' ids are all of one length, the hyphen after them need not be looked at, which takes long.
    """
    if tables.misnamed(field.references):
        return pl.col(field.name).is_null()
    lengths = tables.rows(field.references)["patient_id"].str.len_bytes().unique()
    if lengths.len() > 1:
        return _starts_with_patient(field.name)
    patient = pl.col("patient_id")
    return pl.col(field.name).str.starts_with(patient) & (patient.str.len_bytes() == lengths.sum())


def _starts_with_patient(name: str) -> pl.Expr:
    return pl.col(name).str.starts_with(pl.col("patient_id") + "-")


def _told(name: str, pattern: str) -> pl.Expr:
    """An id that has its form; of any other text the length."""
    column = pl.col(name)
    text = pl.format("text of {} characters", column.str.len_chars())
    return pl.when(column.str.contains(pattern)).then(column).otherwise(text)


@rule(
    "PREFIX",
    Severity.ERROR,
    "every",
    "every",
    says="an id begins with the id of its patient, and that with the id of a site of the submission",
)
def id_is_named_after_its_patient_and_site(tables: Tables) -> Iterator[Found]:
    """Ids of another patient's form, and patients of a site that is not there."""
    for entity in tables.entities:
        name = entity.key[0]
        if len(entity.key) == 1 and name not in ("patient_id", "site_id") and tables.misnamed(entity.name):
            of_form = pl.col(name).str.contains(entity.field(name).pattern)
            told = pl.format(f"{name} does not begin with {{}}", _told("patient_id", PSEUDONYM))
            hint = f"A {name} is the patient_id, a hyphen, a letter and a number."
            rows = tables.rows(entity.name)
            yield Found(entity.name, name, breaking(rows, of_form & ~_starts_with_patient(name), told, hint))
    sites = tables.known("Site")
    if sites.len():
        site = pl.col("patient_id").str.head(4)
        strange = pl.col("patient_id").str.contains(PSEUDONYM) & ~site.is_in(sites.implode())
        told = pl.format("patient_id begins with {}, which has no row in Site", site)
        hint = "Add the site to site, or correct the patient_id."
        yield Found("Patient", "patient_id", breaking(tables.rows("Patient"), strange, told, hint))
