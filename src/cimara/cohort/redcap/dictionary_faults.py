"""What is wrong between the fields of a data dictionary: forms, formulas, limits, matrices, identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from cimara.cohort.findings import Finding, Severity
from cimara.cohort.model import closest
from cimara.cohort.redcap.choices import same_columns
from cimara.cohort.redcap.structure import FieldType, ProjectField

PERSONAL = ("email", "phone", "ssn", "mrn", "vmrn", "zipcode", "postalcode")
"""How the names of validations begin that are for what names a person (45 CFR 164.514(b)(2))."""
REFERENCE = re.compile(r"\[([A-Za-z][A-Za-z0-9_]*)(\([^\[\]()]*\))?(?::[a-z]+)?\](?!\[)")
"""A field in a formula. What stands before another bracket is an event; smart variables have a hyphen."""
STATUS = re.compile("_complete$")


def faults_between(fields: Sequence[ProjectField], file: str) -> Iterator[Finding]:
    """Findings on fields that are right one by one."""
    yield from _told(file, _record_id(fields[0]))
    yield from _told(file, _split_forms(fields))
    yield from _told(file, _matrices(fields))
    known = {one.name for one in fields}
    for field in fields:
        yield from _told(file, _formulas(field, known))
        yield from _told(file, _limits(field))
        yield from _told(file, _others(field))


_Fault = tuple[Severity, str, ProjectField, str, str]


def _told(file: str, faults: Iterable[_Fault]) -> Iterator[Finding]:
    for severity, rule, field, problem, hint in faults:
        yield Finding(
            severity=severity,
            rule=rule,
            table=field.form,
            field=field.name,
            file=file,
            row=field.row,
            message=f"{file} row {field.row} ({field.name}): {problem}",
            hint=hint,
        )


def _record_id(first: ProjectField) -> Iterator[_Fault]:
    if first.type is not FieldType.TEXT:
        hint = "The first row of a dictionary is the record id, a text field."
        yield Severity.ERROR, "DICT_RECORD", first, f"the record id is a {first.type}", hint


def _split_forms(fields: Sequence[ProjectField]) -> Iterator[_Fault]:
    seen: set[str] = set()
    for form, block in groupby(fields, key=lambda one: one.form):
        if form in seen:
            problem = f"form {form} goes on here after another form came between"
            yield Severity.ERROR, "DICT_FORM", next(block), problem, "Put the fields of a form together."
        seen.add(form)


def _matrices(fields: Sequence[ProjectField]) -> Iterator[_Fault]:
    first: dict[str, ProjectField] = {}
    for field in fields:
        if not field.matrix:
            continue
        before = first.setdefault(field.matrix, field)
        if before.choices != field.choices:
            problem = f"other choices than {before.name}, which is in the same matrix {field.matrix}"
            yield (
                Severity.WARNING,
                "DICT_MATRIX",
                field,
                problem,
                "All fields of a matrix share their choices.",
            )


def _formulas(field: ProjectField, known: set[str]) -> Iterator[_Fault]:
    if field.type is FieldType.CALCULATED and not field.calculation:
        yield Severity.WARNING, "DICT_FORMULA", field, "a calculated field without a formula", ""
    formula = field.calculation if field.type is FieldType.CALCULATED else ""
    named = {found[0].lower() for found in REFERENCE.findall(f"{field.branching} {formula}")}
    for name in sorted(one for one in named - known if not STATUS.search(one)):
        near = closest(name, known)
        hint = f"Did you mean {near}?" if near else ""
        yield Severity.WARNING, "DICT_FORMULA", field, f"names [{name}], which is no field", hint


def _limits(field: ProjectField) -> Iterator[_Fault]:
    comma = field.validation.endswith("comma_decimal")
    if not field.validation.startswith(("integer", "number")):
        return
    numbers: list[float] = []
    for limit in (field.lowest, field.highest):
        try:
            numbers += [float(limit.replace(",", ".") if comma else limit)] if limit else []
        except ValueError:
            if not limit.startswith("["):  # REDCap lets a limit name another field
                yield Severity.WARNING, "DICT_LIMIT", field, f"the limit {limit} is no number", ""
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        yield Severity.WARNING, "DICT_LIMIT", field, "the lowest value is above the highest", ""


def _others(field: ProjectField) -> Iterator[_Fault]:
    if field.type is FieldType.CHECKBOX:
        for column in same_columns(field.name, field.choices):
            hint = "Give the choices codes that differ in letters and digits."
            problem = f"two choices share the column {column} of an export"
            yield Severity.ERROR, "DICT_CHOICES", field, problem, hint
    if field.validation.startswith(PERSONAL) and not field.identifier:
        problem = f"holds {field.validation}, which names a person, and is not marked as identifier"
        hint = "Mark it in REDCap, so that it can be left out of exports."
        yield Severity.WARNING, "DICT_IDENTIFIER", field, problem, hint
