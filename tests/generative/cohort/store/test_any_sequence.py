"""Whatever is done to a store in whatever order, it holds what a naive model of it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cimara.cohort.dataset import Dataset
from cimara.cohort.store.errors import RejectedError, StoreError
from cimara.cohort.store.store import Store
from tests.many import examples
from tests.unit.cohort.store.small import CLEAN, NOW, REPORT, SITE, STUDY, WHO, frame

BUCKETS = count(1)
ORDER: dict[str, Any] = {"author": "curator-3", "now": NOW, "reason": "somebody asked for it"}
PEOPLE = [f"{SITE}-P000{number}" for number in range(1, 5)]
ROWS = st.dictionaries(st.sampled_from(PEOPLE), st.integers(18, 21), max_size=4)
WHOLE = st.integers(0, 30)

Rows = dict[str, int]


def dataset(rows: Rows) -> Dataset:
    """A site, its patients with an age, and a death of everybody who is 20 or older."""
    dead = sorted(one for one, age in rows.items() if age >= 20)
    return Dataset(
        {
            "Site": frame("Site", site_id=[SITE], country=["NL"]),
            "Patient": frame("Patient", patient_id=list(rows), age_at_anchor=list(rows.values())),
            "Death": frame("Death", patient_id=dead, day=[30] * len(dead)),
        }
    )


def rows_of(held: Dataset) -> Rows:
    made = held.frame("Patient")
    rows = dict(zip(made["patient_id"], made["age_at_anchor"], strict=True))
    assert sorted(held.frame("Death")["patient_id"]) == sorted(one for one, age in rows.items() if age >= 20)
    return rows


@dataclass
class Naive:
    """Versions as dictionaries, None for one that was purged."""

    versions: list[Rows | None] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    lines: int = 0

    @property
    def current(self) -> Rows | None:
        return self.versions[-1] if self.versions else None

    def add(self, rows: Rows) -> bool:
        """Add a version of these rows; False where the current one has them."""
        kept = {one: age for one, age in rows.items() if one not in self.withdrawn}
        if kept == self.current:
            return False
        self.versions.append(kept)
        self.lines += 1
        return True

    def readable(self) -> list[int]:
        return [number for number, rows in enumerate(self.versions, start=1) if rows is not None]


class AnySequence(RuleBasedStateMachine):
    """Acts on a store and on its naive model."""

    @initialize(first=ROWS)
    def begin(self, first: Rows) -> None:
        self.store, self.naive = Store(f"memory://any-{next(BUCKETS)}/store"), Naive()
        self.submit(first)

    @rule(rows=ROWS)
    def submit(self, rows: Rows) -> None:
        made = self.store.submit(dataset(rows), CLEAN, REPORT, **WHO)
        assert made.existing is not self.naive.add(rows)
        assert set(made.left_out) == self.naive.withdrawn & set(rows)

    @rule(rows=ROWS)
    def reject(self, rows: Rows) -> None:
        with pytest.raises(RejectedError):
            self.store.submit(dataset(rows), {"errors": 1}, repr(rows).encode(), **WHO)
        self.naive.lines += 1

    @rule(place=WHOLE)
    def restore(self, place: int) -> None:
        number = place % (len(self.naive.versions) + 1) + 1
        if number not in self.naive.readable():
            with pytest.raises(StoreError):
                self.store.restore(STUDY, SITE, number, **ORDER)
            return
        rows = self.naive.versions[number - 1]
        assert rows is not None
        made = self.store.restore(STUDY, SITE, number, **ORDER)
        assert made.existing is not self.naive.add(rows)

    @rule(person=st.sampled_from(PEOPLE))
    def withdraw(self, person: str) -> None:
        current = self.naive.current
        if current is None or person not in current:
            with pytest.raises(StoreError):
                self.store.withdraw(STUDY, SITE, person, **ORDER)
            return
        self.store.withdraw(STUDY, SITE, person, **ORDER)
        self.naive.withdrawn.add(person)
        assert self.naive.add(current)

    @rule(person=st.sampled_from(PEOPLE))
    def readmit(self, person: str) -> None:
        if person not in self.naive.withdrawn:
            with pytest.raises(StoreError):
                self.store.readmit(STUDY, SITE, person, **ORDER)
            return
        self.store.readmit(STUDY, SITE, person, **ORDER)
        self.naive.withdrawn.remove(person)
        self.naive.lines += 1

    @precondition(lambda self: self.naive.readable())
    @rule(place=WHOLE)
    def purge_version(self, place: int) -> None:
        number = self.naive.readable()[place % len(self.naive.readable())]
        self.store.purge(STUDY, SITE, version=number, approved_by=("a", "b"), **ORDER)
        self.naive.versions[number - 1] = None
        self.naive.lines += 1

    @rule(person=st.sampled_from(PEOPLE))
    def purge_patient(self, person: str) -> None:
        hit = [
            number for number in self.naive.readable() if person in (self.naive.versions[number - 1] or {})
        ]
        order = {"patient": person, "approved_by": ("a", "b")} | ORDER
        if not hit:
            with pytest.raises(StoreError):
                self.store.purge(STUDY, SITE, **order)
            return
        current = self.naive.current
        self.naive.withdrawn.add(person)
        if current is not None and person in current:
            self.naive.add(current)
        gone = self.store.purge(STUDY, SITE, **order).versions
        assert set(hit) <= set(gone)
        for number in gone:
            self.naive.versions[number - 1] = None
        self.naive.lines += 1
        place = self.store._place
        held = b"".join(place.read(one) for one in place.paths(STUDY) if one.endswith(".parquet"))
        assert person.encode() not in held

    @precondition(lambda self: self.naive.readable())
    @rule(one=WHOLE, other=WHOLE)
    def compare(self, one: int, other: int) -> None:
        numbers = self.naive.readable()
        first, second = numbers[one % len(numbers)], numbers[other % len(numbers)]
        before, after = self.naive.versions[first - 1], self.naive.versions[second - 1]
        assert before is not None
        assert after is not None
        made = self.store.diff(STUDY, SITE, first, second)
        of_patients = {
            name: set(part.filter(part["table"] == "Patient")["key"])
            for name, part in (("added", made.added), ("removed", made.removed), ("changed", made.changed))
        }
        assert of_patients == {
            "added": set(after) - set(before),
            "removed": set(before) - set(after),
            "changed": {name for name in set(before) & set(after) if before[name] != after[name]},
        }
        assert made.same == (before == after)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        assert len(self.store.history(STUDY)) == self.naive.lines
        current = self.store.current(STUDY).get(SITE)
        assert (None if current is None else rows_of(self.store.read(STUDY, SITE))) == self.naive.current
        for number, rows in enumerate(self.naive.versions, start=1):
            if rows is not None:
                assert rows_of(self.store.read(STUDY, SITE, number)) == rows

    def teardown(self) -> None:
        if hasattr(self, "store"):
            found = self.store.check(STUDY)
            assert found.problems == ()


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=examples(15, 300), stateful_step_count=12, deadline=None)
