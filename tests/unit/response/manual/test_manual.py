"""The manual: rules as text, tables that nothing breaks, pages from examples."""

from __future__ import annotations

import msgspec
import pytest

from cimara.response.manual import manual_pages, rule_pages, rules_named
from cimara.response.manual.examples import (
    Example,
    Grid,
    Paragraph,
    Section,
    read_examples,
    write_examples,
)
from cimara.response.manual.markdown import grid, status, table, title_from
from cimara.response.manual.rules import all_rules, worst_status
from cimara.response.manual.sections import paragraph_text

SEEN = Grid(("visit", "L1"), (("baseline", "20"), ("W8", "10")))


def example(policy: str, response: str = "PR", **more: str) -> Example:
    return Example(policy, SEEN, Grid(("visit", "response"), (("W8", response),)), **more)


def paragraph(*examples: Example) -> Paragraph:
    return Paragraph("A title", ("RBM-T4", "R11-T4"), "A statement.", examples)


def test_a_cell_cannot_break_its_table() -> None:
    assert table(("a|b",), [("x\ny <z>",)]) == "| a\\|b |\n|---|\n| x y &lt;z> |\n"


def test_empty_columns_of_an_example_are_left_out() -> None:
    assert grid(Grid(("a", "b"), (("1", ""), ("2", "")))) == "| a |\n|---|\n| 1 |\n| 2 |\n"
    assert grid(Grid(("a",), ())) == ""


def test_an_unverified_status_is_said_in_words() -> None:
    assert status("U") == "**U unverified**"
    assert status("V / U") == "V / **U unverified**"
    assert status("P") == "P"


def test_the_name_of_a_test_is_a_title() -> None:
    assert title_from("test_an_absolute_rule_of_one_s_own") == "An absolute rule of one's own"
    assert title_from("test_rano_bm_and_os", {"os"}) == "RANO-BM and OS"


def test_a_rule_tells_its_conditions_in_words() -> None:
    first, second = (rule for rule in rules_named("RBM-O7"))
    assert (first.when, first.outcome, first.status) == ("clinical: UNKNOWN", "NE", "P")
    assert second.when == "steroid: UNKNOWN"
    assert rules_named("R11-O1")[0].outcome == "PD; kind of progression: new"
    assert (
        rules_named("RBM-C1")[1].when == "scale: KPS; baseline 90 to 100; now 0 to 70; worse by at least 10"
    )
    assert rules_named("LM17-9")[0].when == "in every other case"


def test_a_rule_is_as_sure_as_its_least_sure_row() -> None:
    assert {rule.status for rule in rules_named("IRN-1")} == {"A", "U"}
    assert worst_status("IRN-1") == "U"
    assert worst_status("IRN-1", "Okada 2015", flagged=False) == "A"
    assert worst_status("VOL-1", flagged=False) == "U"
    assert worst_status("RBM-O11") == "P"
    assert worst_status("RBM-O11", "Lin 2015") == "V"


def test_gated_are_the_unverified_rows_of_the_composite_and_the_volumes() -> None:
    assert {rule.rule_id for rule in all_rules() if rule.is_gated} == {"LM17-2", "LM17-3", "VOL-1"}


def test_policies_on_the_same_facts_are_rows_of_one_table() -> None:
    text = paragraph_text(paragraph(example("recist11"), example("rano_bm", "SD")), level=2)
    assert text.count("| baseline | 20 |") == 1
    assert "| `recist11` | W8 | PR |\n| `rano_bm` | W8 | SD |" in text


def test_a_note_keeps_its_example_apart() -> None:
    text = paragraph_text(paragraph(example("recist11", note="Best response: bor PR.")), level=2)
    assert "By `recist11`:\n\n| visit | response |\n|---|---|\n| W8 | PR |\n\nBest response: bor PR." in text


def test_a_paragraph_links_to_its_rules_with_source_and_status() -> None:
    text = paragraph_text(paragraph(), level=3)
    assert "### A title" in text
    assert "[RBM-T4](#rule-rbm-t4){.rule} (V, Lin 2015)" in text


def test_a_page_has_its_rules_and_a_warning_where_one_is_unverified() -> None:
    shown = (
        Section("a", "Sizes", (Paragraph("One", ("RBM-T4",), "Said.", (example("rano_bm"),)),)),
        Section("c", "Bare", (Paragraph("No example", ("RBM-T4", "RBM-C1"), "Said.", ()),) * 2),
        Section("b", "Scales", (Paragraph("Two", ("RBM-C1",), "Said.", (example("rano_bm"),)),)),
    )
    pages = manual_pages(shown)
    assert "[RBM-T4]{#rule-rbm-t4 .rule}" in pages["a.md"]
    assert "{warning}" not in pages["a.md"] + pages["c.md"]
    assert "Unverified on this page: RBM-C1." in pages["b.md"]
    assert "\na\nb\nc\n" in pages["index.md"]


def test_one_rule_is_printed_with_its_paragraphs() -> None:
    page = rule_pages("RBM-T4", (Section("a", "Sizes", (paragraph(example("rano_bm")),)),))
    assert page.startswith("# RBM-T4\n")
    assert "## A title" in page


def test_examples_are_read_as_they_were_written() -> None:
    sections = (Section("a", "Sizes", (paragraph(example("rano_bm", note="n")),)),)
    assert read_examples(write_examples(sections)) == sections


def test_a_file_that_holds_something_else_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        read_examples(b'[{"path": "a"}]')
