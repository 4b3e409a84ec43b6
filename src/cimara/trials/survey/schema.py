"""The schemas of a survey: which policies make up each column, and what was published for it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from cimara.terms.errors import CimaraError
from cimara.trials.study import Study

NOT_MENTIONED = "not_mentioned"
UNREAD = "unread"
REQUIRED = "required"
ACTIVE = "active"


class SchemaError(CimaraError):
    """A schema that doesn't exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One answer; `published` is the published share in percent, `role` marks unread, required and active."""

    id: str
    label: str
    policies: tuple[str, ...]
    role: str = ""
    published: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question with its answers; `field` is the value of an eligibility reading that answers it."""

    id: str
    label: str
    field: str
    columns: tuple[Column, ...]

    def column_of(self, study: Study) -> Column:
        """The column that a study falls into; what no column takes falls into the unread one."""
        policy = policy_of(study, self.field)
        return next((one for one in self.columns if policy in one.policies), self.unread)

    @property
    def unread(self) -> Column:
        """The column of what was not read, or could not be settled."""
        return next(one for one in self.columns if one.role == UNREAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The questions of one survey, with the source of the published figures."""

    id: str
    title: str
    questions: tuple[Question, ...]
    source: str = ""
    note: str = ""

    def with_required_merged(self) -> Schema:
        """The same schema with `required` counted under the column of active brain metastases."""
        return replace(self, questions=tuple(map(_merged, self.questions)))


def policy_of(study: Study, field: str) -> str | None:
    """The word that answers a question for one study; None when the study was not read."""
    read = study.eligibility
    if read is None:
        return None
    if field == "steroid_policy":
        return str(read.fields.steroid_policy or NOT_MENTIONED)
    return str(getattr(read, field))


@cache
def schemas() -> dict[str, Schema]:
    """Every schema by its name."""
    text = files("cimara.trials.survey").joinpath("schemas.toml").read_text("utf-8")
    return {name: _schema(name, entry) for name, entry in tomllib.loads(text).items()}


def schema_named(name: str) -> Schema:
    """The schema of that name.

    Raises
    ------
    SchemaError
        When there is none.
    """
    found = schemas().get(name)
    if found is None:
        raise SchemaError("no such survey schema", where="schema", expected=f"one of {', '.join(schemas())}")
    return found


def _schema(name: str, entry: dict[str, Any]) -> Schema:
    questions = tuple(
        Question(
            id=one["id"],
            label=one["label"],
            field=one["field"],
            columns=tuple(_column(column) for column in one["columns"]),
        )
        for one in entry["question"]
    )
    return Schema(
        id=name,
        title=entry["title"],
        source=entry.get("source", ""),
        note=entry.get("note", ""),
        questions=questions,
    )


def _column(entry: dict[str, Any]) -> Column:
    return Column(**{**entry, "policies": tuple(entry["policies"])})


def _merged(question: Question) -> Question:
    required = next((one for one in question.columns if one.role == REQUIRED), None)
    if required is None:
        return question
    columns = tuple(
        replace(one, policies=(*one.policies, *required.policies), label=f"{one.label} (with required)")
        if one.role == ACTIVE
        else one
        for one in question.columns
        if one is not required
    )
    return replace(question, columns=columns)
