from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.nodes import Binary, Column, Compare, Number, entity_fields, names
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.printing import to_text
from cimara.cohort.expressions.tokens import LONGEST

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "cohort" / "expressions.md"


@pytest.mark.parametrize(
    "text",
    [
        "age_at_anchor >= 18",
        "a + b * c - d / 2",
        "(a + b) * c",
        "a - (b - c)",
        "a - b - c",
        "a / (b * c)",
        "-a + --b",
        "-(a + b)",
        "a or b and not c",
        "(a or b) and c",
        "not (a and b)",
        "not a == 1",
        "(a == 1) == (b == 2)",
        "a in (1, -2, 3.5)",
        "a not in ('x', 'it''s')",
        "a is null and b is not null",
        "coalesce(a, b, 0)",
        "if(a > 1, 'yes', null)",
        "round(ln(1 + a), 2)",
        "min(a, b)",
        "max(abs(a), 1)",
        "`hos.cat` == 'US'",
        "`and` + `2nd`",
        "`@UNK` == `first name`",
        "met{n}_dose / 100",
        "@nth == @of",
        "true or false",
        "count(BrainLesion)",
        "count(BrainLesion: first_seen_day <= 30)",
        "any(AdverseRadiationEffect: certainty in ('probable', 'confirmed') and symptomatic == 'yes')",
        "all(CourseLesion: fractions == 1)",
        "min(BrainLesion: first_seen_day)",
        "first(SystemicTherapyLine: line_id where stop_reason == 'toxicity' by start_day)",
        "sum(CourseLesion: v12_cm3 where fractions == 1)",
        "nearest(PerformanceStatus: value where scale == 'KPS', to = 0, before = 45, after = 14)",
        "ln(1 + attributed(CourseLesion.v12_cm3))",
        "Death.day - 30",
        "any(BrainLesion: count(CourseLesion: fractions > 1) > 2)",
        "1e-07 + 0.5",
    ],
)
def test_what_is_printed_is_what_was_read(text: str) -> None:
    assert to_text(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a in {1,2}", "a in (1, 2)"),
        ('a == "yes"', "a == 'yes'"),
        ("((a))", "a"),
        ("a+b*c", "a + (b * c)"),
        ("a or b and c", "a or (b and c)"),
        ("not a or b", "(not a) or b"),
        ("not a == b", "not (a == b)"),
        ("-a * b", "(-a) * b"),
        ("1 + 1 == 2 and x", "((1 + 1) == 2) and x"),
        ("01.50", "1.5"),
    ],
)
def test_two_ways_of_writing_the_same(text: str, same: str) -> None:
    assert parse(text) == parse(same)


def test_a_node_knows_where_it_stands() -> None:
    node = parse("a >= 18")
    assert node == Binary(Compare.GREATER_OR_EQUAL, Column("a"), Number(18))
    assert isinstance(node, Binary)
    assert (node.at, node.left.at, node.right.at) == (3, 1, 6)


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("", 1, "the expression ends"),
        ("a +", 4, "expected a number, a text"),
        ("a = 1", 3, "Equality is `==`"),
        ("a & b", 3, "Write `and`"),
        ("a || b", 3, "Write `or`"),
        ("!a", 1, "Write `not`"),
        ("a AND b", 3, "Write `and`"),
        ("a < b < c", 7, "Write `a < b and b < c`"),
        ("12mm", 3, "stands in backticks"),
        ("a == 'x", 6, "no closing quotation mark"),
        ("a \N{LEFT DOUBLE QUOTATION MARK}", 3, "straight quotation marks"),
        ("a in (yes)", 7, "Write 'yes' with quotation marks"),
        ("a in ()", 7, "expected a number or a text"),
        ("a in 1", 6, "expected a list"),
        ("a is 3", 6, "`null` or `not null`"),
        ("(a", 3, "expected `)`"),
        ("a b", 3, "expected an operator"),
        ("coalsce(a)", 1, "Did you mean coalesce?"),
        ("__import__('os')", 1, "no function"),
        ("a.b", 1, "no entity 'a'"),
        ("a().b", 1, "no function"),
        ("if(a, b)", 1, "if() has 2 values; expected 3"),
        ("round(a, 1, 2)", 1, "expected 1 or 2"),
        ("coalesce()", 1, "expected 1 or more"),
        ("ARE.onset_day", 1, "Did you mean AdverseRadiationEffect?"),
        ("any(brain_lesion: a)", 5, "Did you mean BrainLesion?"),
        ("any(Lesion: a)", 5, "BrainLesion"),
        ("first(BrainLesion)", 18, "expected `:`"),
        ("any(BrainLesion: a where b)", 20, "Join conditions by `and`"),
        ("nearest(PerformanceStatus: value, too = 1)", 35, "Did you mean to?"),
        ("first(BrainLesion: a, to = 1)", 23, "no settings"),
        ("attributed(v12_cm3)", 19, "attributed(CourseLesion.v12_cm3)"),
        ("@UNK", 1, "Reasons stand alone"),
        ("1e999", 1, "too large"),
        ("in == 1", 1, "stands in backticks"),
        ("a;b", 2, "divided by commas"),
        ("a[0]", 2, "no part of the language"),
        ("lambda: 1", 7, "expected an operator"),
    ],
)
def test_an_error_says_where_and_what_would_be_right(text: str, at: int, told: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert error.value.at == at
    assert told in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["(" * 50_000, "(" * 500, "-" * 3000 + "1", "not " * 900 + "a", "+".join("a" * 400), "a" * (LONGEST + 1)],
)
def test_what_is_too_long_or_too_deep_is_refused_in_words(text: str) -> None:
    with pytest.raises(ExpressionError, match="at most"):
        parse(text)


def test_a_text_is_never_repeated_in_a_message() -> None:
    with pytest.raises(ExpressionError) as error:
        parse("a 'Jansen'")
    assert "Jansen" not in str(error.value)


def test_names_are_those_of_the_row() -> None:
    assert names(parse("a + b * a > count(BrainLesion: cystic == 'yes') and Death.day > c")) == (
        "a",
        "b",
        "c",
    )


def test_entity_fields_are_those_of_calls_and_of_dots() -> None:
    text = "first(BrainLesion: lesion_id where cystic == x by first_seen_day) == 'a' and Death.day > c"
    assert entity_fields(parse(text)) == (
        ("BrainLesion", "lesion_id"),
        ("BrainLesion", "cystic"),
        ("BrainLesion", "x"),
        ("BrainLesion", "first_seen_day"),
        ("Death", "day"),
    )


def test_every_example_on_the_reference_page_is_read() -> None:
    text = PAGE.read_text(encoding="utf-8")
    held = text.split("## Examples")[1].split("```")[1].strip().splitlines()
    assert len(held) >= 8
    for one in held:
        assert (node := parse(one.split("  #")[0])) == parse(to_text(node))
