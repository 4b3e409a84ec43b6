"""Non-target disease and new lesions on arrays (`criteria/nontarget.py`, `followup._course_of`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.response.columnar.blocks import Block
from cimara.response.columnar.records import NOTHING, Array, code, is_word, take
from cimara.response.columnar.series import NEW, NON_TARGET, Series
from cimara.response.columnar.words import flag, number, reason, where
from cimara.response.criteria.call import unverified
from cimara.response.criteria.nontarget import new_lesion_rule
from cimara.response.policy import Policy
from cimara.response.tables import component_rules
from cimara.terms.response import Certainty, LesionState

GREW, LOST, BACK, IS_NEW, IS_DOUBTFUL = 4, 5, 6, 7, 8
"""Numbers of `words.OF_LESION`."""
WORD = {word: number("nontarget", word) for word in ("CR", "NON-CR/NON-PD", "PD", "NE", "NA")}


@dataclass(slots=True)
class PartSeen:
    """One part at one visit: its word, reasons, flags, and the reason that each lesion gives."""

    word: Array
    reasons: Array
    flags: Array
    by_lesion: Array


@dataclass(slots=True)
class NewCourse:
    """New lesions through time, by visit, lesion and series: whether they count, and how."""

    counts: Array
    is_certain: Array
    is_backdated: Array
    has_one_plane: Array
    compartment: Array
    date: Array
    """The date of the record of the visit, NOTHING where it has none."""


def see_nontargets(
    block: Block, visit: int, policy: Policy, *, nonenhancing: Array, reached_cr: Array, unscanned: Array
) -> PartSeen:
    """R11-NT, RBM-N1 at one visit. `unscanned` marks series without targets whose visit shows nothing."""
    is_other = block.part == NON_TARGET
    state = block.state[visit]
    grew = is_other & (state == code(LesionState.UNEQUIVOCAL_PD))
    there = is_other & (state == code(LesionState.PRESENT))
    lost = is_other & (state == code(LesionState.NE))
    back = there & reached_cr if policy.reappearance_after_cr == "pd_any" else np.zeros_like(there)
    persists, has_any = there.any(axis=0), is_other.any(axis=0)
    is_pd = grew.any(axis=0) | nonenhancing | back.any(axis=0)
    is_ne = ~is_pd & lost.any(axis=0)
    if policy.nt_partial == "by_seen":
        is_ne &= ~persists
    is_cr = has_any & ~is_pd & ~is_ne & ~persists
    stays = has_any & ~is_pd & ~is_ne & persists
    is_blank = ~has_any & ~is_pd & unscanned
    word = np.full(len(is_pd), WORD["NA"], np.int8)
    for name, holds in (("PD", is_pd), ("NE", is_ne | is_blank), ("CR", is_cr), ("NON-CR/NON-PD", stays)):
        word[holds] = WORD[name]
    reasons = (
        where(nonenhancing, reason("NONENHANCING_UP"))
        | where(is_cr, reason("NONTARGET_GONE"))
        | where(stays, reason("NONTARGET_PERSISTS"))
        | where(is_blank, reason("NOTHING_SCANNED"))
    )
    by_lesion = np.where(grew, GREW, np.where(back, BACK, np.where(lost & is_ne, LOST, 0)))
    return PartSeen(word, reasons, np.zeros_like(reasons), by_lesion.astype(np.int8))


def new_course(series: Series, block: Block, *, hindsight: bool) -> NewCourse | None:
    """New lesions through time: each counts until it is absent; certainty may reach back in time."""
    if block.sighting is None:
        return None
    rows, policy = series.records.new_lesions, series.policy
    sighting = np.where(block.part == NEW, block.sighting, -1)
    is_sure = is_word(take(rows["certainty"], sighting, -1), Certainty.UNEQUIVOCAL)
    projections = take(rows["projections"], sighting, NOTHING)
    one_plane = (projections != NOTHING) & (projections < policy.min_projections)
    where_at = take(rows["compartment"], sighting, -1)
    shape, lesions = sighting.shape, sighting.shape[1:]
    counts, certain, late, planes = (np.zeros(shape, bool) for _ in range(4))
    compartment = np.full(shape, -1, np.int8)
    is_known, is_certain, in_one = (np.zeros(lesions, bool) for _ in range(3))
    begun, last = np.zeros(lesions, np.int64), np.full(lesions, -1, np.int8)
    for visit in range(1, shape[0]):
        at = sighting[visit] >= 0
        gone = (block.gone[visit] > 0) & ~at
        if policy.new_lesion_counts == "always":
            gone &= ~is_certain
        is_known, is_certain = is_known & ~gone, is_certain & ~gone
        begun = np.where(gone, visit + 1, begun)
        in_one = np.where(at, one_plane[visit], in_one)
        last = np.where(at, where_at[visit], last)
        is_known |= at
        sure = at & is_sure[visit] & ~one_plane[visit]
        fresh = sure & ~is_certain
        if hindsight and fresh.any():
            for earlier in range(1, visit):
                reaches = fresh & (earlier >= begun) & counts[earlier]
                late[earlier] |= reaches & ~certain[earlier]
                certain[earlier] |= reaches
        is_certain |= sure
        counts[visit], certain[visit], planes[visit], compartment[visit] = (
            is_known,
            is_known & is_certain,
            in_one,
            last,
        )
    date = take(rows["date"], sighting, NOTHING)
    return NewCourse(counts, certain, late, planes, compartment, date)


def see_new(
    course: NewCourse | None, visit: int, policy: Policy, *, under_review: Array, n_lesions: int
) -> PartSeen:
    """R11-NEW, RBM-W1 at one visit."""
    n_series = len(under_review)
    word = np.full(n_series, number("new", "no"), np.int8)
    if course is None:
        nothing = np.zeros(n_series, np.int64)
        return PartSeen(word, nothing, nothing, np.zeros((n_lesions, n_series), np.int8))
    certain = course.counts[visit] & course.is_certain[visit]
    doubtful = course.counts[visit] & ~course.is_certain[visit]
    has_certain, has_doubtful = certain.any(axis=0), doubtful.any(axis=0)
    reviewed = has_certain & under_review
    word[has_certain] = number("new", "yes")
    word[reviewed] = number("new", "review")
    is_blocked = has_doubtful & ~has_certain & (policy.equivocal_new == "block_cr")
    is_backdated = (certain & course.is_backdated[visit]).any(axis=0)
    unchecked = "".join(unverified(component_rules()[new_lesion_rule(policy)]))
    word[is_blocked] = number("new", "blocks")
    flags = (
        where(has_doubtful, flag("NEW_EQUIVOCAL"))
        | where(is_backdated, flag("BACKDATED"))
        | where(has_doubtful | is_backdated, flag(unchecked) if unchecked else 0)
        | where((doubtful & course.has_one_plane[visit]).any(axis=0), flag("NEW_IN_ONE_PLANE"))
        | where(reviewed, flag("NEW_LESION_UNDER_REVIEW"))
    )
    by_lesion = np.where(certain, IS_NEW, np.where(doubtful & is_blocked, IS_DOUBTFUL, 0)).astype(np.int8)
    return PartSeen(word, np.zeros(n_series, np.int64), flags, by_lesion)
