"""Says what a REDCap project has: forms, fields by type, identifiers, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from cimara.cohort.findings import Severity
from cimara.cohort.redcap.structure import FieldType, Project


@dataclass(frozen=True, slots=True)
class FormSummary:
    """One form: its number of fields, and whether it repeats (None where that is not known)."""

    name: str
    fields: int
    repeats: bool | None
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """A field that is marked as identifier, by hand (`marked`), or is validated as what names a person."""

    name: str
    form: str
    marked: bool


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """What a project has, in the order of its dictionary."""

    record_id: str
    forms: tuple[FormSummary, ...]
    types: dict[str, int]
    identifiers: tuple[Identifier, ...]
    dates: tuple[str, ...]
    missing_codes: tuple[str, ...]
    errors: int
    warnings: int
    problems: tuple[str, ...]


def summary_of(project: Project) -> ProjectSummary:
    """A summary of a project; problems are sentences, errors first."""
    repeating = project.repeating
    found = project.findings.sort(pl.col("severity") != str(Severity.ERROR), maintain_order=True)
    unmarked = set(project.findings.filter(pl.col("rule") == "DICT_IDENTIFIER")["field"])
    return ProjectSummary(
        record_id=project.record_id.name,
        forms=tuple(
            FormSummary(
                form,
                sum(one.type is not FieldType.DESCRIPTIVE for one in fields),
                None if repeating is None else form in repeating,
                tuple(sorted(project.events.get(form, ()))),
            )
            for form, fields in project.forms.items()
        ),
        types=dict(Counter(str(one.type) for one in project.fields)),
        identifiers=tuple(
            Identifier(one.name, one.form, one.identifier)
            for one in project.fields
            if one.identifier or one.name in unmarked
        ),
        dates=tuple(one.name for one in project.fields if one.is_date and not one.identifier),
        missing_codes=tuple(one.code for one in project.missing_codes),
        errors=_count(found, Severity.ERROR),
        warnings=_count(found, Severity.WARNING),
        problems=tuple(
            f"{severity}: {message}" + (f". {hint}" if hint else "")
            for severity, message, hint in found.select("severity", "message", "hint").iter_rows()
        ),
    )


def _count(found: pl.DataFrame, severity: Severity) -> int:
    return found.filter(pl.col("severity") == str(severity)).height


def summary_text(summary: ProjectSummary) -> str:
    """A summary for people to read."""
    listed = [
        f"  {one.name:<30} {one.fields:>4} field{'s' * (one.fields != 1)}{_how(one)}" for one in summary.forms
    ]
    counted = ", ".join(f"{count} {kind}" for kind, count in summary.types.items())
    marked = [one.name for one in summary.identifiers if one.marked]
    unmarked = [one.name for one in summary.identifiers if not one.marked]
    lines = [
        f"record id: {summary.record_id}",
        f"forms: {len(summary.forms)}",
        *listed,
        f"fields: {sum(summary.types.values())} ({counted})",
        f"identifiers: {', '.join(marked) or 'none is marked'}",
        *([f"not marked, but validated as what names a person: {', '.join(unmarked)}"] * bool(unmarked)),
        *([f"dates that are not marked: {', '.join(summary.dates)}"] * bool(summary.dates)),
        *([f"missing data codes: {', '.join(summary.missing_codes)}"] * bool(summary.missing_codes)),
        f"problems: {summary.errors} errors, {summary.warnings} warnings",
        *(f"  {one}" for one in summary.problems),
    ]
    return "\n".join(lines)


def _how(form: FormSummary) -> str:
    repeats = ", repeats" if form.repeats else ""
    return repeats + (f", in {', '.join(form.events)}" if form.events else "")
