"""Each lesion at each visit: its size, its own smallest size so far, what it did (`lesion_rows.py`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.response.columnar.blocks import NOT_SEEN, Block
from cimara.response.columnar.others import NewCourse
from cimara.response.columnar.records import NOTHING, Array, take
from cimara.response.columnar.series import NEW, NON_TARGET, OUT, TARGET, Series
from cimara.response.lesion_rows import LESION_MIN_INCREASE
from cimara.response.policy import Policy
from cimara.terms.response import LesionState

TARGET_WORDS = ("NA", "NE", "PD", "CR", "PR", "SD")
WORDS = (*TARGET_WORDS, *(state.value for state in LesionState), "EQUIVOCAL", "UNEQUIVOCAL")
"""What a lesion row may say: words for targets, states of non-targets, certainty of new lesions."""
STATES = len(TARGET_WORDS)


@dataclass(slots=True)
class LesionTable:
    """Lesion rows of a block in order of series, visit and lesion, as numbers."""

    series: Array
    lesion: Array
    visit: Array
    date: Array
    compartment: Array
    part: Array
    status: Array
    size: Array
    nadir: Array
    word: Array


def lesion_table(series: Series, block: Block, course: NewCourse | None) -> LesionTable:
    """The rows of every target and non-target at every visit, and of new lesions where they count."""
    word, nadir = _targets(series, block)
    part = np.broadcast_to(block.part, word.shape)
    word = np.where(part == NON_TARGET, block.state + STATES, word)
    exists = (part != OUT) & (part != NEW) & (block.visit >= 0)[:, None, :]
    size = np.where(part == NON_TARGET, NOT_SEEN, block.size)
    if course is not None:
        word = np.where(part == NEW, len(WORDS) - 2 + course.is_certain, word)
        exists |= (part == NEW) & course.counts & (block.visit >= 0)[:, None, :]
    own = take(series.lesions.row, block.lesion, -1)
    compartment = np.broadcast_to(take(series.records.lesions["compartment"], own, -1), word.shape)
    if course is not None:
        compartment = np.where(own < 0, course.compartment, compartment)
    date = np.where(
        block.date == NOTHING, take(series.visits.rows["date"], block.visit, NOTHING)[:, None, :], block.date
    )
    member, visit, axis = np.nonzero(exists.transpose(2, 0, 1))
    cell = (visit, axis, member)
    return LesionTable(
        series=block.series[member].astype(np.int32),
        lesion=block.lesion[axis, member].astype(np.int32),
        visit=block.visit[visit, member].astype(np.int32),
        date=date[cell],
        compartment=compartment[cell],
        part=part[cell].astype(np.int8),
        status=block.status[cell],
        size=size[cell],
        nadir=nadir[cell],
        word=word[cell].astype(np.int8),
    )


def _targets(series: Series, block: Block) -> tuple[Array, Array]:
    """The word of every target at every visit, and its smallest size before."""
    policy = series.policy
    is_node = take(series.records.lesions["is_node"], take(series.lesions.row, block.lesion, -1), 0) == 1
    words = np.zeros(block.size.shape, np.int8)
    nadirs = np.full(block.size.shape, NOT_SEEN, np.int32)
    is_target = block.part == TARGET
    first = np.full(block.part.shape, NOT_SEEN, np.int32)
    nadir = first.copy()
    for visit in range(len(words)):
        size = np.where(is_target, block.size[visit], NOT_SEEN)
        words[visit] = _word(size, first, nadir, is_node, policy)
        nadirs[visit] = nadir
        seen = size >= 0
        first = np.where(seen & (first < 0), size, first)
        nadir = np.where(seen & ((nadir < 0) | (size < nadir)), size, nadir)
    return words, nadirs


def _word(size: Array, first: Array, nadir: Array, is_node: Array, policy: Policy) -> Array:
    """One lesion's own word: PD at +20 % and +5 mm over its own nadir; the rest as for the sum."""
    is_volume = policy.measure == "volume"
    rise = policy.volumetric_pd_percent if is_volume else policy.pd_percent
    fall = policy.volumetric_pr_percent if is_volume else policy.pr_percent
    least = (policy.volumetric_abs_increase_mm3 or 0) if is_volume else LESION_MIN_INCREASE
    long = size.astype(np.int64)
    grown = (size > nadir) & (100 * long >= (100 + rise) * nadir.astype(np.int64)) & (size - nadir >= least)
    gone = size == 0
    if not is_volume:
        gone |= is_node & (size < policy.node_normal_below)
    shrunk = 100 * long <= (100 - fall) * first.astype(np.int64)
    found = np.where(shrunk, TARGET_WORDS.index("PR"), TARGET_WORDS.index("SD"))
    found = np.where(gone, TARGET_WORDS.index("CR"), found)
    found = np.where(grown, TARGET_WORDS.index("PD"), found)
    found = np.where(nadir < 0, TARGET_WORDS.index("NA"), found)
    return np.where(size < 0, TARGET_WORDS.index("NE"), found)
