"""Knows the columns of an export again: by name in any case, or by label where labels stand in the header."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cimara.cohort.errors import CohortError
from cimara.cohort.model import closest
from cimara.cohort.redcap.columns import (
    STATUS_LABEL,
    SYSTEM_LABELS,
    TIMESTAMP_LABEL,
    checkbox_column,
    plain_text,
    status_column,
    timestamp_column,
)
from cimara.cohort.redcap.structure import FieldType, Project, ProjectField

SHOWN_AT_MOST = 3
EAV_COLUMNS = {"field_name", "value"}
"""Columns of an export with one value a row (entity, attribute, value)."""


def naming(project: Project, file: str) -> Callable[[list[str]], list[str]]:
    """What names the columns of an export of this project; columns of something else keep their names.

    Names count in any case. A checkbox column may have its code as it stands (`race___-9`) or as REDCap
    writes it (`race____9`).

    Raises
    ------
    CohortError
        The record id is not among the columns, labels in the header belong to several fields, or the export
        has one value a row.
    """

    def names(header: list[str]) -> list[str]:
        known = known_columns(project)
        if {one.strip().lower() for one in header} >= EAV_COLUMNS and not EAV_COLUMNS & known.keys():
            raise CohortError(
                "the export has one value a row (EAV)",
                where=file,
                expected="one row a record, event and instance",
                hint="Export it anew with the type `flat`.",
            )
        by_name = [_by_name(one, project, known) for one in header]
        if project.record_id.name in by_name:
            return by_name
        by_label = _by_label([plain_text(one) for one in header], project, file)
        if project.record_id.name in by_label:
            return by_label
        near = closest(project.record_id.name, [one.lower() for one in header])
        raise CohortError(
            f"no column {project.record_id.name}, the record id",
            where=file,
            expected="an export with the record id, raw or with labels in the header",
            hint=f"Is it the column {near}?"
            if near
            else "Is this an export of the project of the dictionary?",
        )

    return names


def known_columns(project: Project) -> dict[str, str]:
    """Every column that an export of the project can have and its label, in the order of an export."""
    found = {project.record_id.name: project.record_id.label, **SYSTEM_LABELS}
    for form, fields in project.forms.items():
        found[timestamp_column(form)] = TIMESTAMP_LABEL
        for field in fields:
            found |= field_columns(field, project)
        found.setdefault(status_column(form), STATUS_LABEL)
    return found


def field_columns(field: ProjectField, project: Project) -> dict[str, str]:
    """The columns of one field, and their labels."""
    if field.type is FieldType.DESCRIPTIVE:
        return {}
    if field.type is not FieldType.CHECKBOX:
        return {field.name: field.label}
    choices, missing = (
        {checkbox_column(field.name, one.code): f"{field.label} (choice={one.label})" for one in listed}
        for listed in (field.choices, project.missing_codes)
    )
    return choices | {name: label for name, label in missing.items() if name not in choices}


def _by_name(said: str, project: Project, known: dict[str, str]) -> str:
    name = said.strip().lower()
    if name in known or name in project.by_name:
        return name
    stem, bar, code = name.partition("___")
    while bar and stem not in project.by_name:
        more, bar, code = code.partition("___")
        stem = f"{stem}___{more}"
    column = checkbox_column(stem, code) if bar and code else ""
    return column if column else said


def _by_label(header: Sequence[str], project: Project, file: str) -> list[str]:
    """The names of columns whose header is a label, in the order in which REDCap writes fields.

    Labels come more than once. REDCap ends each form with `Complete?`: what stands between two of these is of
    one form. The first and the last way to lay the header over the dictionary are compared: where they agree
    there is only one.
    """
    header = [re.sub(r"\(choice='(.*)'\)$", r"(choice=\1)", one) for one in header]
    blocks = _blocks(project)
    labels = {label for block in blocks for _, label in block}
    told = [one for one in header if one in labels]
    segments = _segments(told, blocks[0])
    first = _laid(segments, blocks)
    last = _laid([one[::-1] for one in segments][::-1], [one[::-1] for one in blocks][::-1])[::-1]
    laid = zip(told, first, last, strict=True)
    several = sorted({label for label, one, two in laid if one != two or not one})
    if several and project.record_id.name in first:
        raise CohortError(
            f"{len(several)} labels in the header may belong to several fields: "
            + ", ".join(repr(one) for one in several[:SHOWN_AT_MOST]),
            where=file,
            hint="Export it with variable names in the header (raw headers).",
        )
    names = iter(first)
    return [next(names) if one in labels else one for one in header]


_Block = list[tuple[str, str]]


def _blocks(project: Project) -> list[_Block]:
    """REDCap's own columns, then the columns of each form: names and labels, in the order of an export."""
    known = known_columns(project)
    blocks = [[(name, known[name]) for name in (project.record_id.name, *SYSTEM_LABELS)]]
    for form, fields in project.forms.items():
        names = [timestamp_column(form), *(one for field in fields for one in field_columns(field, project))]
        blocks.append([(name, known[name]) for name in [*names, status_column(form)]])
    return blocks


def _segments(header: Sequence[str], own: _Block) -> list[list[str]]:
    """The header parted after REDCap's own columns and after each `Complete?`."""
    held = {label for _, label in own}
    start = next((place for place, one in enumerate(header) if one not in held), len(header))
    segments: list[list[str]] = [list(header[:start]), []]
    for label in header[start:]:
        segments[-1].append(label)
        if label == STATUS_LABEL:
            segments.append([])
    return segments if segments[-1] else segments[:-1]


def _laid(segments: Sequence[Sequence[str]], blocks: Sequence[_Block]) -> list[str]:
    """The name of each label: each segment in the first block after the one before that holds it all."""
    found: list[str] = []
    place = 0
    for segment in segments:
        ways = ((at, _in_block(segment, block)) for at, block in enumerate(blocks[place:], start=place))
        at, names = next(
            ((at, names) for at, names in ways if all(names)), (len(blocks), [""] * len(segment))
        )
        found += names
        place = at + 1
    return found


def _in_block(header: Sequence[str], block: _Block) -> list[str]:
    """For each label the next column of the block that has it; "" from where on there is none."""
    found, place = [], 0
    for label in header:
        while place < len(block) and block[place][1] != label:
            place += 1
        found.append(block[place][0] if place < len(block) else "")
        place += 1
    return found
