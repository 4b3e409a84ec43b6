from __future__ import annotations

import math

import polars as pl
import pytest

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.rows import column, compiled, condition
from cimara.cohort.expressions.types import ColumnType, Type, types_of
from cimara.cohort.model import data_model

CELL, NUMBER, TRUTH = ColumnType(Type.CELL), ColumnType(Type.NUMBER), ColumnType(Type.TRUTH)
SCHEMA = {
    "x": NUMBER,
    "y": NUMBER,
    "cell": CELL,
    "other": CELL,
    "sex": ColumnType(Type.TEXT, ("female", "male")),
    "word": ColumnType(Type.TEXT),
    "basis": ColumnType(Type.CODES, ("mri", "csf", "clinical")),
    "p": TRUTH,
    "q": TRUTH,
}
ROW = {
    "x": 2.0,
    "y": None,
    "cell": "3.0",
    "other": "3",
    "sex": "male",
    "word": "abc",
    "basis": ["mri", "csf"],
    "p": True,
    "q": None,
}
TYPES = {
    "x": pl.Float64,
    "y": pl.Float64,
    "cell": pl.String,
    "other": pl.String,
    "sex": pl.String,
    "word": pl.String,
    "basis": pl.List(pl.String),
    "p": pl.Boolean,
    "q": pl.Boolean,
}


def value(text: str, **cells: object) -> object:
    frame = pl.DataFrame({name: [one] for name, one in (ROW | cells).items()}, schema=TYPES)
    return frame.select(column(parse(text), SCHEMA).alias("value"))["value"][0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x + 3 * 2", 8.0),
        ("-x / 4", -0.5),
        ("x / 0", None),
        ("0 / 0", None),
        ("x + y", None),
        ("abs(-x)", 2.0),
        ("ln(1)", 0.0),
        ("ln(0)", None),
        ("ln(-1)", None),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("round(2.345, 2)", 2.35),
        ("min(x, 90)", 2.0),
        ("max(x, 90, 7)", 90.0),
        ("min(y, 90)", None),
        ("max(x, y)", None),
        ("coalesce(y, x)", 2.0),
        ("coalesce(y, null, 5)", 5.0),
        ("if(p, 1, 0)", 1.0),
        ("if(not p, 1, 0)", 0.0),
        ("if(q, 1, 0)", None),
        ("if(p, 'a', null)", "a"),
        ("1e308 * 10", None),
    ],
)
def test_values(text: str, found: object) -> None:
    assert value(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x == 2", True),
        ("x != 2", False),
        ("x < 2 or x > 1", True),
        ("y == 2", None),
        ("y is null", True),
        ("x is not null", True),
        ("x in (1, 2)", True),
        ("x not in (1, -2)", True),
        ("y in (1, 2)", None),
        ("sex == 'male'", True),
        ("sex in ('female')", False),
        ("word != 'abc'", False),
        ("basis in ('csf', 'clinical')", True),
        ("basis not in ('csf')", False),
        ("basis is null", False),
        ("p == true", True),
        ("p == q", None),
        ("null", None),
    ],
)
def test_conditions(text: str, found: object) -> None:
    assert value(text) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p and q", None),
        ("not p and q", False),
        ("q and not p", False),
        ("p or q", True),
        ("q or p", True),
        ("not p or q", None),
        ("not q", None),
        ("q or q", None),
    ],
)
def test_unknown_is_a_third_truth(text: str, found: object) -> None:
    assert value(text) is found


def test_codes_that_are_not_known_are_not_known_to_have_one() -> None:
    assert value("basis in ('csf')", basis=None) is None
    assert value("basis not in ('csf')", basis=None) is None


@pytest.mark.parametrize(
    "text", ["x + y == 0.3", "0.3 >= x + y", "x * 3 == 0.3", "x + y <= 0.3", "not x + y > 0.3"]
)
def test_sums_of_decimals_are_compared_as_decimals(text: str) -> None:
    assert value(text, x=0.1, y=0.2) is True


def test_what_is_really_larger_stays_larger() -> None:
    assert value("x + y > 0.3", x=0.1, y=0.2001) is True
    assert value("x > 0.3", x=math.nextafter(0.3, 1)) is True


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cell == 3", True),
        ("cell == other", True),
        ("cell != other", False),
        ("cell <= other", True),
        ("cell in (1, 3)", True),
        ("cell == '3.0'", True),
        ("cell in ('3.0')", True),
        ("cell + 1", 4.0),
        ("coalesce(cell, 0)", 3.0),
        ("if(p, cell, 'none')", "3.0"),
    ],
)
def test_a_cell_is_what_it_is_used_as(text: str, found: object) -> None:
    assert value(text) == found


def test_two_cells_of_text_are_equal_by_their_text() -> None:
    assert value("cell == other", cell="a", other="a") is True
    assert value("cell == other", cell="a", other="3") is False


def test_which_cells_were_read_as_numbers_is_told() -> None:
    found = compiled(parse("if(other == 'a', cell + 1, x)"), SCHEMA)
    assert found.numbers == {"cell"}
    assert compiled(parse("min(coalesce(cell, other), 1)"), SCHEMA).numbers == {"cell", "other"}


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("z + 1", 1, "no column 'z'"),
        ("sexx == 'male'", 1, "Did you mean sex?"),
        ("sex == male", 8, "A code stands in quotation marks: 'male'"),
        ("sex == 'mal'", 8, "Did you mean 'male'?"),
        ("sex in ('female', 'man')", 19, "'man' is no code of this field"),
        ("basis in ('mra')", 11, "Did you mean 'mri'?"),
        ("basis == 'mri'", 1, "has any of them"),
        ("x == null", 6, "`is null`"),
        ("x == 'two'", 6, "a text stands here; expected a number"),
        ("word + 1", 1, "a text stands here; expected a number"),
        ("word < 'b'", 6, "no order"),
        ("x and p", 1, "expected a condition"),
        ("not x", 5, "expected a condition"),
        ("p + 1", 1, "`if(x > 3, 1, 0)`"),
        ("p == 1", 1, "a condition stands here; expected a number"),
        ("if(p, 1, 'a')", 10, "a text stands here; expected a number"),
        ("coalesce(x, p)", 13, "a condition stands here; expected a number"),
        ("x in (1, 'a')", 3, "a list of numbers and texts"),
        ("x in ('a')", 1, "a number stands here; expected a text"),
        ("round(x, y)", 10, "a whole number from 0 to 9"),
        ("round(x, 1.5)", 10, "a whole number from 0 to 9"),
        ("day(x)", 1, "days are numbers here"),
        ("any(Death: day > 1)", 1, "columns of this row alone"),
        ("Death.day > 1", 1, "columns of this row alone"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_row_is_read(text: str, at: int, told: str) -> None:
    with pytest.raises(ExpressionError) as error:
        column(parse(text), SCHEMA)
    assert told in str(error.value)
    assert error.value.at == at


def test_a_condition_is_asked_for_where_one_is_needed() -> None:
    with pytest.raises(ExpressionError, match="expected a condition"):
        condition(parse("x + 1"), SCHEMA)


def test_fields_of_the_model_bring_their_codes() -> None:
    patient = types_of(data_model().entity("Patient"))
    assert patient["sex"].codes == ("female", "male", "other", "unknown")
    assert patient["race"].type is Type.CODES
    with pytest.raises(ExpressionError, match="'probabl'"):
        column(parse("certainty == 'probabl'"), types_of(data_model().entity("AdverseRadiationEffect")))
