"""Counts re-weighted by the reader's errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.trials.survey import survey
from cimara.trials.survey.sensitivity import Confusion, ConfusionError, read_confusion, reweigh
from tests.unit.trials.survey.made_survey import trial

ERRING = Confusion({"excluded": {"excluded": 9, "stable_only": 1}, "stable_only": {"stable_only": 4}})


def expected(confusion: Confusion, *policies: str | None) -> dict[str, float]:
    found = survey([trial(number, policy) for number, policy in enumerate(policies, start=1)])
    rows = reweigh(found, found.total, found.schema.questions[0], confusion)
    return {row.column.id: row.expected for row in rows if row.expected}


def test_a_tenth_of_the_exclusions_was_really_stable_only() -> None:
    found = expected(ERRING, *["excluded"] * 10, "stable_only")
    assert found == pytest.approx({"excluded": 9, "stable_only": 2})


def test_a_perfect_reader_changes_nothing() -> None:
    perfect = Confusion({"excluded": {"excluded": 5}})
    assert expected(perfect, "excluded", "excluded") == {"excluded": 2}


def test_a_policy_that_was_never_labelled_stays_as_read() -> None:
    assert expected(ERRING, "active_allowed") == {"active_allowed": 1}


def test_what_was_not_read_stays_unread() -> None:
    assert expected(ERRING, None, "unclear") == {"unclear": 2}


def test_re_weighted_counts_add_up_to_the_group() -> None:
    found = expected(ERRING, *["excluded"] * 7, *["stable_only"] * 3, "unclear", None)
    assert sum(found.values()) == pytest.approx(12)


def test_a_matrix_is_read_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text("truth,read,n\nexcluded,excluded,9\nstable_only,excluded,1\n", encoding="utf-8")
    found = read_confusion(path)
    assert found.truths("excluded") == {"excluded": 0.9, "stable_only": 0.1}
    assert found.labelled == 10


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("truth,read\nexcluded,excluded\n", "columns truth, read, n"),
        ("truth,read,n\nexcluded,excluded,many\n", "line 2: not a count"),
        ("truth,read,n\nexcluded,excluded,-1\n", "not a count"),
    ],
)
def test_a_broken_matrix_is_refused_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfusionError, match=problem):
        read_confusion(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfusionError, match="can't be read"):
        read_confusion(tmp_path / "none.csv")
