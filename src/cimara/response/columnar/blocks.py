"""Series in blocks of equal shape, and what was seen of each lesion at each visit as arrays of that shape.

Arrays are [visit, lesion, series] or [visit, series]; visit 0 is the baseline. Shorter series are padded:
a lesion that is not there has part OUT, a visit that is not there has row -1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cimara.response.columnar.records import NOTHING, Array, code, is_word, take
from cimara.response.columnar.series import NEW, OUT, Lesions, Placed, Series
from cimara.terms.response import LesionState, SizeStatus

SERIES_IN_BLOCK = 4096
NOT_SEEN = -1
"""No size."""


@dataclass(slots=True)
class Block:
    """Some series of one shape. What stands here is as recorded; nothing is judged yet."""

    series: Array
    n_visits: Array
    part: Array
    lesion: Array
    """The row of each lesion in `Series.lesions`, -1 for padding."""
    visit: Array
    """The row of each visit, -1 for padding."""
    size: Array
    date: Array
    status: Array
    state: Array
    gone: Array
    """Whether a measurement says that the lesion is absent."""
    sighting: Array | None
    """The record of a new lesion, -1 for none; None where the block has no new lesions."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Visits, lesions, series."""
        n_visits, n_lesions, n_series = self.size.shape
        return n_visits, n_lesions, n_series


@dataclass(slots=True)
class Layout:
    """Where the cells of each series stand in flat buffers that hold all blocks one behind the other."""

    series: Array
    """Series in the order of blocks."""
    block_of: Array
    slot: Array
    start: Array
    width: Array
    lesions: Array
    visits: Array

    def cells(self, lesions: Lesions, placed: Placed) -> Array:
        """The cell of each row: of its lesion, at its visit."""
        block = self.block_of[lesions.series]
        first = self.start[block] + lesions.axis * self.width[block] + self.slot[lesions.series]
        step = self.lesions[block] * self.width[block]
        found: Array = first[placed.lesion] + placed.place * step[placed.lesion]
        return found


def blocks(series: Series) -> Iterator[Block]:
    """Every block of the study."""
    layout = make_layout(series)
    total = int((layout.width * layout.lesions * layout.visits).sum())
    flat = _flat(series, layout, total)
    end = 0
    for number in range(len(layout.width)):
        shape = (int(layout.visits[number]), int(layout.lesions[number]), int(layout.width[number]))
        begin, end = end, end + shape[0] * shape[1] * shape[2]
        cells = {
            name: None if data is None else data[begin:end].reshape(shape) for name, data in flat.items()
        }
        members = (
            layout.series[layout.block_of[layout.series] == number]
            if len(layout.width) > 1
            else layout.series
        )
        yield _block(series, members, shape, cells)


def make_layout(series: Series) -> Layout:
    """Series by shape, at most SERIES_IN_BLOCK in a block."""
    visits = _rounded(np.maximum(series.n_visits, 2), 16, 8)
    lesions = _rounded(np.maximum(series.n_lesions, 1), 8, 4)
    order = np.lexsort((lesions, visits))
    shape = np.stack([visits[order], lesions[order]])
    is_new = np.ones(len(order), bool)
    is_new[1:] = (shape[:, 1:] != shape[:, :-1]).any(axis=0)
    first = np.maximum.accumulate(np.where(is_new, np.arange(len(order)), 0))
    rank = np.arange(len(order)) - first
    begins = np.flatnonzero(is_new | (rank % SERIES_IN_BLOCK == 0))
    width = np.diff(np.append(begins, len(order)))
    block_of, slot = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    block_of[order] = np.repeat(np.arange(len(begins)), width)
    slot[order] = rank % SERIES_IN_BLOCK
    cells = width * shape[0][begins] * shape[1][begins]
    return Layout(order, block_of, slot, np.cumsum(cells) - cells, width, shape[1][begins], shape[0][begins])


def _rounded(number: Array, exact: int, step: int) -> Array:
    """Small numbers as they are, larger ones up to the next step, so that few shapes are left."""
    return np.where(number <= exact, number, -(-number // step) * step)


def _flat(series: Series, layout: Layout, total: int) -> dict[str, Array | None]:
    """What was recorded, in flat buffers."""
    records, lesions, placed = series.records, series.lesions, series.measurements
    rows = records.measurements
    cell = layout.cells(lesions, placed)
    status, state = rows["status"][placed.row], rows["state"][placed.row]
    is_node = take(records.lesions["is_node"], lesions.row, 0)[placed.lesion] == 1
    part = lesions.part[placed.lesion]
    size = recorded_size(series, status, state, is_node, part)
    is_absent = is_word(status, SizeStatus.ABSENT) | is_word(state, LesionState.ABSENT)
    word = recorded_state(series, status, state, is_node)
    filled: dict[str, Array | None] = {
        name: _filled(total, cell, values, nothing)
        for name, values, nothing in (
            ("size", size.astype(np.int32), NOT_SEEN),
            ("date", rows["date"][placed.row], NOTHING),
            ("status", status, -1),
            ("state", word, code(LesionState.NE)),
            ("gone", is_absent, 0),
        )
    }
    sighted = series.sightings
    filled["sighting"] = None
    if len(sighted.row):
        cell = layout.cells(lesions, sighted)
        filled["sighting"] = _filled(total, cell, sighted.row.astype(np.int32), -1)
    return filled


def _filled(total: int, cell: Array, values: Array, nothing: int) -> Array:
    buffer = np.full(total, nothing, values.dtype)
    buffer[cell] = values
    return buffer


def recorded_size(series: Series, status: Array, state: Array, is_node: Array, part: Array) -> Array:
    """The size that goes into the sum (`followup.size_of`); of a new lesion, what was measured of it."""
    policy, rows, row = series.policy, series.records.measurements, series.measurements.row
    axis = np.where(is_node, rows["short_axis"][row], rows["ld"][row])
    is_volume = policy.measure == "volume"
    of_sum = rows["volume"][row] if is_volume else axis
    is_new = part == NEW
    measured = np.where(is_new, axis, of_sum) if is_volume else axis
    too_small = np.where(
        is_new, policy.too_small_value, policy.too_small_volume if is_volume else policy.too_small_value
    )
    is_gone = is_word(status, SizeStatus.ABSENT, SizeStatus.MERGED)
    is_gone |= (status == -1) & is_word(state, LesionState.ABSENT)
    size = np.where(is_word(status, SizeStatus.MEASURED), measured, NOT_SEEN)
    size = np.where(is_word(status, SizeStatus.TOO_SMALL), too_small, size)
    size = np.where(is_gone & ~is_new, 0, size)
    return np.where(size < 0, NOT_SEEN, size)


def recorded_state(series: Series, status: Array, state: Array, is_node: Array) -> Array:
    """What is said of a lesion outside the sum (`followup.state_of`)."""
    axis = series.records.measurements["short_axis"][series.measurements.row]
    is_normal = is_node & is_word(status, SizeStatus.MEASURED) & (axis != NOTHING)
    is_normal &= axis < series.policy.node_normal_below
    by_status = np.full(len(SizeStatus) + 1, code(LesionState.NE), np.int8)
    by_status[[code(SizeStatus.ABSENT), code(SizeStatus.MERGED)]] = code(LesionState.ABSENT)
    by_status[[code(SizeStatus.MEASURED), code(SizeStatus.TOO_SMALL)]] = code(LesionState.PRESENT)
    found = np.where(state >= 0, state, by_status[status])
    is_open = (state == -1) | is_word(state, LesionState.PRESENT)
    return np.where(is_normal & is_open, code(LesionState.ABSENT), found).astype(np.int8)


def _block(
    series: Series, members: Array, shape: tuple[int, int, int], cells: dict[str, Array | None]
) -> Block:
    n_visits, n_lesions, _ = shape
    place = np.arange(n_visits)[:, None]
    visit = np.where(place < series.n_visits[members], series.baseline[members] + place, -1)
    first = np.cumsum(series.n_lesions) - series.n_lesions
    axis = np.arange(n_lesions)[:, None]
    lesion = np.where(axis < series.n_lesions[members], first[members] + axis, -1)
    part = take(series.lesions.part, lesion, OUT)
    has_new = cells["sighting"] is not None and bool((part == NEW).any())
    sighting = cells.pop("sighting")
    seen = {name: data for name, data in cells.items() if data is not None}
    return Block(
        members,
        series.n_visits[members],
        part,
        lesion,
        visit,
        sighting=sighting if has_new else None,
        **seen,
    )
