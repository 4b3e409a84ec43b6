"""Rows of `cimara.outcomes` made of one site's checked columns, or of none, and the counts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from cimara.federation.study import Facts
from cimara.federation.tables.asked import Asked, Labelled
from cimara.federation.tables.columns import TableColumns
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.contract import Summary
from cimara.outcomes.description.described_rows import Described
from cimara.outcomes.frame_columns import FloatArray, IntArray, Labels
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.regression.outcome_rows import Outcomes
from cimara.outcomes.rows import CompetingRisks, Rows, Survival

R = TypeVar("R", bound=Rows)


def timed_rows(columns: TableColumns, asked: Asked) -> Survival | CompetingRisks:
    """Times to one event, or to the first of several causes."""
    times: dict[str, Any] = {
        "time": columns.numbers[asked.time],
        "start": columns.numbers[asked.start] if asked.start else None,
        **shared(columns, asked),
    }
    if asked.event:
        return Survival(event=columns.numbers[asked.event] == 1, **times)
    status = np.zeros(columns.n, dtype=np.int64)
    for place, (code, _) in enumerate(asked.causes, start=1):
        status[columns.numbers[asked.status] == code] = place
    return CompetingRisks(status=status, causes=tuple(name for _, name in asked.causes), **times)


def shared(columns: TableColumns, asked: Asked) -> dict[str, Any]:
    """What all kinds of rows have.

    An `id` is given to rows that enter late only: of others each is a patient, or has a cluster.
    """
    return {
        "covariates": matrix(columns, asked),
        "names": asked.names,
        "terms": asked.terms,
        "strata": _crossed(columns, asked.strata),
        "strata_columns": tuple(one.name for one in asked.strata),
        "group": _labels(columns, asked.group) if asked.group else None,
        "group_column": asked.group.name if asked.group else "",
        "cluster": columns.clusters,
        "weights": columns.numbers[asked.weights] if asked.weights else None,
        "weight_kind": WeightKind(asked.weight_kind),
        "id": columns.patients if asked.start else None,
        "site": _labels(columns, asked.site) if asked.site else None,
        "unit": asked.unit,
        "source_rows": columns.source_rows,
    }


def outcome_rows(columns: TableColumns, asked: Asked) -> Outcomes:
    """An outcome of 0 and 1, or a count."""
    exposure = columns.numbers[asked.exposure_time] if asked.exposure_time else None
    return Outcomes(value=columns.numbers[asked.outcome], exposure=exposure, **shared(columns, asked))


def treatment_rows(columns: TableColumns, asked: Asked) -> Treatment:
    """The treatment with its confounders; weights of these rows are those of the treatment alone."""
    return Treatment(treated=columns.codes[asked.treatment] == 1, **shared(columns, asked))


def described_rows(columns: TableColumns, asked: Asked) -> Described:
    """Numbers and labels as they are, with their missing cells."""
    numbers = [one for one in asked.covariates if not one.levels]
    labels = [one for one in asked.covariates if one.levels]
    values, codes = np.empty((columns.n, len(numbers)), order="F"), np.empty((columns.n, len(labels)))
    for place, one in enumerate(numbers):
        values[:, place] = columns.numbers[one.name]
    for place, one in enumerate(labels):
        codes[:, place] = columns.codes[one.name]
    held = shared(columns, asked)
    bare = {"covariates": np.zeros((columns.n, 0)), "names": (), "terms": ()}
    return Described(
        numbers=values,
        number_columns=tuple(one.name for one in numbers),
        labels=codes.astype(np.int64),
        label_columns=tuple((one.name, one.levels) for one in labels),
        centres=tuple(one.centre for one in numbers),
        scales=tuple(one.scale for one in numbers),
        **held | bare,
    )


def matrix(columns: TableColumns, asked: Asked) -> FloatArray:
    """The covariates (n x p): numbers centred and scaled, an indicator for each level after the first."""
    made: list[FloatArray] = []
    for one in asked.covariates:
        if one.levels:
            codes = columns.codes[one.name]
            made += [(codes == code).astype(np.float64) for code in range(1, len(one.levels))]
        else:
            made.append((columns.numbers[one.name] - one.centre) / one.scale)
    found = np.empty((columns.n, len(made)), order="F")
    for place, values in enumerate(made):
        found[:, place] = values
    return found


def facts_of(columns: TableColumns, asked: Asked, rows: Rows) -> Facts:
    """Counts of the rows, with the names of the study file in its order."""
    return Facts(
        patients=len(np.unique(columns.units)),
        rows=rows.n,
        events=_events(columns, asked),
        levels={
            f"{one.name}={level}": len(np.unique(columns.units[columns.codes[one.name] == code]))
            for one in asked.labelled
            for code, level in enumerate(one.levels)
        },
        dropped=dict(columns.dropped),
        parameters=0 if asked.describes else len(asked.names),
        largest=float(np.nanmax(np.abs(matrix(columns, asked)), initial=0.0)),
        units=frozenset(columns.ids),
    )


def with_pooled_facts(rows: R, asked: Asked, pooled: Summary) -> R:
    """The rows with what all houses together left out, and the levels that none has: alike in every house."""
    empty = pooled.sums["levels"] == 0
    names = [f"{one.name}={level}" for one in asked.labelled for level in one.levels]
    of_covariates = {one.name for one in asked.covariates}
    dropped = zip(asked.columns, pooled.sums["dropped"].tolist(), strict=True)
    return replace(
        rows,
        dropped={column: int(count) for column, count in dropped if count},
        empty_levels=tuple(
            name
            for name, gone in zip(names, empty, strict=True)
            if gone and name.partition("=")[0] in of_covariates
        ),
    )


def _events(columns: TableColumns, asked: Asked) -> dict[str, int]:
    for name in (asked.event, asked.outcome):
        if name:
            return {name: int((columns.numbers[name] > 0).sum())}
    if asked.status:
        values = columns.numbers[asked.status]
        first = sorted(asked.causes, key=lambda one: one[1] != asked.cause)
        return {name: int((values == code).sum()) for code, name in first}
    return {}


def _labels(columns: TableColumns, of: Labelled) -> Labels:
    return Labels(columns.codes[of.name], of.levels)


def _crossed(columns: TableColumns, of: Sequence[Labelled]) -> Labels | None:
    """Strata by every combination of the levels, the same ones at every house."""
    if not of:
        return None
    codes: IntArray = np.zeros(columns.n, dtype=np.int64)
    levels = [""]
    for one in of:
        codes = codes * len(one.levels) + columns.codes[one.name]
        told = [level if len(of) == 1 else f"{one.name}={level}" for level in one.levels]
        levels = [f"{before}, {level}".removeprefix(", ") for before in levels for level in told]
    return Labels(codes, tuple(levels))
