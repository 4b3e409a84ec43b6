"""Reads the list of choices of a field in anybody's data dictionary (`1, Left | 2, Right`)."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.cohort.redcap.columns import checkbox_column, plain_text


@dataclass(frozen=True, slots=True)
class Choice:
    """A code and its label, without HTML."""

    code: str
    label: str


YES_NO = (Choice("1", "Yes"), Choice("0", "No"))
TRUE_FALSE = (Choice("1", "True"), Choice("0", "False"))


@dataclass(frozen=True, slots=True)
class ChoiceProblem:
    """What is wrong with a list of choices; `grave` where values cannot be read for sure."""

    grave: bool
    problem: str
    hint: str


def read_choices(text: str) -> tuple[tuple[Choice, ...], tuple[ChoiceProblem, ...]]:
    """The choices of a text, and what is wrong with them.

    A choice without a comma is its own label, as in old projects. A code that comes twice counts once.
    """
    parts, problems = _parts(text)
    choices: dict[str, Choice] = {}
    for part in parts:
        code, comma, label = (one.strip() for one in part.partition(","))
        if not code:
            problems.append(ChoiceProblem(True, "a choice has no code", "Write it as `1, Label`."))
        elif code in choices:
            problems.append(
                ChoiceProblem(True, f"code {code} stands twice", "Give one of the choices a code of its own.")
            )
        else:
            choices[code] = Choice(code, plain_text(label if comma else code))
    return tuple(choices.values()), (*problems, *_doubles(choices))


def _parts(text: str) -> tuple[list[str], list[ChoiceProblem]]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if "|" not in text and len(lines) > 1:
        hint = "REDCap takes them parted by | in a dictionary."
        return lines, [ChoiceProblem(False, "the choices stand on lines of their own", hint)]
    parts = [part.strip() for part in " ".join(lines).split("|")]
    if len(parts) > 1 and not all(parts):
        return [part for part in parts if part], [
            ChoiceProblem(False, "a choice is empty", "Take out one of the two |.")
        ]
    return [part for part in parts if part], []


def _doubles(choices: dict[str, Choice]) -> list[ChoiceProblem]:
    """Labels, and names of checkbox columns, that belong to several codes."""
    labels = [one.label for one in choices.values()]
    twice = sum(labels.count(label) > 1 for label in set(labels))
    problems = []
    if twice:
        hint = "An export of labels cannot be read back; export raw data."
        told = "a label belongs to several codes" if twice == 1 else f"{twice} labels belong to several codes"
        problems.append(ChoiceProblem(False, told, hint))
    return problems


def same_columns(field: str, choices: tuple[Choice, ...]) -> tuple[str, ...]:
    """Columns of a checkbox that several of its codes would have (`-1` and `_1`, `A` and `a`)."""
    columns = [checkbox_column(field, one.code) for one in choices]
    return tuple(sorted({one for one in columns if columns.count(one) > 1}))
