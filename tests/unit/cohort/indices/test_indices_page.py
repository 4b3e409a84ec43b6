"""The reference page of the indices is the one that their tables make."""

from __future__ import annotations

from cimara.cohort.indices.point_tables import table_names
from tools.indices_page import PAGE, page


def test_the_page_is_in_step_with_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.indices_page"


def test_every_gpa_is_on_the_page() -> None:
    told = page()
    assert [name for name in table_names() if "gpa" in name and f"(`{name}`)" not in told] == []
