"""The plan of a study over sites with all names that data would tell: levels, sites, competing causes.

A house that has no row with a level knows the level all the same, so that every house makes the same columns.
The pooled run uses the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cimara.cohort.expressions.over_patients import type_over
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, column_types
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.indices.point_tables import gpa_of_group, is_transcribed, point_table
from cimara.cohort.indices.rpa import TABLE as RPA
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.model import SITE, Form, StudyFile, Unit, Variable
from cimara.federation.guard.limits import study_limits
from cimara.outcomes.endpoints.words import UnitOfAnalysis
from cimara.outcomes.report.plan import Plan
from cimara.studies.check import CheckedStudy
from cimara.studies.variables import NO, YES


def plan_by_sites(checked: CheckedStudy, sites: Sequence[str]) -> Plan:
    """The plan of a study that has a `[federation]`, for sites in their order; any other plan as it is.

    Raises
    ------
    StudyRefusedError
        A column of texts that an analysis uses, whose levels nobody has said.
    """
    plan = checked.plan
    if checked.study.federation is None:
        return plan
    known = levels_of(checked.study) | {SITE: tuple(sites)}
    _refuse_open(checked, known)
    named = dict.fromkeys((*(one.name for one in plan.covariates), SITE))
    covariates = [replace(plan.covariate(one), levels=plan.covariate(one).levels or known.get(one, ()))
                  for one in named]  # fmt: skip
    causes = {
        one.name: tuple(rule.code.lower() for rule in checked.definitions[one.name].competing)
        for one in plan.endpoints
        if one.name in checked.definitions
    }
    lesions = {name for name, one in checked.definitions.items() if one.unit is UnitOfAnalysis.LESION}
    limits = study_limits(checked.study.disclosure)
    return replace(
        plan,
        by_sites=True,
        cells=(limits.cell_exits, limits.cell_events),
        covariates=tuple(covariates),
        causes=causes,
        of_lesions=frozenset(lesions),
    )


def levels_of(study: StudyFile) -> dict[str, tuple[str, ...]]:
    """The levels of each variable that has any: as the file lists them, else of its condition or codes."""
    found = {}
    for one, kind in types_of(study).items():
        variable = study.variable(one)
        assert variable is not None
        levels = variable.levels or _levels(variable, kind)
        if levels:
            found[one] = levels
    return found


def types_of(study: StudyFile) -> dict[str, ColumnType]:
    """What each variable holds, in the order of the file."""
    known = column_types(by_lesion=study.cohort.unit is Unit.LESION) | {ORIGIN_DAY: ColumnType(Type.NUMBER)}
    found: dict[str, ColumnType] = {}
    for one in study.variables:
        found[one.name] = _type(one, known | found)
    return found


def _type(variable: Variable, types: Mapping[str, ColumnType]) -> ColumnType:
    match variable.form:
        case Form.INDEX:
            return ColumnType(Type.NUMBER if variable.value == "value" else Type.TEXT)
        case Form.CONCURRENT:
            return ColumnType(Type.TRUTH)
        case Form.EXPR:
            return type_over(parse(variable.text), types)
        case _:
            return ColumnType(Type.NUMBER)


def _levels(variable: Variable, kind: ColumnType) -> tuple[str, ...]:
    if kind.type is Type.TRUTH:
        return (NO, YES)
    if kind.type is not Type.TEXT:
        return ()
    return _bands(variable.text) if variable.form is Form.INDEX else kind.codes


def _bands(index: str) -> tuple[str, ...]:
    """The bands of an index, over all its point tables."""
    names = [RPA] if index == "rpa" else list(gpa_of_group().values()) if index == "gpa" else []
    tables = [point_table(one) for one in dict.fromkeys(names) if is_transcribed(one)]
    return tuple(sorted({band.name for one in tables for band in one.bands}))


def _refuse_open(checked: CheckedStudy, known: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse columns whose levels nobody knows: of texts, and of numbers that make groups."""
    types = types_of(checked.study)
    told = []
    for analysis in checked.plan.analyses:
        for key, name in analysis.columns:
            groups = key in ("by", "strata", "test", "censoring_groups")
            open_text = name in types and (types[name].type is not Type.NUMBER or groups)
            if open_text and name not in known:
                told.append(f"{name} (analysis {analysis.id})")
    if told:
        raise StudyRefusedError(
            f"no levels are known of {', '.join(dict.fromkeys(told))}",
            where=checked.path.name,
            expected="`levels` in the variable",
            hint="Over sites every site must know all levels, those that none of its patients has included.",
        )
