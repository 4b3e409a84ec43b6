"""No text of a record acts as a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from cimara.terms.spreadsheet import safe_cell
from cimara.trials.atlas import atlas, heterogeneity
from cimara.trials.atlas.tables import write_csv
from tests.unit.trials.atlas.made_studies import outcome, study


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_could_start_a_formula_is_quoted(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "PFS", "1.5", "a=b", "a-b"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_the_atlas_writes_safe_cells() -> None:
    rows = list(csv.DictReader(io.StringIO(write_csv(heterogeneity(atlas([study(outcome("=PFS"))]))))))
    assert rows
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
