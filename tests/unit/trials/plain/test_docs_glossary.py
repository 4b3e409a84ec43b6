"""The manual's glossary is the product's glossary."""

from __future__ import annotations

from pathlib import Path

from cimara.trials.plain import glossary
from tools import docs_glossary


def test_the_page_is_the_one_that_the_glossary_makes() -> None:
    assert docs_glossary.PAGE.read_text(encoding="utf-8") == docs_glossary.page()


def test_every_term_has_its_heading() -> None:
    headings = [line[3:] for line in docs_glossary.page().splitlines() if line.startswith("## ")]
    assert headings == [entry.term for entry in glossary("en")]


def test_the_page_lies_in_the_reference() -> None:
    assert docs_glossary.PAGE.parts[-3:] == ("docs", "reference", "glossary.md")
    assert Path(docs_glossary.__file__).parent.name == "tools"
