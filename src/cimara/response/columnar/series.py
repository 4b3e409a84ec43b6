"""Who is followed: one series for each evaluator of each patient, with its lesions and its baseline.

As `records` and `followup` of the reference make them. Series are in order of patient, then evaluator.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from cimara.response.columnar.measurability import not_measurable
from cimara.response.columnar.records import (
    NOTHING,
    Array,
    Columns,
    Lookup,
    Records,
    code,
    is_word,
    ranges,
    take,
)
from cimara.response.columnar.visits import Visits, ordered_visits
from cimara.response.model import INVESTIGATOR
from cimara.response.policy import Policy
from cimara.response.records import COMPARTMENTS
from cimara.terms.response import LesionRole

TARGET, NON_TARGET, NEW, OUT = 0, 1, 2, 3
"""What a lesion counts as, in the order in which the tables list them; OUT takes no part."""


@dataclass(slots=True)
class Placed:
    """Rows of a table that belong to a lesion of a series: which row, which lesion, which visit."""

    row: Array
    lesion: Array
    place: Array


@dataclass(slots=True)
class Lesions:
    """The lesions of all series in order of series, part and id; a new lesion may have no row of its own."""

    series: Array
    lesion_id: Array
    row: Array
    part: Array
    axis: Array
    """The place of the lesion among those of its series."""
    at_baseline: Array
    """The measurement at baseline, -1 for none."""
    unfit: Array
    """Why a target is not measurable, as bits of `measurability.CODES`."""


@dataclass(slots=True)
class Series:
    """Every series, and what belongs to it. `baseline` is a row of `visits`."""

    records: Records
    policy: Policy
    visits: Visits
    patient: Array
    evaluator: Array
    baseline: Array
    several_marked: Array
    n_visits: Array
    """Visits from baseline on."""
    n_lesions: Array
    lesions: Lesions
    measurements: Placed
    sightings: Placed
    reference: Array
    """The clinical record at baseline of each series, -1 for none."""
    since: Array
    """By patient, the date from which stable disease is counted."""

    @property
    def count(self) -> int:
        """How many series there are."""
        return len(self.patient)


def make_series(records: Records, policy: Policy, bad: Array) -> Series:
    """The series of all patients with rows; marks in `bad` those that the reference engine must take."""
    visits = ordered_visits(records, bad)
    patient, evaluator, of = _evaluators(records, visits)
    lesions = _lesions(records, policy, patient, evaluator, of, bad)
    listed = Lookup(lesions.series, lesions.lesion_id, len(patient), len(records.lesion_ids))
    bad[patient[lesions.series[listed.twice]]] = True
    n_listed = len(lesions.series)
    measured = _placed(records, records.measurements, visits, of, listed, n_listed, bad)
    sighted = _placed(records, records.new_lesions, visits, of, listed, n_listed, bad)
    _check_new(records, lesions, measured, sighted, bad)
    baseline, several = _baselines(records, policy, visits, patient, lesions, measured, bad)
    _set_parts(records, policy, lesions, measured, baseline, bad, patient)
    n_visits = visits.first[patient] + visits.count[patient] - baseline
    kept, moved = _numbered(lesions, len(patient))
    n_lesions = np.bincount(kept.series, minlength=len(patient))
    return Series(
        records,
        policy,
        visits,
        patient,
        evaluator,
        baseline,
        several,
        n_visits,
        n_lesions,
        kept,
        _followed(measured, moved, kept, baseline),
        _followed(sighted, np.where(lesions.part == NEW, moved, -1), kept, baseline),
        _reference(records, visits, patient, baseline),
        _since(records, policy, visits),
    )


def _evaluators(records: Records, visits: Visits) -> tuple[Array, Array, Array]:
    """Patient and evaluator of each series, and the series of each patient and evaluator (-1 for none)."""
    n_patients, n_evaluators = len(records.patient_ids), len(records.evaluators)
    has: Array = np.zeros((n_patients, n_evaluators), bool)
    for rows in (records.measurements, records.new_lesions):
        has[rows["patient"], rows["evaluator"]] = True
    silent: Array = np.asarray(~has.any(axis=1))
    listing: Array = np.zeros_like(has)
    listing[records.lesions["patient"], records.lesions["evaluator"]] = True
    has |= listing & silent[:, None]
    has[np.asarray(~has.any(axis=1)), records.evaluators.index(INVESTIGATOR)] = True
    has[visits.count == 0] = False
    patient, evaluator = np.nonzero(has)
    of = np.full(has.shape, -1, np.int64)
    of[patient, evaluator] = np.arange(len(patient))
    return patient, evaluator, of


def _lesions(
    records: Records, policy: Policy, patient: Array, evaluator: Array, of: Array, bad: Array
) -> Lesions:
    """The lesions that each evaluator listed, or the investigator's; and new ones that nobody listed."""
    rows = records.lesions
    bad[rows["patient"][rows["is_part"]]] = True
    series = of[rows["patient"], rows["evaluator"]]
    row = np.flatnonzero(series >= 0)
    series = series[row]
    lists_none = np.ones(len(patient), bool)
    lists_none[series] = False
    if lists_none.any():
        of_investigator = np.flatnonzero(rows["evaluator"] == records.evaluators.index(INVESTIGATOR))
        of_investigator = of_investigator[np.argsort(rows["patient"][of_investigator], kind="stable")]
        count = np.bincount(rows["patient"][of_investigator], minlength=len(records.patient_ids))
        first = np.cumsum(count) - count
        lent = np.flatnonzero(lists_none)
        series = np.concatenate([series, np.repeat(lent, count[patient[lent]])])
        row = np.concatenate([row, of_investigator[ranges(first[patient[lent]], count[patient[lent]])]])
    lesion_id = rows["lesion_id"][row]
    new = records.new_lesions
    n_ids = max(len(records.lesion_ids), 1)
    keys = np.unique(of[new["patient"], new["evaluator"]] * n_ids + new["lesion_id"])
    unlisted = Lookup(series, lesion_id, len(patient), n_ids).find(*np.divmod(keys, n_ids)) < 0
    more = keys[unlisted & (keys >= 0)]
    series = np.concatenate([series, more // n_ids])
    lesion_id = np.concatenate([lesion_id, more % n_ids])
    row = np.concatenate([row, np.full(len(more), -1)])
    nothing = np.full(len(row), -1)
    part = _parts(records, policy, series, row, lesion_id, of)
    return Lesions(series, lesion_id, row, part, nothing, nothing.copy(), np.zeros(len(row), np.int64))


def _parts(records: Records, policy: Policy, series: Array, row: Array, lesion_id: Array, of: Array) -> Array:
    """What each lesion counts as, before any is demoted; one that is new in no record is out."""
    new, inside = records.new_lesions, COMPARTMENTS[policy.compartment]
    role = take(records.lesions["role"], row, code(LesionRole.NEW))
    is_old = (role != code(LesionRole.NEW)) & is_word(take(records.lesions["compartment"], row, -1), *inside)
    part = np.where(is_old, np.where(role == code(LesionRole.TARGET), TARGET, NON_TARGET), OUT)
    if len(new["patient"]):
        n_ids = len(records.lesion_ids)
        keys = of[new["patient"], new["evaluator"]] * n_ids + new["lesion_id"]
        is_seen = np.isin(series * n_ids + lesion_id, keys[is_word(new["compartment"], *inside)])
        part[~is_old & is_seen] = NEW
    return part


def _placed(
    records: Records, rows: Columns, visits: Visits, of: Array, listed: Lookup, n_lesions: int, bad: Array
) -> Placed:
    """Rows with their lesion and visit; a row of an unknown one, or two of one lesion and visit, are bad."""
    visit = visits.known.find(rows["patient"], rows["visit_id"])
    lesion = listed.find(of[rows["patient"], rows["evaluator"]], rows["lesion_id"])
    sound = (visit >= 0) & (lesion >= 0)
    bad[rows["patient"][~sound]] = True
    row = np.flatnonzero(sound)
    lesion, visit = lesion[row], visit[row]
    local = visit - visits.first[rows["patient"][row]]
    twice = Lookup(lesion, local, n_lesions, int(visits.count.max(initial=1))).twice
    bad[rows["patient"][row[twice]]] = True
    return Placed(row, lesion, visit)


def _check_new(records: Records, lesions: Lesions, measured: Placed, sighted: Placed, bad: Array) -> None:
    """A lesion listed as new and measured, of which its evaluator has no record as new, is bad."""
    role = take(records.lesions["role"], lesions.row, -1)
    doubtful = role == code(LesionRole.NEW)
    doubtful[sighted.lesion] = False
    rows = measured.row[doubtful[measured.lesion]]
    bad[records.measurements["patient"][rows]] = True


def _baselines(
    records: Records,
    policy: Policy,
    visits: Visits,
    patient: Array,
    lesions: Lesions,
    measured: Placed,
    bad: Array,
) -> tuple[Array, Array]:
    """The visit marked as baseline, else the last scan up to the start; without one, a patient is bad."""
    rows, first, count = visits.rows, visits.first[patient], visits.count[patient]
    of_series = ranges(first, count)
    offset = np.cumsum(count) - count
    if not len(of_series):
        return np.zeros(len(patient), np.int64), np.zeros(len(patient), bool)
    marked = rows["is_baseline"][of_series] == 1
    early = rows["date"][of_series] <= np.repeat(records.patients["start_date"][patient], count)
    scanned = np.zeros(len(of_series), bool)
    where = take(records.lesions["compartment"], lesions.row, -1)
    counts = is_word(where, *COMPARTMENTS[policy.compartment])[measured.lesion]
    series = lesions.series[measured.lesion[counts]]
    scanned[offset[series] + measured.place[counts] - first[series]] = True
    baseline = np.full(len(patient), -1)
    for wanted in (early, early & scanned, marked):
        last = np.maximum.reduceat(np.where(wanted, of_series, -1), offset)
        baseline = np.where(last >= 0, last, baseline)
    several = np.add.reduceat(marked.astype(np.int64), offset) > 1
    bad[patient[baseline < 0]] = True
    return np.where(baseline < 0, first, baseline), several


def _set_parts(
    records: Records,
    policy: Policy,
    lesions: Lesions,
    measured: Placed,
    baseline: Array,
    bad: Array,
    patient: Array,
) -> None:
    """Which targets are not measurable, and what the policy makes of that."""
    is_first = measured.place == baseline[lesions.series[measured.lesion]]
    lesions.at_baseline[measured.lesion[is_first]] = measured.row[is_first]
    targets = np.flatnonzero(lesions.part == TARGET)
    unfit = not_measurable(records, policy, lesions.row[targets], lesions.at_baseline[targets])
    lesions.unfit[targets] = unfit
    if policy.measurability == "demote":
        lesions.part[targets[unfit > 0]] = NON_TARGET
    elif policy.measurability == "refuse":
        bad[patient[lesions.series[targets[unfit > 0]]]] = True


def _numbered(lesions: Lesions, n_series: int) -> tuple[Lesions, Array]:
    """The lesions that take part, each with its place in its series, and where each lesion went (-1: out)."""
    order = np.lexsort((lesions.lesion_id, lesions.part, lesions.series))
    order = order[lesions.part[order] != OUT]
    moved = np.full(len(lesions.part), -1)
    moved[order] = np.arange(len(order))
    kept = Lesions(*(getattr(lesions, item.name)[order] for item in fields(Lesions)))
    count = np.bincount(kept.series, minlength=n_series)
    kept.axis = np.arange(len(order)) - (np.cumsum(count) - count)[kept.series]
    return kept, moved


def _followed(placed: Placed, moved: Array, lesions: Lesions, baseline: Array) -> Placed:
    """The rows of lesions that take part from baseline on, with the number of visits since."""
    lesion = moved[placed.lesion]
    series = take(lesions.series, lesion, 0)
    place = placed.place - baseline[series] if len(baseline) else placed.place
    keep = (place >= 0) & (lesion >= 0)
    return Placed(placed.row[keep], lesion[keep], place[keep])


def _reference(records: Records, visits: Visits, patient: Array, baseline: Array) -> Array:
    """The clinical record of the baseline visit, else the last one up to the start (the first of one day)."""
    if not len(visits.clinical):
        return baseline
    rows = records.clinical
    early = np.flatnonzero(rows["date"] <= records.patients["start_date"][rows["patient"]])
    early = early[np.lexsort((-early, rows["date"][early]))]
    last = np.full(len(records.patient_ids), -1)
    last[rows["patient"][early]] = early
    own = visits.clinical[baseline]
    return np.where(own >= 0, own, last[patient])


def _since(records: Records, policy: Policy, visits: Visits) -> Array:
    """The date from which stable disease is counted (`sd_from`)."""
    start = records.patients["start_date"]
    if policy.sd_from == "start":
        return start
    owner, date = visits.rows["patient"], visits.rows["date"]
    found = start
    for wanted in (date <= start[owner], visits.rows["is_baseline"] == 1):
        latest = np.full(len(start), NOTHING, start.dtype)
        np.maximum.at(latest, owner[wanted], date[wanted].astype(start.dtype))
        found = np.where(latest != NOTHING, latest, found)
    return found
