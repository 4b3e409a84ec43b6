"""The facts as sorted integers, and for each rule the facts that it means, found by binary search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cimara.outcomes.endpoints.facts import fields_of
from cimara.outcomes.endpoints.matching import ACCEPTED
from cimara.outcomes.endpoints.plan import PlanRule
from cimara.outcomes.endpoints.words import LESION_FACTS, SCAN_FACTS, FactWord, Flag, Take
from cimara.response.model import INVESTIGATOR
from cimara.terms.response import AssessedCompartment

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SPAN = 1 << 22
OFFSET = 1 << 20
FIRST_DAY, LAST_DAY = -719162, 2932896
"""Days since 1970-01-01 of the first and the last date that a calendar has."""

_WORDS = [str(one) for one in (*FactWord, *Flag)]


@dataclass(frozen=True)
class Picked:
    """What a rule took for each unit: whether it did, the day, the row of the fact."""

    has: Bools
    day: Ints
    row: Ints


@dataclass(frozen=True)
class Selection:
    """Facts that a rule means, sorted by group (patient or lesion) and day."""

    keys: Ints
    rows: Ints

    def pick(self, groups: Ints, low: Ints, high: Ints, *, take: Take, clip: bool = False) -> Picked:
        """For each group the first or last fact from day `low` to day `high`, both included."""
        size = len(self.keys)
        base = groups * SPAN + OFFSET
        last = np.full_like(high, LAST_DAY) if clip else high
        if size == 0:
            nothing = np.zeros(len(groups), dtype=np.int64)
            return Picked(np.zeros(len(groups), dtype=bool), nothing, nothing - 1)
        if take is Take.FIRST:
            place = np.searchsorted(self.keys, base + low, side="left")
            inside = np.minimum(place, size - 1)
            has = (place < size) & (self.keys[inside] <= base + last)
        else:
            place = np.searchsorted(self.keys, base + last, side="right") - 1
            inside = np.maximum(place, 0)
            has = (place >= 0) & (self.keys[inside] >= base + low)
        has &= low <= high
        day = np.minimum(self.keys[inside] - base, high)
        return Picked(has, np.where(has, day, 0), np.where(has, self.rows[inside], -1))

    def days_between(self) -> Ints:
        """Days between facts in a row of each group; several on one day are one."""
        steps: Ints = np.diff(self.keys)
        within: Ints = steps[(steps > 0) & (self.keys[1:] // SPAN == self.keys[:-1] // SPAN)]
        return within


class FactIndex:
    """One facts table as integer arrays; selections are kept, since endpoints share many of their rules."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        first = frame["patient_id"].ne_missing(frame["patient_id"].shift())
        self.patient_of: Ints = first.cast(pl.Int64).cum_sum().to_numpy() - 1
        self.patient_rows: Ints = np.flatnonzero(first.to_numpy())
        self.patients = len(self.patient_rows)
        self.dated: Bools = frame["date"].is_not_null().to_numpy()
        self.day: Ints = frame["date"].cast(pl.Int32).fill_null(0).cast(pl.Int64).to_numpy()
        self.flagged: Bools = (frame["date_flag"] != "").to_numpy()
        self._selections: dict[object, Selection] = {}
        self._kept: dict[object, Bools] = {}

    @cached_property
    def rows_of_word(self) -> dict[str, Ints]:
        """Rows of each fact word, in the order of the table."""
        codes = self.frame["fact"].cast(pl.Enum(_WORDS)).to_physical().to_numpy()
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(len(_WORDS) + 1))
        return {word: order[ends[number] : ends[number + 1]] for number, word in enumerate(_WORDS)}

    def _codes(self, column: str) -> tuple[list[str], Ints]:
        values = self.frame[column].unique().sort().to_list()
        return values, self.frame[column].cast(pl.Enum(values)).to_physical().cast(pl.Int64).to_numpy()

    @cached_property
    def compartments(self) -> tuple[list[str], Ints]:
        """Compartment words, and the number of each row's."""
        return self._codes("compartment")

    @cached_property
    def criteria(self) -> tuple[list[str], Ints]:
        """Criterion names, and the number of each row's."""
        return self._codes("criterion")

    @cached_property
    def evaluators(self) -> tuple[list[str], Ints]:
        """Evaluators, and the number of each row's."""
        return self._codes("evaluator")

    @cached_property
    def fields(self) -> tuple[list[dict[str, str]], Ints]:
        """Field values, and the number of each row's."""
        values, codes = self._codes("fields")
        return [fields_of(text) for text in values], codes

    @cached_property
    def lesions(self) -> tuple[Ints, Ints, Ints]:
        """For each row the number of its lesion (-1: none); for each lesion its patient and its first row.

        Only facts of one lesion make a lesion known.
        """
        names = ["patient_id", "lesion_id"]
        own = (pl.col("lesion_id") != "") & pl.col("fact").is_in([str(one) for one in LESION_FACTS])
        known = self.frame.with_row_index("row").filter(own).group_by(names).agg(pl.col("row").min())
        numbered = known.sort(names).with_row_index("number")
        joined = self.frame.select(names).join(numbered, on=names, how="left", maintain_order="left")
        of_row: Ints = joined["number"].cast(pl.Int64).fill_null(-1).to_numpy()
        rows: Ints = numbered["row"].cast(pl.Int64).to_numpy()
        return of_row, self.patient_of[rows], rows

    def counts_for(self, named: str) -> Bools:
        """Rows of the evaluator that counts (named, else accepted, else investigator), or of none."""
        if named not in self._kept:
            words, codes = self.evaluators
            own = np.array([word in ("", named) for word in words], dtype=bool)[codes]
            if not named:
                accepted = np.array([word == ACCEPTED for word in words], dtype=bool)[codes]
                settled = np.zeros(self.patients, dtype=bool)
                settled[self.patient_of[accepted]] = True
                investigator = np.array([word == INVESTIGATOR for word in words], dtype=bool)[codes]
                own = own | np.where(settled[self.patient_of], accepted, investigator)
            self._kept[named] = own
        return self._kept[named]

    def by_criterion(self, rows: Ints, criterion: str | None) -> Bools:
        """Which of the rows were made by the criterion, or by none."""
        words, codes = self.criteria
        fits = np.array([criterion is None or word in ("", criterion) for word in words], dtype=bool)
        return fits[codes[rows]]

    def whole_body(self, evaluator: str, criterion: str | None) -> Bools:
        """For each patient whether there are responses of the whole body by the criterion."""
        key = ("whole_body", evaluator, criterion)
        if key not in self._kept:
            words, codes = self.compartments
            rows = np.concatenate([self.rows_of_word[str(word)] for word in sorted(SCAN_FACTS)])
            rows = rows[self.counts_for(evaluator)[rows] & self.by_criterion(rows, criterion)]
            of_body = np.array([word == AssessedCompartment.ANY for word in words], dtype=bool)[codes[rows]]
            found = np.zeros(self.patients, dtype=bool)
            found[self.patient_of[rows[of_body]]] = True
            self._kept[key] = found
        return self._kept[key]

    def _in_compartment(self, rows: Ints, planned: PlanRule, evaluator: str) -> Bools:
        wanted = planned.rule.compartment
        if wanted is None:
            return np.ones(len(rows), dtype=bool)
        words, codes = self.compartments
        same = np.array([word == wanted for word in words], dtype=bool)[codes[rows]]
        if wanted is AssessedCompartment.ANY:
            same = same | ~self.whole_body(evaluator, planned.criterion)[self.patient_of[rows]]
        return same

    def has_fields(self, rows: Ints, planned: PlanRule) -> Bools:
        """Which of the rows have the fields that the rule asks for, and none that it excludes."""
        if not planned.rule.where and not planned.without:
            return np.ones(len(rows), dtype=bool)
        values, codes = self.fields
        fits = np.zeros(len(values), dtype=bool)
        for number in np.unique(codes[rows]):
            held = values[number]
            asked = all(held.get(name, "") in allowed for name, allowed in planned.rule.where)
            fits[number] = asked and not any(held.get(name, "") in barred for name, barred in planned.without)
        return fits[codes[rows]]

    def select(self, planned: PlanRule, evaluator: str) -> Selection:
        """The dated facts that a rule means."""
        rule = planned.rule
        key = (
            rule.fact,
            rule.compartment,
            rule.where,
            planned.criterion,
            planned.without,
            planned.same_lesion,
            evaluator,
        )
        if key not in self._selections:
            rows = self.rows_of_word[str(rule.fact)]
            rows = rows[self.dated[rows] & self.counts_for(evaluator)[rows]]
            rows = rows[self.by_criterion(rows, planned.criterion)]
            rows = rows[self._in_compartment(rows, planned, evaluator)]
            rows = rows[self.has_fields(rows, planned)]
            self._selections[key] = self._sorted(rows, by_lesion=planned.same_lesion)
        return self._selections[key]

    def _sorted(self, rows: Ints, *, by_lesion: bool) -> Selection:
        groups = self.lesions[0][rows] if by_lesion else self.patient_of[rows]
        rows, groups = rows[groups >= 0], groups[groups >= 0]
        keys = groups * SPAN + self.day[rows] + OFFSET
        if by_lesion:
            order = np.argsort(keys, kind="stable")
            keys, rows = keys[order], rows[order]
        return Selection(keys, rows)
