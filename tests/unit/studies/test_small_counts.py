"""Small counts are found by file, row and column in tables, pages and figures, and masked there."""

from __future__ import annotations

import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.studies.small_counts import (
    Counted,
    counted_by,
    masked,
    masked_figure,
    small_counts,
    small_counts_drawn,
    tables_of_html,
)

LIMITS = Disclosure()
FIGURE = """<svg><text x="1" y="20">6</text><text x="1" y="30">3 / 12</text>
<text x="1" y="50">Number at risk</text><text x="1" y="55">A</text><text x="1" y="60">9</text>
<text x="1" y="61">30</text><text x="1" y="70">Cumulative events</text><text x="1" y="80">4</text>
<text x="1" y="81">5</text></svg>"""


@pytest.mark.parametrize(("head", "text", "shown"), [
    ("n", "9", "<10"), ("n", "10", "10"), ("n", "0", "0"), ("n", "9.0", "<10"), ("Patients", "1", "<10"),
    ("events", "4", "<5"), ("events", "5", "5"), ("Events so far", "1", "<5"), ("At risk", "3", "<10"),
    ("Step 8", "7", "<10"), ("hr", "3", "3"), ("Months", "6.0", "6.0"), ("All", "6 (2 %)", "<10"),
    ("All", "72 (29 %)", "72 (29 %)"), ("All", "60 (53-66)", "60 (53-66)"),
    ("Left out", "4 with KPS empty; 32 with GPA empty", "<10 with KPS empty; 32 with GPA empty"),
])  # fmt: skip
def test_a_cell_is_masked_by_what_its_column_counts(head: str, text: str, shown: str) -> None:
    assert masked([["Group", head], ["a", text]], LIMITS)[1][1] == shown
    found = list(small_counts("t.csv", [["Group", head], ["a", text]], LIMITS))
    assert [(one.row, one.column) for one in found] == ([] if shown == text else [(1, head)])


def test_a_head_tells_no_small_group() -> None:
    assert masked([["", "yes (n = 7)", "no (n = 70)"]], LIMITS) == [["", "yes (n = <10)", "no (n = 70)"]]


def test_what_is_masked_is_found_small_no_more() -> None:
    table = [["Group", "n", "Events", "All"], ["a", "7", "3", "6 (2 %)"], ["b", "70", "30", "64 (20 %)"]]
    assert len(list(small_counts("t.csv", table, LIMITS))) == 3
    assert list(small_counts("t.csv", masked(table, LIMITS), LIMITS)) == []


def test_a_message_names_file_row_and_column_and_no_number() -> None:
    one = next(iter(small_counts("tables/a.csv", [["n"], ["70"], ["7"]], LIMITS)))
    assert str(one) == "tables/a.csv row 2, column n: a small number of people"


def test_a_stricter_study_masks_more() -> None:
    assert masked([["n"], ["15"]], Disclosure(min_n=20)) == [["n"], ["<20"]]


def test_the_rows_under_a_curve_are_masked_and_its_axis_is_not() -> None:
    drawn = masked_figure(FIGURE, LIMITS)
    texts = drawn.replace("</text>", "").split("<text")
    assert [one.partition(">")[2].strip() for one in texts[1:]][:2] == ["6", "&lt;5 / 12"]
    assert '"60">&lt;10' in drawn
    assert '"80">&lt;5' in drawn
    assert '"61">30' in drawn
    assert '"81">5' in drawn
    assert len(list(small_counts_drawn("f.svg", FIGURE, LIMITS))) == 3
    assert list(small_counts_drawn("f.svg", drawn, LIMITS)) == []


def test_tables_of_a_page_are_read_cell_by_cell() -> None:
    page = "<table><tr><th>n<th>x</tr><tr><td>7</td><td><b>a</b>b</td></tr></table><p>5<table><tr><td>1"
    assert tables_of_html(page) == [[["n", "x"], ["7", "ab"]], [["1"]]]


@pytest.mark.parametrize(("head", "counted"), [
    ("at_risk", Counted.PEOPLE), ("At risk", Counted.PEOPLE), ("observed", Counted.EVENTS), ("se", None),
])  # fmt: skip
def test_columns_are_known_by_their_heads(head: str, counted: Counted | None) -> None:
    assert counted_by(head) is counted
