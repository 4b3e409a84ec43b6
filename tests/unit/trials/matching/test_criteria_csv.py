"""The list as CSV: one row a trial and criterion, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from cimara.trials.matching import CnsFacts, Profile, match
from cimara.trials.matching.criteria_csv import COLUMNS, criteria_csv
from cimara.trials.study import Study
from cimara.trials.verdict import Change, ChangeKind, Criterion, CriterionId, CriterionValue, MatchResult
from tests.unit.trials.matching.made_trials import AS_OF, BRM_SENTENCE, trial

STABLE = Profile(as_of=AS_OF, cns=CnsFacts(state="treated_stable"))  # type: ignore[arg-type]


def table(result: MatchResult, study: Study, head: str = "head") -> list[list[str]]:
    """The lines of the table of one trial."""
    text = criteria_csv([result], {study.nct_id: study}, head=head)
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_head_comes_first_then_the_columns_then_a_row_a_criterion() -> None:
    study = trial()
    result = match(STABLE, study)
    head, columns, *rows = table(result, study, head="Records of a day.")
    assert head == ["Records of a day."]
    assert columns == list(COLUMNS)
    assert [row[columns.index("criterion")] for row in rows] == [one.id for one in result.criteria]
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_a_row_has_the_requirement_the_fact_and_the_sentence() -> None:
    study = trial()
    _head, columns, *rows = table(match(STABLE, study), study)
    brm = next(dict(zip(columns, row, strict=True)) for row in rows if "brm" in row)
    assert (brm["requirement"], brm["fact"], brm["quote"]) == ("stable_only", "treated_stable", BRM_SENTENCE)


@pytest.mark.parametrize(
    ("value", "change", "cell"),
    [
        (
            CriterionValue.FAILS,
            Change(kind=ChangeKind.STEROID_AT_MOST, drug="dexamethasone", mg=4.0),
            "steroid_at_most dexamethasone 4",
        ),
        (CriterionValue.FAILS, Change(kind=ChangeKind.FROM_DATE, date="2026-05-01"), "from_date 2026-05-01"),
        (CriterionValue.FAILS, None, ""),
        (CriterionValue.MEETS, Change(kind=ChangeKind.NONE), ""),
    ],
)
def test_what_would_have_to_change_is_told_of_failed_criteria(
    value: CriterionValue, change: Change | None, cell: str
) -> None:
    study = trial()
    one = Criterion(id=CriterionId.STEROIDS, value=value, reason="MATCH/steroids/x", change=change)
    result = replace(match(STABLE, study), criteria=(one,))
    assert table(result, study)[2][COLUMNS.index("change")] == cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    study = trial(brief_title=f"{start}1+1")
    rows = table(match(STABLE, study), study, head=f"{start}2")
    assert rows[0] == [f"'{start}2"]
    assert rows[2][COLUMNS.index("title")] == f"'{start}1+1"
