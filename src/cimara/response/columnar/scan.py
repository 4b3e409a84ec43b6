"""Every visit of a block in order: parts, overall call, and what the next visit needs to know.

The order of evaluation is that of `reference._series`; the overall call comes from the same decision table.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from cimara.response.columnar.blocks import Block
from cimara.response.columnar.clinical import ClinicalSeen, as_met, see_clinical
from cimara.response.columnar.others import NewCourse, PartSeen, new_course, see_new, see_nontargets
from cimara.response.columnar.records import NOTHING, Array, code, is_word, take
from cimara.response.columnar.series import NON_TARGET, TARGET, Series
from cimara.response.columnar.targets import TargetSeen, see_targets, start, target_sizes
from cimara.response.columnar.words import flag, lookup, number, reason, where
from cimara.response.policy import Policy
from cimara.response.tables import TableRow
from cimara.response.timepoint import is_gated
from cimara.terms.response import Answer, Assessable, SizeStatus

FAR = 2**31 - 1
"""A date after all dates."""
_MERGED = code(SizeStatus.MERGED)
NEW_WORDS = ("NO", "EQUIVOCAL", "UNEQUIVOCAL")


@dataclass(slots=True)
class Scene:
    """What the visits of a block are like, by visit and series, before anything is judged."""

    first_scan: Array
    last_scan: Array
    target_date: Array
    nontarget_date: Array
    new_date: Array
    visit_date: Array
    flags: Array
    is_unscanned: Array
    nonenhancing: Array
    clinical: ClinicalSeen


@dataclass(slots=True)
class Calls:
    """What was called at each visit after baseline: arrays of visits by series.

    `rule` is the row of the decision table; `by_lesion` and `growth` have an axis for lesions.
    """

    rule: Array
    is_pd: Array
    date: Array
    total: Array
    base: Array
    nadir: Array
    nadir_visit: Array
    assessed: Array
    target: Array
    nontarget: Array
    new: Array
    reasons: Array
    flags: Array
    by_lesion: Array
    growth: Array


def scan_block(series: Series, block: Block, *, hindsight: bool) -> tuple[Calls, Scene, NewCourse | None]:
    """The calls of every visit, the scene that they were made in, and new lesions as they count."""
    course = new_course(series, block, hindsight=hindsight)
    scene = make_scene(series, block, course)
    targets = start(series, block)
    reviewed = _under_review(series, block, scene)
    table, rows = lookup("rano_bm" if series.policy.is_rano else "recist11", series.policy)
    is_cr = np.array([row.outcome == "CR" for row in rows])
    seen: list[Calls] = []
    for visit in range(1, block.shape[0]):
        sizes = target_sizes(block, targets.is_target, visit)
        nadir, nadir_visit = targets.nadir, targets.nadir_visit
        target = see_targets(targets, sizes)
        nontarget = see_nontargets(
            block,
            visit,
            series.policy,
            nonenhancing=scene.nonenhancing[visit],
            reached_cr=targets.reached_cr,
            unscanned=scene.is_unscanned[visit] & (targets.n_targets == 0),
        )
        new = see_new(
            course,
            visit,
            series.policy,
            under_review=reviewed[visit],
            n_lesions=block.shape[1],
        )
        clinical = _at(scene.clinical, visit)
        rule = _rule(table, series.policy, target.word, nontarget.word, new.word, clinical)
        call = _call(rows, rule, scene, visit, target, nontarget, new, clinical, series.policy)
        call.base, call.nadir, call.nadir_visit = targets.base, nadir, nadir_visit
        seen.append(call)
        targets.note_sizes(sizes, visit)
        targets.reach(target.word, is_cr[rule])
    return _stacked(seen), scene, course


def make_scene(series: Series, block: Block, course: NewCourse | None) -> Scene:
    """Dates of scans, what was scanned, and clinical state, at every visit."""
    visits, policy = series.visits.rows, series.policy
    visit_date = take(visits["date"], block.visit, NOTHING)
    is_target, is_other = block.part == TARGET, block.part == NON_TARGET
    target_date, first_target = _range(block.date, is_target)
    nontarget_date, first_other = _range(block.date, is_other)
    last_new, new_date = np.full_like(target_date, NOTHING), np.full_like(target_date, FAR)
    if course is not None:
        last_new, new_date = _range(np.where(course.counts, course.date, NOTHING), block.part >= 0)[0:2]
    last = np.maximum(np.maximum(target_date, nontarget_date), last_new)
    first = np.minimum(np.minimum(first_target, first_other), new_date)
    is_blank = last == NOTHING
    last, first = np.where(is_blank, visit_date, last), np.where(is_blank, visit_date, first)
    parts = _assessability(policy.compartment)
    levels = [take(visits[name], block.visit, 0) for name in parts]
    unscanned = is_blank & (_scanned_elsewhere(series, block) | _all_none(levels))
    partly = ~unscanned & np.logical_or.reduce([is_word(level, Assessable.PARTIAL) for level in levels])
    flags = where(unscanned, flag("NOT_SCANNED")) | where(partly, flag("PARTLY_SCANNED"))
    merged = (block.status == _MERGED) & is_target
    flags |= where(merged.any(axis=1), flag("MERGED_LESION"))
    nonenhancing = is_word(take(visits["nonenhancing_pd"], block.visit, -1), Answer.YES) & policy.is_rano
    return Scene(
        first,
        last,
        target_date,
        nontarget_date,
        new_date,
        visit_date,
        flags,
        unscanned,
        nonenhancing,
        _clinical(series, block),
    )


def _range(date: Array, wanted: Array) -> tuple[Array, Array]:
    """Last and first date over the wanted lesions; NOTHING and FAR where there is none."""
    last = np.where(wanted, date, NOTHING).max(axis=1)
    first = np.where(wanted & (date != NOTHING), date, FAR).min(axis=1)
    return last, first


def _assessability(compartment: str) -> tuple[str, ...]:
    """Columns that tell how much of a compartment could be judged (`followup.assessability`)."""
    parts = {
        "CNS": ("brain_assessable", "lm_assessable"),
        "LM": ("lm_assessable",),
        "SYS": ("body_assessable",),
    }
    return parts.get(compartment, ("brain_assessable", "lm_assessable", "body_assessable"))


def _all_none(levels: list[Array]) -> Array:
    found: Array = np.logical_and.reduce([is_word(level, Assessable.NONE) for level in levels])
    return found


def _scanned_elsewhere(series: Series, block: Block) -> Array:
    """Whether the visit's scans were of other parts of the body only (`followup.is_not_scanned`)."""
    visits, compartment = series.visits.rows, series.policy.compartment
    brain, spine, body = (
        take(visits[f"{part}_scan_date"], block.visit, NOTHING) != NOTHING
        for part in ("brain", "spine", "body")
    )
    if compartment == "SYS":
        return np.asarray((brain | spine) & ~body)
    if compartment in ("CNS", "LM"):
        return np.asarray(body & ~brain & ~spine)
    return np.zeros(block.visit.shape, bool)


def _clinical(series: Series, block: Block) -> ClinicalSeen:
    policy, visits = series.policy, series.visits
    if policy.imaging_only or not policy.is_rano:
        return as_met(block.visit.shape)
    item = take(visits.clinical, block.visit, -1)
    reference = np.broadcast_to(series.reference[block.series], item.shape)
    doses = reference if policy.steroid_reference == "baseline" else take(visits.before, block.visit, -1)
    return see_clinical(series.records, policy, item, reference, doses)


def _under_review(series: Series, block: Block, scene: Scene) -> Array:
    """Whether a new lesion is only under review: on immunotherapy by the visit's last scan (RBM-O5)."""
    policy, patients = series.policy, series.records.patients
    if policy.criterion != "rano_bm" or policy.immuno_new_lesion != "review":
        return np.zeros(scene.last_scan.shape, bool)
    patient = series.patient[block.series]
    answer, start = patients["immunotherapy"][patient], patients["immunotherapy_start"][patient]
    begun = (answer != code(Answer.NO)) & (start <= scene.last_scan)
    held: Array = np.where(start != NOTHING, begun, answer == code(Answer.YES))
    return held


def _at(clinical: ClinicalSeen, visit: int) -> ClinicalSeen:
    return ClinicalSeen(*(getattr(clinical, item.name)[visit] for item in fields(clinical)))


def _rule(
    table: Array, policy: Policy, target: Array, nontarget: Array, new: Array, clinical: ClinicalSeen
) -> Array:
    """The row of the decision table that each series meets."""
    key: tuple[Array, ...] = (target, nontarget, new)
    if policy.is_rano:
        key = (clinical.word, *key, clinical.steroid_word, clinical.antiangiogenic)
    found: Array = table[key]
    return found


def _call(
    rows: tuple[TableRow, ...],
    rule: Array,
    scene: Scene,
    visit: int,
    target: TargetSeen,
    nontarget: PartSeen,
    new: PartSeen,
    clinical: ClinicalSeen,
    policy: Policy,
) -> Calls:
    """The call: of a progression only the parts that progressed give reasons, of all else every part."""
    is_pd = np.array([row.outcome == "PD" for row in rows])[rule]
    worse = clinical.word == number("clinical", "WORSE")
    kinds = {
        "clinical": worse & is_pd,
        "target": (target.word == number("target", "PD")) & is_pd,
        "non-target": (nontarget.word == number("nontarget", "PD")) & is_pd,
        "new": (new.word == number("new", "yes")) & is_pd,
    }
    says = {kind: counts | ~is_pd for kind, counts in kinds.items()}
    reasons = (
        where(worse, reason("CLINICAL_WORSE"))
        | np.where(says["target"], target.reasons, 0)
        | np.where(says["non-target"], nontarget.reasons, 0)
    )
    if policy.is_rano:
        reasons |= _more_reasons(rows, rule, target, nontarget, new, clinical)
    by_lesion = np.where(says["target"], target.by_lesion, 0)
    by_lesion = np.where(says["non-target"] & (nontarget.by_lesion > 0), nontarget.by_lesion, by_lesion)
    by_lesion = np.where(says["new"] & (new.by_lesion > 0), new.by_lesion, by_lesion)
    gated = is_gated(policy)
    flags = scene.flags[visit] | new.flags | clinical.flags
    if gated:
        reasons, by_lesion = np.full_like(reasons, reason("UNVERIFIED_TABLE")), np.zeros_like(by_lesion)
        kinds = {kind: np.zeros_like(counts) for kind, counts in kinds.items()}
    flags |= where(_dated_by_choice(scene, visit, kinds, policy), flag("UNVERIFIED_RULE:DAT-1"))
    none = np.zeros(0)
    return Calls(
        rule=np.full_like(rule, len(rows)) if gated else rule,
        is_pd=is_pd & ~gated,
        date=_date(scene, visit, kinds, clinical, policy),
        total=target.total,
        base=none,
        nadir=none,
        nadir_visit=none,
        assessed=target.assessed,
        target=target.word,
        nontarget=nontarget.word,
        new=_new_word(new),
        reasons=reasons,
        flags=flags,
        by_lesion=by_lesion.astype(np.int8),
        growth=target.growth,
    )


def _new_word(new: PartSeen) -> Array:
    certain = new.word >= number("new", "review")
    doubtful = (new.flags & flag("NEW_EQUIVOCAL")) != 0
    return np.where(certain, 2, np.where(doubtful, 1, 0)).astype(np.int8)


def _more_reasons(
    rows: tuple[TableRow, ...],
    rule: Array,
    target: TargetSeen,
    nontarget: PartSeen,
    new: PartSeen,
    clinical: ClinicalSeen,
) -> Array:
    """What the parts' own reasons don't say: missing items, steroids, caps (`rano_bm._more_reasons`)."""

    def by(*ids: str) -> Array:
        return np.array([row.rule_id in ids for row in rows])[rule]

    unknown = by("RBM-O7")
    denied = is_any(target.word, "target", "CR", "NA") & is_any(nontarget.word, "nontarget", "CR", "NA")
    lowered = np.array([row.outcome in ("PR", "NE") for row in rows])[rule]
    is_cr = np.array([row.outcome == "CR" for row in rows])[rule]
    capped = by("RBM-O10") | (by("RBM-O13") & denied & lowered)
    steroids = capped & is_any(new.word, "new", "no") & ~is_any(clinical.steroid_word, "steroid", "NONE")
    steroids &= ~is_cr
    reviewed = capped & ~steroids & is_any(new.word, "new", "review")
    return (
        where(unknown & is_any(clinical.word, "clinical", "UNKNOWN"), reason("CLINICAL_UNKNOWN"))
        | where(unknown & is_any(clinical.steroid_word, "steroid", "UNKNOWN"), reason("STEROID_UNKNOWN"))
        | where(steroids, reason("CR_EXCLUDED_BY_STEROIDS"))
        | where(reviewed | by("RBM-O5"), reason("CR_CAPPED_BY_NEW_LESION"))
        | where(by("RBM-O8"), reason("STEROID_UP_NO_DECLINE"))
        | where(by("RBM-A1"), reason("PSEUDO_RESPONSE"))
    )


def is_any(column: Array, name: str, *words: str) -> Array:
    """Where a condition column holds one of some words."""
    found = column == number(name, words[0])
    for word in words[1:]:
        found = found | (column == number(name, word))
    held: Array = found
    return held


def _dated_by_choice(scene: Scene, visit: int, kinds: dict[str, Array], policy: Policy) -> Array:
    """DAT-1. Visits with scans of several days of which no guideline says which counts."""
    several: Array = scene.first_scan[visit] != scene.last_scan[visit]
    if policy.pd_date_in_visit != "by_kind":
        return several
    return several & (kinds["target"] | kinds["non-target"] | ~(kinds["clinical"] | kinds["new"]))


def _date(scene: Scene, visit: int, kinds: dict[str, Array], clinical: ClinicalSeen, policy: Policy) -> Array:
    """The date of a response in a visit of several scans (`timepoint._date`)."""
    first, last = scene.first_scan[visit], scene.last_scan[visit]
    progressed = np.logical_or.reduce(list(kinds.values()))
    usual = first if policy.response_date_in_visit == "first_scan" else last
    if policy.pd_date_in_visit != "by_kind":
        return np.asarray(
            np.where(progressed, first if policy.pd_date_in_visit == "first_scan" else last, usual)
        )
    target, nontarget, new = (
        each[visit] for each in (scene.target_date, scene.nontarget_date, scene.new_date)
    )
    dates = {
        "clinical": np.where(clinical.date == NOTHING, scene.visit_date[visit], clinical.date),
        "target": np.where(target == NOTHING, last, target),
        "non-target": np.where(nontarget == NOTHING, last, nontarget),
        "new": np.where(new == FAR, last, new),
    }
    earliest = np.minimum.reduce([np.where(kinds[kind], dates[kind], FAR) for kind in kinds])
    held: Array = np.where(progressed, earliest, usual)
    return held


def _stacked(seen: list[Calls]) -> Calls:
    return Calls(*(np.stack([getattr(call, item.name) for call in seen]) for item in fields(Calls)))
