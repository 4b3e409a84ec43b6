"""The generated pages of the reference say what the code does."""

from __future__ import annotations

import pytest

from tests.shared_data import shared_data
from tools import make_reference, reader_accuracy


@pytest.mark.parametrize("name", ["commands.md", "settings.md"])
def test_a_generated_page_equals_what_it_is_made_from(name: str) -> None:
    page = make_reference.REFERENCE / name
    assert page.read_text(encoding="utf-8") == make_reference.PAGES[name]()


@pytest.mark.shared_data
def test_the_accuracy_page_equals_what_the_reader_scores() -> None:
    shared_data("trials/studies_v2.jsonl.gz")
    page = make_reference.REFERENCE / "reader-accuracy.md"
    assert page.read_text(encoding="utf-8") == reader_accuracy.page()
