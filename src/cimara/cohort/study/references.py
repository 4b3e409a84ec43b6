"""Whether the parts of a study file fit each other: names that are used are there, used as they may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cimara.cohort.expressions.entity_days import SPAN
from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.nodes import Node, Over, Scoped
from cimara.cohort.expressions.over_patients import type_over
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, column_types
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.model import Kind, data_model
from cimara.cohort.study.model import OWN_COLUMNS, AnalysisAsked, Form, StudyFile, Unit, Variable
from cimara.cohort.study.toml_reader import nearest
from cimara.terms.toml_lines import KeyPath

Note = Callable[[KeyPath, str], None]
Types = Mapping[str, ColumnType]
DAY = ColumnType(Type.NUMBER)
OVER_TIME = (
    "it changes after the origin, and who has it later cannot have died before (immortal time); "
    "name it under time_varying"
)


def check_references(study: StudyFile, note: Note) -> None:
    """Note every name that leads nowhere, every expression that cannot be read, every id that is twice."""
    _check_expressions(study, note)
    _check_twice(study, note)
    ids = [one.id for one in study.analyses]
    for place, variable in enumerate(study.variables):
        for asked in variable.needed_by:
            if asked not in ids:
                note(("variables", place, "needed_by"), f"no analysis {asked!r}; {nearest(asked, ids)}")
    for place, one in enumerate(study.analyses):
        for key, text in _of_analysis(study, one):
            note(("analysis", place, key), text)


def _check_expressions(study: StudyFile, note: Note) -> None:
    bare = column_types(by_lesion=study.cohort.unit is Unit.LESION)
    types = bare | {ORIGIN_DAY: DAY}
    cohort = study.cohort
    _read(("cohort", "origin"), cohort.origin, bare, note, Type.NUMBER)
    _read(("cohort", "attributed_to"), cohort.are, bare, note, Type.TEXT)
    for key, criteria in (("include", cohort.include), ("exclude", cohort.exclude)):
        for place, one in enumerate(criteria):
            _read(("cohort", key, place), one.where, types, note, Type.TRUTH)
    for place, variable in enumerate(study.variables):
        path: KeyPath = ("variables", place)
        kind = _of_variable(path, variable, types, note)
        _read((*path, "known"), variable.known, types, note, Type.NUMBER)
        if not variable.varies:
            types = types | {variable.name: kind}


def _of_variable(path: KeyPath, variable: Variable, types: Types, note: Note) -> ColumnType:
    """Type of a variable; what is wrong with it is noted."""
    if variable.form is Form.INDEX:
        return ColumnType(Type.NUMBER if variable.value == "value" else Type.TEXT)
    if variable.form is Form.CONCURRENT:
        return ColumnType(Type.TRUTH)
    key = (*path, str(variable.form))
    wanted = {Form.SINCE: Type.NUMBER, Form.DURING: Type.TRUTH}.get(variable.form)
    found = _read(key, variable.text, types, note, wanted)
    if found is None:
        return DAY
    node, kind = found
    if kind.type in (Type.CODES, Type.NULL):
        note(key, f"{kind.type} cannot be a column of a study; expected a number, a code or a condition")
    if kind.type is not Type.NUMBER and (variable.centre or variable.scale != 1):
        note((*path, "centre"), "only numbers are centred and scaled")
    if variable.form is Form.DURING:
        for name, text in _of_during(variable, node):
            note((*path, name), text)
    return kind


def _read(
    path: KeyPath, text: str, types: Types, note: Note, wanted: Type | None = None
) -> tuple[Node, ColumnType] | None:
    """The nodes of an expression and its type; None where there is none, or none that can be used."""
    if not text:
        return None
    try:
        node = parse(text)
        kind = type_over(node, types)
    except ExpressionError as error:
        note(path, str(error))
        return None
    if wanted is not None and kind.type is not wanted:
        note(path, f"is {kind.type}; expected {wanted}")
        return None
    return node, kind


def _of_during(variable: Variable, node: Node) -> Iterator[tuple[str, str]]:
    if not isinstance(node, Scoped) or node.function is not Over.ANY or node.entity not in SPAN:
        yield "during", f"expected any(ENTITY: condition) of rows that last: {', '.join(SPAN)}"
        return
    fields = data_model().entity(node.entity).by_name
    if variable.value and variable.value not in fields:
        yield "value", f"{node.entity} has no field {variable.value!r}; {nearest(variable.value, fields)}"
    elif variable.value and fields[variable.value].kind not in (Kind.INTEGER, Kind.DECIMAL):
        yield "value", f"{variable.value} is no number that could be taken while the row lasts"


def _check_twice(study: StudyFile, note: Note) -> None:
    for key, names in (
        ("variables", [one.name for one in study.variables]),
        ("analysis", [one.id for one in study.analyses]),
    ):
        for place, name in enumerate(names):
            if name and name in names[:place]:
                note((key, place), f"{name} is there already")


def _of_analysis(study: StudyFile, one: AnalysisAsked) -> Iterator[tuple[str, str]]:
    endpoints = [asked.name for asked in study.endpoints]
    if one.endpoint and one.endpoint not in endpoints:
        yield "endpoint", f"no endpoint {one.endpoint!r}; {nearest(one.endpoint, endpoints)}"
    names = [variable.name for variable in study.variables]
    for column in one.columns:
        variable = study.variable(column)
        if variable is None and column not in OWN_COLUMNS:
            yield "id", f"no variable {column!r}; {nearest(column, (*names, 'site'))}"
        elif variable is not None and variable.varies and column not in one.time_varying:
            yield "id", f"{column} is used as if it were known at the origin: {OVER_TIME}"
    for column in one.time_varying:
        variable = study.variable(column)
        if variable is not None and not variable.varies:
            yield "time_varying", f"{column} does not change: give it `since` or `during` in place of `expr`"
