"""One block from its cells to its result rows, still as numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cimara.response.columnar.best import Best, Course, at_visit, best_of, first_true
from cimara.response.columnar.blocks import Block
from cimara.response.columnar.clinical import CONFLICT, DISAGREE
from cimara.response.columnar.lesion_table import LesionTable, lesion_table
from cimara.response.columnar.others import NewCourse
from cimara.response.columnar.records import NOTHING, Array, code
from cimara.response.columnar.scan import Calls, Scene, scan_block
from cimara.response.columnar.series import TARGET, Series
from cimara.response.columnar.targets import NO_SUM
from cimara.response.columnar.words import BEST, FLAGS, flag, lookup, where
from cimara.response.criteria.call import UNVERIFIED, unverified
from cimara.response.policy import Policy
from cimara.response.tables import TableRow
from cimara.terms.response import Answer

NOTES = ("CLINICAL_SOURCES_DISAGREE", "STEROID_CONFLICT", "IMMUNOTHERAPY_UNKNOWN")
"""Findings on a visit, in the order in which the reference makes them."""


@dataclass(slots=True)
class Timepoints:
    """Rows of time points in order of series and visit.

    `steroid_start` is the date of the visit before, where clinical progression may have begun there.
    """

    series: Array
    visit: Array
    date: Array
    total: Array
    base: Array
    nadir: Array
    nadir_visit: Array
    n_targets: Array
    assessed: Array
    target: Array
    nontarget: Array
    new: Array
    clinical: Array
    steroid: Array
    original: Array
    rule: Array
    reasons: Array
    flags: Array
    steroid_start: Array


@dataclass(slots=True)
class Named:
    """Reasons that name a lesion, by place of the time point among those of its block."""

    row: Array
    kind: Array
    axis: Array
    lesion: Array
    growth: Array


@dataclass(slots=True)
class Bests:
    """Rows of best response, one for each series of the block."""

    series: Array
    n_rows: Array
    bor: Array
    bor_date: Array
    confirmed: Array
    confirmed_date: Array
    pd_date: Array
    pd_original: Array
    pd_kind: Array
    response_start: Array
    deepest: Array
    flags: Array


@dataclass(slots=True)
class Notes:
    """Findings on visits: of which series and visit, and which of NOTES."""

    series: Array
    visit: Array
    note: Array


@dataclass(slots=True)
class Chunk:
    """All result rows of one block."""

    timepoints: Timepoints
    named: Named
    bests: Bests
    notes: Notes
    lesions: LesionTable | None


def derive_block(series: Series, block: Block, *, with_lesions: bool = True) -> Chunk:
    """Every row of a block; a second run without hindsight tells what was called on the day."""
    policy = series.policy
    calls, scene, course = scan_block(series, block, hindsight=True)
    original = calls.rule
    if course is not None and course.is_backdated.any():
        original = scan_block(series, block, hindsight=False)[0].rule
    words = rule_words(policy)
    exists = block.visit[1:] >= 0
    timed = _course(series, block, calls, words, exists)
    best = best_of(timed, policy)
    member, visit = np.nonzero(exists.T)
    cell = (visit, member)
    rows = Timepoints(
        series=block.series[member],
        visit=block.visit[1:][cell],
        date=calls.date[cell],
        total=calls.total[cell],
        base=calls.base[cell],
        nadir=calls.nadir[cell],
        nadir_visit=_nadir_row(block, calls)[cell],
        n_targets=(block.part == TARGET).sum(axis=0)[member],
        assessed=calls.assessed[cell],
        target=calls.target[cell],
        nontarget=calls.nontarget[cell],
        new=calls.new[cell],
        clinical=scene.clinical.status[1:][cell],
        steroid=scene.clinical.steroid[1:][cell],
        original=original[cell],
        rule=calls.rule[cell],
        reasons=calls.reasons[cell],
        flags=calls.flags[cell],
        steroid_start=_steroid_start(calls, policy)[cell],
    )
    place = np.full(exists.shape, -1)
    place[cell] = np.arange(len(member))
    return Chunk(
        rows,
        _named(series, block, calls, place),
        _bests(block, calls, best, timed, words[original], policy),
        _notes(series, block, scene, course, exists),
        lesion_table(series, block, course) if with_lesions else None,
    )


def rule_rows(policy: Policy) -> tuple[TableRow, ...]:
    """The rows of the criterion's decision table; a number behind them is the gated call."""
    return lookup("rano_bm" if policy.is_rano else "recist11", policy)[1]


def rule_words(policy: Policy) -> Array:
    """The response of each row as best response sees it."""
    known = set(BEST)
    outcomes = [row.outcome for row in rule_rows(policy)]
    words = [BEST.index(word if word in known else "OTHER") for word in (*outcomes, "OTHER")]
    return np.array(words, np.int8)


def rule_kinds(policy: Policy) -> tuple[str, ...]:
    """The kind of progression that each row makes."""
    return (*(row.extra["kind"] if row.outcome == "PD" else "" for row in rule_rows(policy)), "")


def _course(series: Series, block: Block, calls: Calls, words: Array, exists: Array) -> Course:
    patient = series.patient[block.series]
    return Course(
        words=words[calls.rule],
        dates=calls.date,
        exists=exists,
        is_scan=(calls.flags & flag("NOT_SCANNED")) == 0,
        since=series.since[patient],
        new_therapy=series.records.patients["new_therapy_date"][patient],
    )


def _nadir_row(block: Block, calls: Calls) -> Array:
    """The visit row of the nadir, -1 where there is none."""
    place = np.maximum(calls.nadir_visit, 0)
    return np.where(calls.nadir >= 0, block.visit[place, np.arange(place.shape[1])], -1)


def _steroid_start(calls: Calls, policy: Policy) -> Array:
    """The date of the visit before, where steroids rose without decline and clinical progression followed."""
    found = np.full(calls.date.shape, NOTHING, np.int64)
    ids = [row.rule_id for row in rule_rows(policy)]
    worse, rose = (np.array([item == wanted for item in (*ids, "")]) for wanted in ("RBM-O1", "RBM-O8"))
    follows = worse[calls.rule[1:]] & rose[calls.rule[:-1]]
    found[1:] = np.where(follows, calls.date[:-1], NOTHING)
    return found


def _named(series: Series, block: Block, calls: Calls, place: Array) -> Named:
    held = (calls.by_lesion > 0) & (place >= 0)[:, None, :]
    member, visit, axis = np.nonzero(held.transpose(2, 0, 1))
    return Named(
        row=place[visit, member],
        kind=calls.by_lesion[visit, axis, member],
        axis=axis,
        lesion=series.lesions.lesion_id[block.lesion[axis, member]],
        growth=calls.growth[visit, axis, member],
    )


def _bests(block: Block, calls: Calls, best: Best, course: Course, original: Array, policy: Policy) -> Bests:
    first = first_true(course.exists & (original == BEST.index("PD")))
    n_targets = (block.part == TARGET).sum(axis=0)
    is_whole = best.kept & (calls.total != NO_SUM) & (calls.assessed == n_targets) & (calls.base > 0)
    change = 100 * (calls.total - calls.base) / np.where(calls.base > 0, calls.base, 1)
    deepest = np.where(is_whole, change, np.inf).min(axis=0)
    return Bests(
        series=block.series,
        n_rows=course.exists.sum(axis=0),
        bor=best.bor,
        bor_date=best.bor_date,
        confirmed=best.confirmed,
        confirmed_date=best.confirmed_date,
        pd_date=at_visit(course.dates, best.pd_visit, NOTHING),
        pd_original=at_visit(course.dates, first, NOTHING),
        pd_kind=at_visit(calls.rule, best.pd_visit, len(rule_rows(policy))),
        response_start=best.response_start,
        deepest=deepest,
        flags=_best_flags(calls, best, course, policy),
    )


def best_flag_names(policy: Policy) -> tuple[str, ...]:
    """The bits of `Bests.flags`: any time point at all (no flag), then what may be unverified."""
    of_parts = [name for name in FLAGS if name.startswith(UNVERIFIED)]
    of_rules = [name for row in rule_rows(policy) for name in unverified(row)]
    of_table = [name for row in lookup("confirm_table3", policy)[1] for name in unverified(row)]
    return tuple(dict.fromkeys(("", *of_parts, *of_rules, *of_table)))


def _best_flags(calls: Calls, best: Best, course: Course, policy: Policy) -> Array:
    """What each best response rests on that is unverified (`bor.best_flags`), as bits."""
    names = best_flag_names(policy)
    decisive = best.kept | (np.arange(len(best.kept))[:, None] == best.pd_visit)
    found = where(decisive.any(axis=0), 1)
    flags = np.bitwise_or.reduce(np.where(decisive, calls.flags, 0), axis=0)
    for name in FLAGS:
        if name.startswith(UNVERIFIED):
            found |= where((flags & flag(name)) != 0, 1 << names.index(name))
    for place, row in enumerate(rule_rows(policy)):
        for name in unverified(row):
            found |= where(((calls.rule == place) & decisive).any(axis=0), 1 << names.index(name))
    if policy.confirm_rule == "table3":
        is_response = (course.words == BEST.index("CR")) | (course.words == BEST.index("PR"))
        looked_up = (best.kept & course.is_scan & is_response).any(axis=0)
        for name in {name for row in lookup("confirm_table3", policy)[1] for name in unverified(row)}:
            found |= where(looked_up, 1 << names.index(name))
    return found


def _notes(series: Series, block: Block, scene: Scene, course: NewCourse | None, exists: Array) -> Notes:
    noted = [scene.clinical.noted & DISAGREE, scene.clinical.noted & CONFLICT]
    if course is not None and series.policy.is_rano:
        answer = series.records.patients["immunotherapy"][series.patient[block.series]]
        noted.append(course.counts.any(axis=1) & (answer == code(Answer.UNKNOWN)))
    held = np.stack([(each != 0)[1:] & exists for each in noted], axis=-1)
    member, visit, note = np.nonzero(held.transpose(1, 0, 2))
    return Notes(block.series[member], block.visit[1:][visit, member], note)


def joined(parts: list[Any], by: str | None = None) -> Any:
    """Rows of several blocks as one, in the order of a column."""
    kind = type(parts[0])
    columns = {
        item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(kind)
    }
    if by is not None and (np.diff(columns[by]) < 0).any():
        order = np.argsort(columns[by], kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    return kind(**columns)
