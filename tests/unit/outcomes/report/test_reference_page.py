"""The reference of the analysis plan names every key and every word that a plan can have."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.outcomes.report import plan_reading
from cimara.outcomes.report.plan_words import (
    KEYS,
    TEST_KEYS,
    AskedTestKind,
    Audience,
    FigureKind,
    Format,
    Kind,
    keys_of,
)

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "analysis-plan.md"
NAMES = {
    *(key.name for key in KEYS),
    *TEST_KEYS,
    *plan_reading.TOP_KEYS,
    *plan_reading.STUDY_KEYS,
    *plan_reading.POPULATION_KEYS,
    *plan_reading.COVARIATE_KEYS,
    *plan_reading.ENDPOINT_KEYS,
    *plan_reading.TABLE_ONE_KEYS,
    *plan_reading.FIGURE_KEYS,
    *plan_reading.RELEASE_KEYS,
    *(word for words in plan_reading.WORDS.values() for word in words),
    *(str(word) for kind in (Kind, AskedTestKind, FigureKind, Format, Audience) for word in kind),
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_of_the_plan_is_in_the_reference(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"`{name}`" in page or f"[{name}]" in page or f"[{name}." in page


@pytest.mark.parametrize("kind", list(Kind))
def test_the_row_of_a_kind_names_only_keys_that_it_takes(kind: Kind) -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("| `") and f"`{kind}`" in line.split("|")[1])
    named = [part.strip(" `") for part in row.split("|")[3].split(",")]
    known = {key.name for key in keys_of(kind)}
    assert [one for one in named if one != "as the design wrote them" and one not in known] == []
