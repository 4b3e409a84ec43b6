"""Columns over whole cohorts against the readable way: points, windows of doses, changes over time."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.cohort.indices.concurrency import Window, concurrency
from cimara.cohort.indices.point_tables import CODED, Item, is_transcribed, point_table, table_names
from cimara.cohort.indices.scoring import Possible, other, score, score_columns
from tests.many import examples
from tests.unit.cohort.indices.chart import Row, chart, course_id

TABLES = tuple(name for name in table_names() if is_transcribed(name) and point_table(name).levels)
NUMBERS = {
    Item.AGE: st.integers(18, 90),
    Item.KPS: st.integers(0, 20).map(lambda tens: tens * 5),
    Item.BRAIN_METASTASES: st.integers(0, 12),
    Item.HAEMOGLOBIN: st.integers(100, 140),
}


def values_of(name: str, item: Item) -> st.SearchStrategy[Possible]:
    if item in CODED:
        codes = [level.code for level in point_table(name).levels_of(item)]
        single: st.SearchStrategy[int | str | None] = st.sampled_from([*codes, "nonsense", None])
    else:
        single = st.none() | NUMBERS[item]
    return st.one_of(single.map(lambda one: (one, one)), st.tuples(single, single))


@st.composite
def patients(draw: st.DrawFn) -> tuple[str, list[dict[Item, Possible]]]:
    name = draw(st.sampled_from(TABLES))
    one = st.fixed_dictionaries({item: values_of(name, item) for item in point_table(name).items})
    return name, draw(st.lists(one, min_size=1, max_size=30))


@settings(max_examples=examples(150, 3000), deadline=None)
@given(patients())
def test_the_columns_of_an_index_equal_the_single_patient(
    drawn: tuple[str, list[dict[Item, Possible]]],
) -> None:
    name, rows = drawn
    table = point_table(name)
    columns: dict[str, pl.Series] = {"patient_id": pl.Series([str(i) for i in range(len(rows))])}
    for item in table.items:
        kind = pl.String if item in CODED else pl.Int64
        columns[str(item)] = pl.Series([row[item][0] for row in rows], dtype=kind)
        columns[other(item)] = pl.Series([row[item][1] for row in rows], dtype=kind)
    found = score_columns(table, pl.DataFrame(columns)).to_dicts()
    for row, made in zip(rows, found, strict=True):
        one = score(table, row)
        assert (made["value"], made["band"], made["median_months"]) == (
            one.value,
            one.band,
            one.median_months,
        )
        assert (made["low"], made["high"]) == (one.low, one.high)
        told = tuple(tuple(made[column].split()) for column in ("items", "assumed", "missing"))
        assert told == (one.items, one.assumed, one.missing)


def dose_days(line: Row) -> set[int]:
    """Every dose day of a line with a last dose, one after the other."""
    start, last, step = int(str(line["start_day"])), int(str(line["last_dose_day"])), line["interval_days"]
    if step is None:
        return set(range(start, last + 1))
    return {*range(start, last + 1, int(str(step))), last}


LINES = st.builds(
    lambda start, length, step: {
        "line_id": "T1",
        "agents": ["trastuzumab_deruxtecan"],
        "start_day": start,
        "last_dose_day": start + length,
        "interval_days": step,
    },
    st.integers(-60, 60),
    st.integers(0, 120),
    st.none() | st.integers(1, 84),
)


@settings(max_examples=examples(150, 3000), deadline=None)
@given(LINES, st.integers(-80, 160), st.integers(0, 9), st.integers(0, 30), st.integers(0, 30))
def test_concurrency_equals_going_through_every_dose_and_fraction(
    line: Row, first: int, span: int, before: int, after: int
) -> None:
    course: Row = {
        "course_id": course_id(1),
        "modality": "hfsrt",
        "start_day": first,
        "end_day": first + span,
        "fractions": span + 1,
    }
    dataset = chart(
        Patient=[{"last_contact_day": 500}], LocalTherapyCourse=[course], SystemicTherapyLine=[line]
    )
    found = concurrency(dataset, windows={"adc": Window(before, after)})
    fractions = range(first, first + span + 1)
    wanted = any(a - before <= f <= a + after for a in dose_days(line) for f in fractions)
    wide = any(a - 28 <= f <= a + 28 for a in dose_days(line) for f in fractions)
    assert found.select("concurrent", "concurrent_28").row(0) == (word(wanted), word(wide))


def word(told: bool) -> str:
    return "yes" if told else "no"
