"""Result rows as numbers become the tables of `results`, equal column by column to those of the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
import polars as pl

from cimara.response.columnar import texts
from cimara.response.columnar.best import outcomes
from cimara.response.columnar.chunk import (
    Bests,
    Chunk,
    Named,
    Timepoints,
    best_flag_names,
    joined,
    rule_kinds,
    rule_rows,
)
from cimara.response.columnar.lesion_table import WORDS as LESION_WORDS
from cimara.response.columnar.lesion_table import LesionTable
from cimara.response.columnar.records import NOTHING, Array
from cimara.response.columnar.scan import NEW_WORDS
from cimara.response.columnar.series import Series
from cimara.response.columnar.words import WORDS
from cimara.response.criteria.call import UNVERIFIED
from cimara.response.policy import Policy
from cimara.response.results import BEST, LESIONS, TIMEPOINTS
from cimara.response.timepoint import RECOMMENDED_LIMIT
from cimara.terms.response import ClinicalStatus, LesionCompartment, LesionRole, SizeStatus, SteroidTrend

FLAG_BITS = 32
"""Bits of a row's key that hold its flags; the row of the decision table stands above them."""
ROLES = (LesionRole.TARGET.value, LesionRole.NON_TARGET.value, LesionRole.NEW.value)


def timepoint_table(series: Series, chunks: Sequence[Chunk], hashes: pl.Series) -> pl.DataFrame:
    """The time points of all blocks in order of patient, evaluator and visit."""
    policy, records = series.policy, series.records
    rows: Timepoints = joined([chunk.timepoints for chunk in chunks])
    named = _named([chunk.named for chunk in chunks], [len(chunk.timepoints.series) for chunk in chunks])
    order = _order(rows.series)
    if order is not None:
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        named.row = place[named.row]
        rows = Timepoints(*(getattr(rows, item.name)[order] for item in fields(Timepoints)))
    patient = series.patient[rows.series]
    is_whole = (rows.total >= 0) & (rows.assessed == rows.n_targets)
    table = rule_rows(policy)
    response = [*(row.outcome for row in table), "UNDETERMINED"]
    divisor = 1 if policy.measure == "volume" else 10
    visit_ids = _visit_ids(series)
    columns: Mapping[str, pl.Series | str] = {
        "patient_id": texts.picked(records.patient_ids, patient),
        "visit_id": visit_ids.gather(pl.Series(rows.visit.astype(np.uint32))),
        "date": texts.dates(rows.date),
        "evaluator": texts.picked(records.evaluators, series.evaluator[rows.series]),
        "criterion": policy.criterion,
        "compartment": policy.compartment,
        "sum": texts.sizes(rows.total, divisor),
        "base_sum": texts.sizes(rows.base, divisor),
        "nadir_sum": texts.sizes(rows.nadir, divisor),
        "nadir_visit": _or_empty(visit_ids, rows.nadir_visit),
        "n_targets": pl.Series(rows.n_targets),
        "n_assessed": pl.Series(rows.assessed),
        "pct_base": texts.percent(rows.total, rows.base, is_whole),
        "pct_nadir": texts.percent(rows.total, rows.nadir, is_whole),
        "target": texts.picked(WORDS["target"], rows.target),
        "nontarget": texts.picked(WORDS["nontarget"], rows.nontarget),
        "new_lesion": texts.picked(NEW_WORDS, rows.new),
        "clinical": texts.picked([*(word.value for word in ClinicalStatus), ""], rows.clinical),
        "steroid": texts.picked([*(word.value for word in SteroidTrend), ""], rows.steroid),
        "original": texts.picked(response, rows.original),
        "response": texts.picked(response, rows.rule),
        "rule_id": texts.picked([*(row.rule_id for row in table), "VOL-1"], rows.rule),
        "reasons": texts.reason_column(
            rows.reasons, named.row, named.kind, named.axis, named.lesion, named.growth, records.lesion_ids
        ),
        "flags": _flags(rows, policy),
        "citation": texts.picked([*(row.citation for row in table), "LIN15"], rows.rule),
        "policy_hash": policy.hash,
        "input_hash": hashes.gather(pl.Series(patient.astype(np.uint32))),
        "adjudications": "",
    }
    return _table(columns, TIMEPOINTS, len(patient))


def _order(series: Array) -> Array | None:
    """The order by series, None where the rows already are in it."""
    return np.argsort(series, kind="stable") if (np.diff(series) < 0).any() else None


def _named(parts: Sequence[Named], counts: Sequence[int]) -> Named:
    """The reasons that name lesions, by place in the rows of all blocks."""
    offsets = np.cumsum([0, *counts[:-1]])
    for part, offset in zip(parts, offsets, strict=True):
        part.row = part.row + offset
    found: Named = joined(list(parts))
    return found


def _visit_ids(series: Series) -> pl.Series:
    return texts.picked(series.records.visit_ids, series.visits.rows["visit_id"])


def _or_empty(words: pl.Series, index: Array) -> pl.Series:
    """Words by place; -1 is an empty text."""
    return texts.picked(pl.concat([words, pl.Series([""], dtype=pl.String())]), index)


def _flags(rows: Timepoints, policy: Policy) -> pl.Series:
    """Flags of the parts, of an unverified rule, and of the policy as a whole."""
    table = rule_rows(policy)
    of_rule = [(f"{UNVERIFIED}{row.rule_id}",) if row.status == "U" else () for row in table]
    always = tuple(_policy_flags(policy))

    def write(key: int) -> str:
        rule = key >> FLAG_BITS
        own = of_rule[rule] if rule < len(table) else ()
        return texts.flag_text(key & ((1 << FLAG_BITS) - 1), (*own, *always))

    column = texts.patterns(rows.flags | (rows.rule.astype(np.int64) << FLAG_BITS), write)
    late = np.flatnonzero(rows.steroid_start != NOTHING)
    if not len(late):
        return column
    dates = texts.dates(rows.steroid_start[late]).cast(pl.String())
    more = "PD_MAY_START_AT_STEROID_INCREASE:" + dates
    own = column.gather(pl.Series(late.astype(np.uint32)))
    together = pl.select(pl.when(own == "").then(more).otherwise(own + ";" + more)).to_series()
    return column.scatter(late, together)


def _policy_flags(policy: Policy) -> list[str]:
    """Flags that every row has under a policy (`timepoint._flags`)."""
    flags = ["IMAGING_ONLY"] if policy.imaging_only else []
    if policy.is_rano and policy.min_ld < RECOMMENDED_LIMIT:
        flags.append("LOWER_SIZE_LIMIT")
    if policy.measure == "volume":
        flags.append(f"{UNVERIFIED}VOL-1")
        if policy.volumetric_abs_increase_mm3 is None:
            flags.append("NO_ABSOLUTE_RULE")
    return flags


def lesion_table(series: Series, chunks: Sequence[Chunk]) -> pl.DataFrame:
    """The lesion rows of all blocks in order of patient, evaluator, visit and lesion."""
    policy, records = series.policy, series.records
    rows: LesionTable = joined([chunk.lesions for chunk in chunks if chunk.lesions is not None], by="series")
    divisor = 1 if policy.measure == "volume" else 10
    columns: Mapping[str, pl.Series | str] = {
        "patient_id": texts.picked(records.patient_ids, series.patient[rows.series]),
        "lesion_id": texts.picked(records.lesion_ids, series.lesions.lesion_id[rows.lesion]),
        "visit_id": _visit_ids(series).gather(pl.Series(rows.visit.astype(np.uint32))),
        "date": texts.dates(rows.date),
        "evaluator": texts.picked(records.evaluators, series.evaluator[rows.series]),
        "criterion": policy.criterion,
        "compartment": policy.compartment,
        "lesion_compartment": texts.picked([word.value for word in LesionCompartment], rows.compartment),
        "role": texts.picked(ROLES, rows.part),
        "status": texts.picked([*(word.value for word in SizeStatus), ""], rows.status),
        "size": texts.sizes(rows.size, divisor),
        "nadir": texts.sizes(rows.nadir, divisor),
        "lesion_status": texts.picked(LESION_WORDS, rows.word),
        "radiation_necrosis": pl.repeat(False, len(rows.series), eager=True),
        "policy_hash": policy.hash,
    }
    return _table(columns, LESIONS, len(rows.series))


def best_table(series: Series, chunks: Sequence[Chunk], hashes: pl.Series) -> pl.DataFrame:
    """Best response of each evaluator with time points; of all where no evaluator of a patient has any."""
    policy, records = series.policy, series.records
    rows: Bests = joined([chunk.bests for chunk in chunks], by="series")
    patient = series.patient[rows.series]
    of_patient = np.bincount(patient, weights=rows.n_rows, minlength=len(records.patient_ids))
    kept = (rows.n_rows > 0) | (of_patient[patient] == 0)
    rows, patient = Bests(*(getattr(rows, item.name)[kept] for item in fields(Bests))), patient[kept]
    words = outcomes(policy)
    shown = np.where(np.isfinite(rows.deepest), rows.deepest, 0.0)
    input_hash = np.where(rows.n_rows > 0, patient, len(hashes))
    columns: Mapping[str, pl.Series | str] = {
        "patient_id": texts.picked(records.patient_ids, patient),
        "evaluator": texts.picked(records.evaluators, series.evaluator[rows.series]),
        "criterion": policy.criterion,
        "compartment": policy.compartment,
        "bor": texts.picked(words, rows.bor),
        "bor_date": texts.dates(rows.bor_date),
        "confirmed_bor": texts.picked(words, rows.confirmed),
        "confirmed_bor_date": texts.dates(rows.confirmed_date),
        "pd_date": texts.dates(rows.pd_date),
        "pd_date_original": texts.dates(rows.pd_original),
        "pd_kind": texts.picked(rule_kinds(policy), rows.pd_kind),
        "response_start": texts.dates(rows.response_start),
        "deepest_change_pct": pl.Series(shown).set(pl.Series(~np.isfinite(rows.deepest)), None),
        "flags": texts.patterns(rows.flags, lambda key: _best_flags(key, policy)),
        "policy_hash": policy.hash,
        "input_hash": _or_empty(hashes, input_hash),
    }
    return _table(columns, BEST, len(patient))


def _best_flags(key: int, policy: Policy) -> str:
    """The flags of a best response (`bor.best_flags`): by `chunk.best_flag_names`, and of the policy."""
    names = [name for place, name in enumerate(best_flag_names(policy)) if key >> place & 1]
    return ";".join(sorted({*names, *(_policy_flags(policy) if key & 1 else ())} - {""}))


def _table(
    columns: Mapping[str, pl.Series | str], schema: Mapping[str, pl.DataType], height: int
) -> pl.DataFrame:
    """A table with the columns and types of a schema; a text stands in every row."""
    return pl.DataFrame(
        [
            (column if isinstance(column, pl.Series) else pl.repeat(column, height, eager=True))
            .cast(schema[name])
            .alias(name)
            for name, column in columns.items()
        ]
    )
