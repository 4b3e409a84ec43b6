"""Steps 1 and 2 for all patients at once: who is in the population, and where each clock begins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.endpoints import outcome as said
from cimara.outcomes.endpoints.case import Setting
from cimara.outcomes.endpoints.outcome import EXCLUSIONS
from cimara.outcomes.endpoints.plan import Plan, PlanRule
from cimara.outcomes.endpoints.selection import LAST_DAY, SPAN, Bools, FactIndex, Ints
from cimara.outcomes.endpoints.switches import NoBaseline
from cimara.outcomes.endpoints.words import FactWord, Flag

_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Units:
    """What is analysed, in order of patient, lesion and start. `lesion` is -1 where there is none."""

    patient: Ints
    lesion: Ints
    day: Ints
    row: Ints
    first_course: Bools
    timed: bool

    def patient_ids(self, index: FactIndex) -> pl.Series:
        """The patient of each unit."""
        return index.frame["patient_id"].gather(pl.Series(index.patient_rows[self.patient]).cast(pl.UInt32))

    def lesion_ids(self, index: FactIndex) -> pl.Series:
        """The lesion of each unit; blank where the unit is the patient."""
        if not len(self.lesion) or self.lesion[0] < 0:
            return pl.Series([""], dtype=pl.String).new_from_index(0, len(self.lesion))
        rows = index.lesions[2][self.lesion]
        return index.frame["lesion_id"].gather(pl.Series(rows).cast(pl.UInt32))


def day_number(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return (date - _EPOCH).days


def data_cut(plan: Plan, index: FactIndex, setting: Setting) -> Ints:
    """The data cut of each patient: the study's, or the patient's own where that is earlier."""
    cut = LAST_DAY if setting.cut_date is None else day_number(setting.cut_date)
    until = np.full(index.patients, cut, dtype=np.int64)
    rows = index.rows_of_word[str(FactWord.DATA_CUT)]
    rows = rows[index.dated[rows] & index.counts_for(plan.endpoint.evaluator)[rows]]
    np.minimum.at(until, index.patient_of[rows], index.day[rows])
    return until


def flag_of(plan: Plan, index: FactIndex, flag: Flag, *, by_lesion: bool = False) -> Bools:
    """For each patient (or lesion) whether the flag is set where the definition looks."""
    counted = index.rows_of_word[str(flag)]
    counted = counted[index.counts_for(plan.endpoint.evaluator)[counted]]
    words, codes = index.compartments
    set_here = np.zeros(len(counted), dtype=bool)
    for compartment, criterion in plan.places_of(flag):
        fits = np.array([word in ("", compartment) for word in words], dtype=bool)[codes[counted]]
        set_here |= fits & index.by_criterion(counted, criterion)
    rows = counted[set_here]
    blank = (index.frame["lesion_id"].gather(pl.Series(rows).cast(pl.UInt32)) == "").to_numpy()
    of_patient = np.zeros(index.patients, dtype=bool)
    of_patient[index.patient_of[rows[blank]]] = True
    if not by_lesion:
        return of_patient
    lesion_of_row, patient_of_lesion, _ = index.lesions
    found = of_patient[patient_of_lesion]
    lesions = lesion_of_row[rows[~blank]]
    found[lesions[lesions >= 0]] = True
    return found


def population(plan: Plan, index: FactIndex, setting: Setting) -> tuple[Units, pl.DataFrame]:
    """The units that are analysed, and the rest with the reason why not."""
    groups = len(index.lesions[1]) if plan.by_lesion else index.patients
    reasons = ["", said.NO_START]
    reason = np.zeros(groups, dtype=np.int64)
    asked = [(flag, True) for flag in plan.endpoint.require]
    asked += [(flag, False) for flag in plan.endpoint.exclude]
    asked += [(Flag.NO_BASELINE, False)] if plan.no_baseline is NoBaseline.EXCLUDE else []
    for flag, wanted in asked:
        reasons.append(said.flag_reason(flag, required=wanted))
        wrong = flag_of(plan, index, flag, by_lesion=plan.by_lesion) != wanted
        reason = np.where((reason == 0) & wrong, len(reasons) - 1, reason)
    group, day, row = _starts(plan, index, setting, groups)
    if plan.endpoint.start is not None:
        begun = np.zeros(groups, dtype=bool)
        begun[group] = True
        reason = np.where((reason == 0) & ~begun, 1, reason)
    kept = reason[group] == 0
    units = _units(plan, index, group[kept], day[kept], row[kept])
    left = np.flatnonzero(reason)
    away = _units(plan, index, left, left, left)
    exclusions = pl.DataFrame(
        {
            "patient_id": away.patient_ids(index),
            "lesion_id": away.lesion_ids(index),
            "reason": pl.Series(reasons).gather(pl.Series(reason[left]).cast(pl.UInt32)),
        },
        schema=EXCLUSIONS,
    )
    return units, exclusions


def _units(plan: Plan, index: FactIndex, group: Ints, day: Ints, row: Ints) -> Units:
    timed = plan.endpoint.start is not None
    first = np.ones(len(group), dtype=bool)
    first[1:] = group[1:] != group[:-1]
    if plan.by_lesion:
        return Units(index.lesions[1][group], group, day, row, first, timed)
    return Units(group, np.full(len(group), -1, dtype=np.int64), day, row, first, timed)


def _starts(plan: Plan, index: FactIndex, setting: Setting, groups: int) -> tuple[Ints, Ints, Ints]:
    """Group, day and row of each clock that begins, in order of group and day."""
    if plan.endpoint.start is None:
        every = np.arange(groups, dtype=np.int64)
        return every, np.zeros_like(every), np.full_like(every, -1)
    decided = np.zeros(groups, dtype=bool)
    found: list[tuple[Ints, Ints]] = []
    for planned in plan.starts:
        rows, group = _named(plan, index, planned)
        rows, group = rows[~decided[group]], group[~decided[group]]
        usable = _usable(plan, index, setting, rows)
        found.append((rows[usable], group[usable]))
        decided[group] = True
    rows = np.concatenate([one for one, _ in found])
    group = np.concatenate([one for _, one in found])
    day = index.day[rows]
    order = np.lexsort((rows, day, group))
    rows, group, day = rows[order], group[order], day[order]
    key = group * SPAN + day if plan.by_lesion else group
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    return group[first], day[first], rows[first]


def _named(plan: Plan, index: FactIndex, planned: PlanRule) -> tuple[Ints, Ints]:
    """Rows of one start word, dated or not, with the group of each."""
    rows = index.rows_of_word[str(planned.rule.fact)]
    rows = rows[index.counts_for(plan.endpoint.evaluator)[rows]]
    rows = rows[index.has_fields(rows, planned)]
    group = index.lesions[0][rows] if plan.by_lesion else index.patient_of[rows]
    return rows[group >= 0], group[group >= 0]


def _usable(plan: Plan, index: FactIndex, setting: Setting, rows: Ints) -> Bools:
    """Rows whose date is known, in full unless it may be imputed, and not after the cut."""
    usable = index.dated[rows]
    if not plan.impute_start:
        usable = usable & ~index.flagged[rows]
    return usable & (index.day[rows] <= data_cut(plan, index, setting)[index.patient_of[rows]])
