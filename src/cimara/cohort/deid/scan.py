"""Scans tables for identifiers before they leave the site; says what it looked for, never what it saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.deid import ages, calendar_columns, national_ids, person_ids, proper_names
from cimara.cohort.deid.cells import COLUMN, COUNT, TEXT, cells_of, worth_reading
from cimara.cohort.deid.column_names import RULE, category_of
from cimara.cohort.deid.hits import Hit, HitKind, IdentifierReport, Rule, counted
from cimara.cohort.deid.looked import Looked, looked_at
from cimara.cohort.deid.values import value_hits, value_rules
from cimara.cohort.raw_tables import RawTable

REDCAP = Rule(
    "redcap_identifier",
    HitKind.HARD,
    "R",
    "variables that the site's REDCap dictionary marks `Identifier? = y`",
    "Leave identifier fields out of the export (REDCap offers this when you export).",
)
HEADER = Rule(
    "header_holds_values",
    HitKind.HARD,
    "R",
    "headers that look like cells, as in a file without a header",
    "Give the file a header with the names of its columns.",
)
EMPTY_COLUMN = Rule(
    "empty_identifier_column",
    HitKind.SOFT,
    "A-R",
    "columns named after an identifier that are empty or hold only yes and no",
    "Leave the column out, so that nobody fills it later.",
)
NAMED_SOFT = Rule(
    "column_name_soft",
    HitKind.SOFT,
    "R",
    "columns named after staff, work or free text",
    "Leave the column out, or say with --accept why it names nobody.",
)
_FLAGS = frozenset({"0", "1", "2", "y", "n", "yes", "no", "true", "false", "ja", "nein", "oui", "non", "si"})
_PATIENT_PREFIXES = ("", "pat_")


def rules() -> tuple[Rule, ...]:
    """Everything that a scan looks for."""
    return (
        RULE,
        REDCAP,
        HEADER,
        EMPTY_COLUMN,
        NAMED_SOFT,
        *(one.rule for one in value_rules()),
        national_ids.HARD,
        national_ids.SOFT,
        *(person_ids.PATTERN, person_ids.NUMBER, person_ids.NUMBER_LIKE, person_ids.ORDER, person_ids.EQUAL),
        *(ages.STATED, ages.NINETY, ages.DERIVABLE),
        *(calendar_columns.SERIAL, calendar_columns.YEAR),
        *(proper_names.NAMES, proper_names.NUMBERED, proper_names.PROSE),
    )


def scan(
    tables: Iterable[RawTable] | Dataset,
    *,
    site: str | None = None,
    redcap_identifiers: Iterable[str] = (),
) -> IdentifierReport:
    """Look for identifiers in raw tables or in a data set.

    Parameters
    ----------
    site
        Ids must begin with it, where given.
    redcap_identifiers
        Variables that the site's dictionary marks as identifiers.

    Source of the rules: 45 CFR 164.514(b)(2)(i), categories A to R.
    """
    marked = {name.lower() for name in redcap_identifiers}
    looked = looked_at(tables)
    hits = _hits(looked, site, marked)
    return IdentifierReport(
        hits=tuple(sorted(hits, key=lambda hit: (hit.kind is HitKind.SOFT, hit.table, hit.column, hit.rule))),
        looked_for=rules(),
        tables=tuple((table.name, table.frame.height, len(table.columns)) for table in looked),
    )


def _hits(looked: list[Looked], site: str | None, marked: set[str]) -> Iterator[Hit]:
    """All hits; the cells of every table are read in one pass, each column under its number."""
    places = [(table, column) for table in looked for column in table.columns]
    cells = cells_of({str(key): table.columns[column] for key, (table, column) in enumerate(places)})
    by_column = {int(name): part for (name,), part in cells.partition_by(COLUMN, as_dict=True).items()}
    shown = _shown_names(looked)
    for key, (table, column) in enumerate(places):
        own = by_column.get(key, cells.clear())
        if shown[key] != column:
            yield _hit(HEADER, table, shown[key], 1, "the header looks like a cell")
        for rule, count, told in (*_named_hits(column, own, marked), *_column_hits(table, column, own, site)):
            yield _hit(rule, table, shown[key], count, told)
    institutions = {str(key) for key, (table, column) in enumerate(places) if column in table.institution}
    for name, rule, count, told in _cell_hits(worth_reading(cells), institutions):
        yield _hit(rule, places[int(name)][0], shown[int(name)], count, told)
    for table in looked:
        yield from _row_hits(table, {places[key][1]: shown[key] for key in shown if places[key][0] is table})


def _row_hits(table: Looked, shown: dict[str, str]) -> Iterator[Hit]:
    """Hits by several columns of a row."""
    for column, rule, count in person_ids.order_hits(table.frame):
        yield _hit(rule, table, shown[column], count, rule.looks_for.replace("ids that ", "the ids "))
    for prefix in _PATIENT_PREFIXES:
        if count := ages.derivable(table.frame, prefix):
            told = f"with {prefix}{ages.LAST} it gives an age of 90 or more for {counted(count, 'patient')}"
            yield _hit(ages.DERIVABLE, table, prefix + ages.AGE, count, told)


def _named_hits(column: str, cells: pl.DataFrame, marked: set[str]) -> Iterator[tuple[Rule, int, str]]:
    """Hits by the name of a column."""
    filled = int(cells[COUNT].sum())
    if column.lower() in marked and filled:
        yield REDCAP, filled, f"REDCap marks it as an identifier, and {counted(filled, 'cell')} filled"
    category = category_of(column)
    if category is None:
        return
    told = category.name.replace("_", " ")
    only_flags = set(cells[TEXT].str.to_lowercase()) <= _FLAGS
    if category.kind is HitKind.SOFT:
        if not only_flags:
            yield NAMED_SOFT, filled, f"its name speaks of something that may identify ({told})"
    elif only_flags:
        yield EMPTY_COLUMN, filled, f"its name speaks of an identifier ({told})"
    else:
        yield RULE, filled, f"its name speaks of an identifier ({told}); {counted(filled, 'cell')} filled"


def _column_hits(
    table: Looked, column: str, cells: pl.DataFrame, site: str | None
) -> Iterator[tuple[Rule, int, str]]:
    """Hits by name and cells of a column together."""
    if count := person_ids.pattern_hits(column, cells, site):
        yield person_ids.PATTERN, count, f"{counted(count, 'id')} not of the site's pattern"
    for rule, count in (
        *person_ids.number_hits(column, worth_reading(cells)),
        *calendar_columns.calendar_hits(column, cells),
    ):
        yield rule, count, f"{counted(count, 'cell')}: {rule.looks_for}"
    if column in table.frame.columns and (aged := ages.stated(table.frame, column)):
        yield aged[0], aged[1], f"{counted(aged[1], 'age')} over 89"


def _cell_hits(cells: pl.DataFrame, institutions: set[str]) -> Iterator[tuple[str, Rule, int, str]]:
    """Hits by what cells look like."""
    foreign = cells.filter(~pl.col(COLUMN).is_in(list(institutions)))
    for column, rule, count in (*value_hits(cells), *proper_names.name_hits(foreign)):
        yield column, rule, count, f"{counted(count, 'cell')}: {rule.looks_for}"
    for column, rule, count, name in national_ids.national_hits(cells):
        yield column, rule, count, f"{counted(count, 'cell')} may hold a {name}"


def _hit(rule: Rule, table: Looked, column: str, count: int, message: str) -> Hit:
    return Hit(
        kind=rule.kind,
        rule=rule.id,
        table=table.name,
        column=column,
        count=count,
        message=message,
        hint=rule.hint,
    )


def _shown_names(looked: list[Looked]) -> dict[int, str]:
    """Names of columns as they are told: one that looks like a cell itself is told by its place."""
    names = [pair for table in looked for pair in enumerate(table.columns, start=1)]
    cells = worth_reading(cells_of({str(key): pl.Series([name]) for key, (_, name) in enumerate(names)}))
    values = {column for column, rule, _ in value_hits(cells) if rule.kind is HitKind.HARD}
    values |= {column for column, *_ in national_ids.national_hits(cells)}
    values |= set(cells.filter(pl.col(TEXT).str.contains("[0-9]{6,}"))[COLUMN])
    return {
        key: f"{place} (its header looks like a value)" if str(key) in values else name
        for key, (place, name) in enumerate(names)
    }
