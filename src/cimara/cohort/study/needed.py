"""Which fields of the data model a study needs, and what for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cimara.cohort.expressions.attribution import EFFECT
from cimara.cohort.expressions.entity_days import DAY_OF_PARENT, SPAN, day_of
from cimara.cohort.expressions.nodes import Column, Node, Over, Scoped, entity_fields, names, walk
from cimara.cohort.expressions.parse import parse
from cimara.cohort.model import data_model
from cimara.cohort.study.model import Form, StudyFile, Unit, Variable

INDEX_FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    "gpa": (
        ("Patient", "age_at_anchor"),
        ("Patient", "n_brm_at_anchor"),
        ("PrimaryTumour", "group"),
        ("Biomarker", "marker"),
        ("Biomarker", "result"),
        ("PerformanceStatus", "value"),
        ("ExtracranialStatus", "status"),
        ("LabResult", "value"),
    ),
    "rpa": (
        ("Patient", "age_at_anchor"),
        ("PrimaryTumour", "controlled_at_anchor"),
        ("PerformanceStatus", "value"),
        ("ExtracranialStatus", "status"),
    ),
    "bmv": (("LocalTherapyCourse", "start_day"), ("BrainLesion", "first_seen_day")),
    "ibmv": (("LocalTherapyCourse", "start_day"), ("PrimaryTumour", "dx_day")),
}
"""Fields that an index reads."""
CONCURRENCY_FIELDS = (
    ("LocalTherapyCourse", "start_day"),
    ("LocalTherapyCourse", "end_day"),
    ("SystemicTherapyLine", "agents"),
    ("SystemicTherapyLine", "start_day"),
    ("SystemicTherapyLine", "stop_day"),
    ("AdverseRadiationEffect", "attributed_course_id"),
)


@dataclass(frozen=True, slots=True)
class NeededField:
    """A field, and what needs it: "cohort", "origin", or ids of analyses ("" for a variable of none)."""

    entity: str
    field: str
    by: tuple[str, ...]


def needed_fields(study: StudyFile) -> tuple[NeededField, ...]:
    """Every field that the cohort or a variable reads, in the order of the data model."""
    return merged(_pairs(study))


def merged(pairs: Iterable[tuple[tuple[str, str], str]]) -> tuple[NeededField, ...]:
    """Pairs of (entity, field) with what needs them, one row a field, in the order of the data model."""
    found: dict[tuple[str, str], list[str]] = {}
    for pair, reason in pairs:
        found.setdefault(pair, []).append(reason)
    order = {
        (entity.name, field.name): (place, own)
        for place, entity in enumerate(data_model().entities)
        for own, field in enumerate(entity.fields)
    }
    known = sorted((pair for pair in found if pair in order), key=order.__getitem__)
    return tuple(NeededField(*pair, tuple(dict.fromkeys(found[pair]))) for pair in known)


def _pairs(study: StudyFile) -> Iterator[tuple[tuple[str, str], str]]:
    unit, cohort = study.cohort.unit, study.cohort
    for one in (*cohort.include, *cohort.exclude):
        yield from ((pair, "cohort") for pair in fields_read(parse(one.where), unit))
    for text in (cohort.origin, cohort.are):
        yield from ((pair, "origin") for pair in (fields_read(parse(text), unit) if text else ()))
    read: dict[str, tuple[tuple[str, str], ...]] = {}
    for variable in study.variables:
        earlier = [pair for name in _variables_named(variable) if name in read for pair in read[name]]
        read[variable.name] = tuple(dict.fromkeys((*variable_fields(variable, unit), *earlier)))
    users = {one.name: [other.name for other in study.variables if one.name in _variables_named(other)]
             for one in study.variables}  # fmt: skip
    for variable in study.variables:
        uses = [one.id for one in study.analyses_with(variable.name)]
        reasons = dict.fromkeys((*uses, *variable.needed_by))
        if not reasons and not users[variable.name]:
            reasons = {"": None}
        for pair in read[variable.name]:
            yield from ((pair, reason) for reason in reasons)


def _variables_named(variable: Variable) -> tuple[str, ...]:
    """Names outside calls over rows, and in them, that an expression of a variable uses."""
    if variable.form in (Form.INDEX, Form.CONCURRENT):
        return ()
    nodes = walk(parse(variable.text))
    return tuple(dict.fromkeys(one.name for one in nodes if isinstance(one, Column)))


def variable_fields(variable: Variable, unit: Unit) -> tuple[tuple[str, str], ...]:
    """The (entity, field) pairs that a variable reads."""
    if variable.form is Form.INDEX:
        return INDEX_FIELDS[variable.text]
    if variable.form is Form.CONCURRENT:
        return CONCURRENCY_FIELDS
    node = parse(variable.text)
    found = list(fields_read(node, unit))
    if variable.form is Form.DURING:
        entity = entity_fields(node)[0][0] if entity_fields(node) else ""
        found += [(entity, one) for one in (*SPAN.get(entity, ()), variable.value) if one]
    if variable.known:
        found += fields_read(parse(variable.known), unit)
    return tuple(dict.fromkeys(found))


def fields_read(node: Node, unit: Unit) -> tuple[tuple[str, str], ...]:
    """The (entity, field) pairs of an expression, with the days by which rows are ordered."""
    model = data_model()
    patient, lesion = model.entity("Patient").by_name, model.entity("BrainLesion").by_name
    found: list[tuple[str, str]] = []
    for name in names(node):
        if unit is Unit.LESION and name in lesion:
            found.append(("BrainLesion", name))
        elif name in patient:
            found.append(("Patient", name))
    for entity, field in entity_fields(node):
        if field not in model.entity(entity).by_name:
            found += [("Patient", field)] if field in patient else []
        else:
            found.append((entity, field))
        if entity in DAY_OF_PARENT:
            parent, _, day = DAY_OF_PARENT[entity]
            found.append((parent, day))
        elif day_of(entity):
            found.append((entity, day_of(entity)))
    if any(isinstance(one, Scoped) and one.function is Over.ATTRIBUTED for one in walk(node)):
        found += [(EFFECT, "lesion_id"), (EFFECT, "onset_day"), (EFFECT, "attributed_course_id")]
    return tuple(dict.fromkeys(found))
