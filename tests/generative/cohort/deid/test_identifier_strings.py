"""How many invented identifiers the scan finds, and how often it is alarmed by clinical columns."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.cohort.deid.hits import HitKind, IdentifierReport
from cimara.cohort.deid.scan import scan
from cimara.cohort.raw_tables import RawTable
from tests.generative.cohort.deid.clinical_cells import clinical_columns
from tests.generative.cohort.deid.identifier_strings import (
    EACH,
    HARD,
    KNOWN_MISSES,
    SOFT,
    Draw,
)
from tests.many import examples

DRAWS = examples(EACH, 100)


def scanned(column: str, cells: list[str]) -> IdentifierReport:
    frame = pl.DataFrame({column: cells}, schema={column: pl.String})
    return scan([RawTable(frame, pl.int_range(1, len(cells) + 1, dtype=pl.Int64, eager=True), "x.csv")])


def found(draw: Draw, kind: HitKind) -> int:
    """Of strings, each in a column of its own with harmless cells, how many are hit at least so hard."""
    rng = np.random.default_rng(7)
    columns = {f"finding_{place}x": [draw(rng), *["stable"] * 20] for place in range(DRAWS)}
    report = scan([RawTable(pl.DataFrame(columns), pl.int_range(1, 22, dtype=pl.Int64, eager=True), "x.csv")])
    return len({hit.column for hit in (report.hard if kind is HitKind.HARD else report.hits)})


@pytest.mark.parametrize("form", HARD)
def test_every_string_of_a_hard_format_refuses_the_data(form: str) -> None:
    assert found(HARD[form], HitKind.HARD) == DRAWS


@pytest.mark.parametrize("form", SOFT)
def test_every_string_of_a_soft_format_asks_for_judgement(form: str) -> None:
    assert found(SOFT[form], HitKind.SOFT) == DRAWS


@pytest.mark.parametrize("form", KNOWN_MISSES)
def test_what_the_reference_says_is_not_found_is_not_found(form: str) -> None:
    assert found(KNOWN_MISSES[form], HitKind.SOFT) == 0


def test_at_least_400_strings_are_tried() -> None:
    assert EACH * (len(HARD) + len(SOFT)) >= 400


@pytest.mark.parametrize("seed", range(examples(2, 20)))
def test_clinical_columns_raise_no_alarm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alarms = {name: [str(hit) for hit in scanned(name, cells).hits] for name, cells in clinical_columns(rng)}
    assert {name: hits for name, hits in alarms.items() if hits} == {}
