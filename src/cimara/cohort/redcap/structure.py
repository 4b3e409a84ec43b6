"""What a REDCap project of anybody's is made of: forms, fields, choices, identifiers, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import polars as pl

from cimara.cohort.findings import finding_frame
from cimara.cohort.redcap.choices import Choice


class FieldType(StrEnum):
    """REDCap's types of field."""

    TEXT = "text"
    NOTES = "notes"
    DROPDOWN = "dropdown"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    YES_NO = "yesno"
    TRUE_FALSE = "truefalse"
    CALCULATED = "calc"
    FILE = "file"
    SLIDER = "slider"
    DESCRIPTIVE = "descriptive"
    SQL = "sql"


CODED = (FieldType.DROPDOWN, FieldType.RADIO, FieldType.YES_NO, FieldType.TRUE_FALSE)
"""Fields that hold one code of a list."""
DATES = ("date_", "datetime_")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectField:
    """One field of a project. `row` is its row in the dictionary, from 1 below the header."""

    name: str
    form: str
    type: FieldType
    label: str = ""
    choices: tuple[Choice, ...] = ()
    calculation: str = ""
    note: str = ""
    validation: str = ""
    lowest: str = ""
    highest: str = ""
    identifier: bool = False
    branching: str = ""
    required: bool = False
    matrix: str = ""
    annotation: str = ""
    row: int = 0

    @property
    def coded(self) -> bool:
        """Whether a value is one code of a list."""
        return self.type in CODED

    @property
    def is_date(self) -> bool:
        """Whether a value is a date, with or without a time."""
        return self.validation.startswith(DATES)


@dataclass(frozen=True, eq=False)
class Project:
    """What is known of a project.

    Parameters
    ----------
    fields
        In the order of the dictionary; the first is the record id.
    repeating
        Forms that repeat; None where it is not known.
    events
        The unique names of the events of each form; empty where the project has none, or they are not known.
    event_labels
        Unique names of events by label.
    missing_codes
        Codes that say why a value is missing.
    findings
        What is wrong with the dictionary.
    """

    fields: tuple[ProjectField, ...]
    file: str = ""
    repeating: frozenset[str] | None = None
    events: Mapping[str, frozenset[str]] = field(default_factory=dict)
    event_labels: Mapping[str, str] = field(default_factory=dict)
    missing_codes: tuple[Choice, ...] = ()
    findings: pl.DataFrame = field(default_factory=finding_frame)

    @property
    def record_id(self) -> ProjectField:
        """The field that names the record."""
        return self.fields[0]

    @cached_property
    def by_name(self) -> dict[str, ProjectField]:
        """Fields by name."""
        return {one.name: one for one in self.fields}

    @cached_property
    def forms(self) -> dict[str, tuple[ProjectField, ...]]:
        """Fields by form, without the record id, in the order of the dictionary."""
        found: dict[str, list[ProjectField]] = {one.form: [] for one in self.fields}
        for one in self.fields[1:]:
            found[one.form].append(one)
        return {form: tuple(fields) for form, fields in found.items()}

    @property
    def identifiers(self) -> tuple[ProjectField, ...]:
        """Fields that are marked as identifiers."""
        return tuple(one for one in self.fields if one.identifier)

    @property
    def usable(self) -> bool:
        """Whether the dictionary was read without an error."""
        return not (self.findings["severity"] == "error").any()
