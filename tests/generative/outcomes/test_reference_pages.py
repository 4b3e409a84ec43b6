"""The pages of the methods: the same headings on each, and examples that run and print what they show."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.shared_data import shared_data

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "reference" / "statistics"
HEADINGS = [
    "What it estimates",
    "Formula",
    "Assumptions",
    "When not to use it",
    "Options and their defaults, with why",
    "Awkward data",
    "Same in R",
    "Example",
    "Reference",
]
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.stem != "index")
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n+^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_the_headings_in_order(page: Path) -> None:
    assert re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE) == HEADINGS


@pytest.mark.shared_data
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_example_prints_what_the_page_shows(page: Path) -> None:
    data = shared_data("stats/lung.csv").parent
    examples = EXAMPLE.findall(page.read_text(encoding="utf-8"))
    assert examples, "no example"
    for code, shown in examples:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, page.name, "exec"), {"DATA": data})
        assert out.getvalue().rstrip() == shown.rstrip()


def test_every_page_is_in_the_index() -> None:
    assert PAGES
    listed = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert [page.stem for page in PAGES if f"({page.name})" not in listed] == []
