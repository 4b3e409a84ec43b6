"""Re-weights counts by how often the reader errs, from a confusion matrix of labelled trials."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cimara.terms.errors import CimaraError
from cimara.trials.survey.count import Group, Survey
from cimara.trials.survey.schema import Column, Question

HEADER = ("truth", "read", "n")


class ConfusionError(CimaraError):
    """A confusion matrix that can't be used."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many labelled trials of a true policy were read as which: `counts[read][truth]`."""

    counts: Mapping[str, Mapping[str, int]]

    def truths(self, read: str) -> dict[str, float]:
        """The chance of each true policy, given what was read; the reading itself when never labelled."""
        found = self.counts.get(read, {})
        total = sum(found.values())
        return {truth: n / total for truth, n in found.items() if n} if total else {read: 1.0}

    @property
    def labelled(self) -> int:
        """How many labelled trials."""
        return sum(n for row in self.counts.values() for n in row.values())


def read_confusion(path: Path) -> Confusion:
    """A matrix from a CSV with the columns `truth`, `read` and `n`.

    Raises
    ------
    ConfusionError
        When the file can't be read, lacks a column, or a count isn't a whole number of 0 or more.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if not set(HEADER) <= set(reader.fieldnames or ()):
                raise ConfusionError(
                    "not a confusion matrix", where=str(path), expected=f"columns {', '.join(HEADER)}"
                )
            counts: dict[str, dict[str, int]] = {}
            for row in reader:
                n = _whole(row["n"], f"{path} line {reader.line_num}")
                cell = counts.setdefault(row["read"].strip(), {})
                cell[row["truth"].strip()] = cell.get(row["truth"].strip(), 0) + n
    except (OSError, UnicodeDecodeError) as error:
        raise ConfusionError(f"can't be read ({type(error).__name__})", where=str(path)) from None
    return Confusion(counts)


def _whole(text: str | None, where: str) -> int:
    if text is None or not text.strip().isdecimal():
        raise ConfusionError("not a count", where=where, expected="a whole number of 0 or more in column n")
    return int(text)


@dataclass(frozen=True, slots=True)
class Reweighted:
    """One column as read, and as it would be if the reader errs as it does on the labelled trials."""

    column: Column
    read: int
    expected: float
    total: int


def reweigh(survey: Survey, group: Group, question: Question, confusion: Confusion) -> tuple[Reweighted, ...]:
    """Expected counts of the true policies: over the trials of a group, the chance of each truth as read.

    The counts add up to the group. What was not read, and policies that the schema has no column for, fall
    into the unread column.
    """
    expected = {column.id: 0.0 for column in question.columns}
    for trial in group.trials:
        read = survey.answers[question.id][trial]
        for truth, chance in (confusion.truths(read) if read else {"": 1.0}).items():
            expected[_column(question, truth).id] += chance
    return tuple(
        Reweighted(column, group.cell(question.id, column.id).count, expected[column.id], len(group.trials))
        for column in question.columns
    )


def _column(question: Question, policy: str) -> Column:
    return next((one for one in question.columns if policy in one.policies), question.unread)
