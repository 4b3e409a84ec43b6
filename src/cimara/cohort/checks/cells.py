"""Rules of single cells: needed or not, reason or value, codes, ranges, patterns, days in order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

import polars as pl

from cimara.cohort.checks.row_tests import RowTest, limits, number_shown, plain
from cimara.cohort.checks.rule import Rule
from cimara.cohort.checks.suggestions import suggested
from cimara.cohort.checks.tables import within_range
from cimara.cohort.findings import Severity
from cimara.cohort.model import Entity, Field, Kind, MissingReason, Need, data_model

EVERY = ("every",)
REQUIRED = Rule(
    "REQUIRED",
    Severity.ERROR,
    EVERY,
    EVERY,
    "a required field has a value, or a reason why not",
    "Give a value, or why there is none: UNK unknown, ND not done, NA not applicable, "
    "NASK not collected here, NAVU not available any more.",
)
BOTH = Rule(
    "BOTH",
    Severity.ERROR,
    EVERY,
    EVERY,
    "a field has a value or a reason for a missing one, not both",
    "Take the reason away, or the value.",
)
REASON = Rule(
    "REASON",
    Severity.ERROR,
    EVERY,
    EVERY,
    "a reason for a missing value is one of the list",
    f"The reasons are {', '.join(MissingReason)}.",
)
CODE = Rule("CODE", Severity.ERROR, EVERY, EVERY, "a coded field holds codes of its list")
NONE = Rule(
    "NONE",
    Severity.ERROR,
    EVERY,
    EVERY,
    "`none` stands alone among several codes",
    "Take `none` away, or the other codes.",
)
RANGE = Rule("RANGE", Severity.ERROR, EVERY, EVERY, "a number or a day lies in the range of its field")
PATTERN = Rule("PATTERN", Severity.ERROR, EVERY, EVERY, "a text has the form of its field")
ENTERED = Rule(
    "ENTERED",
    Severity.ERROR,
    EVERY,
    ("entered_day",),
    "a row is entered on or after the last event that it tells",
    "Check the days of the row; days count from the anchor.",
)
CELL_RULES = (REQUIRED, BOTH, REASON, CODE, NONE, RANGE, PATTERN, ENTERED)

SLIPS = {
    "Gy": (0.01, "cGy"),
    "cm3": (0.001, "mm3"),
    "mm": (10.0, "cm"),
    "%": (100.0, "a fraction of 1"),
}
"""Factor to the field's unit, and the unit that is often typed in its place."""
FORMS = {
    "site_id": "two capital letters and two digits, as UT01",
    "patient_id": "site, hyphen, P and 4 to 6 digits, as UT01-P0031",
    "lesion_id": "patient and lesion, as UT01-P0031-L01",
    "parent_lesion_id": "patient and lesion, as UT01-P0031-L01",
    "scan_id": "patient and scan, as UT01-P0031-S01",
    "course_id": "patient and course, as UT01-P0031-C01",
    "attributed_course_id": "patient and course, as UT01-P0031-C01",
    "line_id": "patient and line, as UT01-P0031-T01",
    "are_id": "patient and effect, as UT01-P0031-A01",
    "curator": "a pseudonym in lower-case letters, as curator-3",
    "site_curator": "a pseudonym in lower-case letters, as curator-3",
    "country": "two capital letters (ISO 3166), as NL",
    "data_cut": "year and quarter, as 2025-Q2",
    "study_id": "lower-case letters, digits and hyphens, as rn-bev-1",
    "policy_hash": "64 hexadecimal digits in lower case",
    "file_sha256": "64 hexadecimal digits in lower case",
    "icdo_topography": "as C34.1",
    "icdo_morphology": "as 8140/3",
    "rule_used": "a lower-case word, as rano_neurologic_v1",
}
"""What a text field looks like, in words."""


@lru_cache(maxsize=256)
def cell_tests(name: str, reasons: frozenset[str]) -> tuple[RowTest, ...]:
    """The tests of every cell of one table; `reasons` are the columns of reasons that it has."""
    entity = data_model().entity(name)
    tests: list[RowTest] = []
    for field in entity.fields:
        tests += _presence(field, field.why in reasons)
        if field.kind in (Kind.CODE, Kind.CODES):
            tests += _codes(field)
        elif field.kind is not Kind.TEXT:
            tests += _range(field)
        elif field.pattern and not field.references:
            broken = ~pl.col(field.name).str.contains(field.pattern)
            problem, hint = partial(_form_problem, field), partial(_form_hint, field)
            tests.append(RowTest(PATTERN, field.name, broken, problem, hint))
    return (*tests, *_entered(entity))


def _presence(field: Field, reasoned: bool) -> Iterator[RowTest]:
    value, reason = pl.col(field.name), pl.col(field.why)
    if field.need is Need.REQUIRED:
        blank = value.is_null() & reason.is_null() if reasoned else value.is_null()
        yield RowTest(REQUIRED, field.name, blank, lambda: pl.lit(f"{field.name} is needed and blank"))
    if reasoned:
        both = f"{field.name} has a value, and {field.why} a reason for none"
        yield RowTest(BOTH, field.name, value.is_not_null() & reason.is_not_null(), lambda: pl.lit(both))
        unknown = f"{field.why} is text of {{}} characters, no reason of the list"
        broken = ~reason.is_in(list(MissingReason))
        yield RowTest(REASON, field.name, broken, lambda: pl.format(unknown, reason.str.len_chars()))


def _codes(field: Field) -> Iterator[RowTest]:
    column = pl.col(field.name)
    several = field.kind is Kind.CODES
    unknown = column.list.set_difference(list(field.code_names)) if several else column
    wrong = unknown.list.first() if several else column
    broken = unknown.list.len() > 0 if several else ~column.is_in(field.code_names)
    yield RowTest(
        CODE, field.name, broken, partial(_code_problem, field, wrong), partial(_code_hint, field, wrong)
    )
    if several and "none" in field.code_names:
        beside = column.list.len() - 1
        broken = column.list.contains("none") & (beside > 0)
        told = f"{field.name} holds none beside {{}} other codes"
        yield RowTest(NONE, field.name, broken, lambda: pl.format(told, beside))


def _code_problem(field: Field, wrong: pl.Expr) -> pl.Expr:
    short = pl.when(wrong.str.contains(r"^\d{1,3}$")).then(pl.format("the number {}", wrong))
    text = pl.format("text of {} characters", wrong.str.len_chars())
    return pl.format(f"{field.name} holds {{}}, which is no code of it", pl.coalesce(short, text))


def _code_hint(field: Field, wrong: pl.Expr) -> pl.Expr:
    return wrong.map_batches(lambda words: suggested(words, field), return_dtype=pl.String)


def _range(field: Field) -> Iterator[RowTest]:
    column = pl.col(field.name)
    scaled = (column * field.scale).round() if field.kind is Kind.DECIMAL else column
    if field.lowest is not None and field.highest is not None:
        broken = ~scaled.is_between(field.lowest * field.scale, field.highest * field.scale)
        yield RowTest(RANGE, field.name, broken, partial(_range_problem, field), partial(slip_hint, field))


def _range_problem(field: Field) -> pl.Expr:
    allowed = limits(field.lowest, field.highest)
    return pl.format(f"{field.name} is {{}}, allowed {allowed}", number_shown(pl.col(field.name), field))


def slip_hint(field: Field) -> pl.Expr:
    """What a number out of range looks like."""
    column = pl.col(field.name)
    if field.kind is Kind.DAY:
        date = column.is_between(19_000_101, 21_001_231)
        told = pl.lit("Looks like a calendar date; enter days from the anchor.")
        return pl.when(date).then(told).otherwise(pl.lit("Days count from the patient's anchor."))
    if field.name == "age_at_anchor":
        old = pl.lit("Enter 90 for every age of 90 or more, with age_topcoded = yes.")
        return pl.when(column > field.highest).then(old).otherwise(pl.lit("The model is of adults."))
    if field.unit not in SLIPS:
        return pl.lit("")
    factor, called = SLIPS[field.unit]
    meant = (column * factor).round(field.places)
    fits = meant.is_between(field.lowest or 0, field.highest) & (meant > 0)
    return (
        pl.when(fits).then(pl.format(f"Looks like {called}; enter {{}}.", plain(meant))).otherwise(pl.lit(""))
    )


def form_words(field: Field) -> tuple[pl.Expr, pl.Expr]:
    """Problem and hint of a text of another form."""
    return _form_problem(field), _form_hint(field)


def _form_problem(field: Field) -> pl.Expr:
    length = pl.col(field.name).str.len_chars()
    return pl.format(f"{field.name} is text of {{}} characters in another form", length)


def _form_hint(field: Field) -> pl.Expr:
    expected = FORMS.get(field.name, "letters, digits, blanks and . _ / ( ) + -")
    length = f", at most {field.max_length} characters" if field.max_length else ""
    return pl.lit(f"Expected {expected}{length}.")


def _entered(entity: Entity) -> Iterator[RowTest]:
    events = [one for one in entity.fields if one.kind is Kind.DAY and one.name != "entered_day"]
    if events and "entered_day" in entity.by_name:
        last = pl.max_horizontal([pl.when(within_range(one)).then(pl.col(one.name)) for one in events])
        broken = within_range(entity.field("entered_day")) & (pl.col("entered_day") < last)
        told = "entered_day is {}, and the row tells of day {}"
        yield RowTest(ENTERED, "entered_day", broken, lambda: pl.format(told, "entered_day", last))
