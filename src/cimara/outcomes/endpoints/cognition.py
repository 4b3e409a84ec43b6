"""Neurocognitive decline: from test scores to the visits at which a patient had declined.

Rules of endpoints.md §7. The rule by standard deviations follows the abstract of the re-analysis of N0574 and
N107C (status A), reliable change the practice of NRG CC001 (status U; its constants in `tables/rci.csv`).
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DerivationError, nearest

RCI_LIMIT = -1.645
SIGN: dict[str, int] = {
    "HVLT-R total": 1,
    "HVLT-R delayed": 1,
    "HVLT-R recognition": 1,
    "COWA": 1,
    "TMT A": -1,
    "TMT B": -1,
}
"""+1 where a higher score is better; trail making is a time, so higher is worse."""

MISSED_BY_DECLINE = ("cognitive", "neurologic")
"""Reasons for which a missed test counts as a decline by rule `sd1_missing_event`."""


@dataclass(frozen=True, slots=True)
class Tested:
    """One test at one visit. `score` and `z` are None where it was not done."""

    date: dt.date
    test: str
    score: float | None
    z: float | None
    missed: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """Constants of the reliable-change index of one test: mean practice effect, and error of a difference."""

    practice: float
    error: float
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class DeclineRule:
    """When a patient counts as declined at a visit."""

    rule: str
    min_tests: int
    strict: bool
    by_norm: bool
    sustained: bool
    sd: Mapping[str, float]
    reliability: Mapping[str, Reliability]

    @classmethod
    def of(
        cls, endpoint: Endpoint, sd: Mapping[str, float], reliability: Mapping[str, Reliability]
    ) -> DeclineRule:
        """The rule that an endpoint's options ask for."""
        least = endpoint.option("min_tests")
        assert isinstance(least, int)
        return cls(
            rule=str(endpoint.option("cognition_rule")),
            min_tests=least,
            strict=endpoint.option("strict") == "yes",
            by_norm=endpoint.option("sd_source") == "norm",
            sustained=endpoint.option("sustained") == "yes",
            sd=sd,
            reliability=reliability,
        )

    def has_declined(self, now: Tested, base: Tested) -> bool:
        """True when one test has declined against baseline."""
        if now.score is None and now.z is None:
            return self.rule == "sd1_missing_event" and now.missed in MISSED_BY_DECLINE
        if self.rule == "rci":
            return self._reliably_worse(now, base)
        fall, limit = self._fall(now, base)
        return fall is not None and (fall > limit if self.strict else fall >= limit)

    def _fall(self, now: Tested, base: Tested) -> tuple[float | None, float]:
        """How far the test fell, better being higher, and the fall that counts."""
        if self.by_norm:
            return (None if now.z is None or base.z is None else base.z - now.z), 1.0
        if now.score is None or base.score is None or now.test not in self.sd:
            return None, 0.0
        return SIGN[now.test] * (base.score - now.score), self.sd[now.test]

    def _reliably_worse(self, now: Tested, base: Tested) -> bool:
        constants = self.reliability[now.test]
        if now.score is None or base.score is None:
            return False
        change = SIGN[now.test] * (now.score - base.score - constants.practice)
        return change / constants.error < RCI_LIMIT


RELIABILITY_COLUMNS = ("test", "practice", "error", "source", "status")


@cache
def reliabilities() -> Mapping[str, Reliability]:
    """Constants of each test from `tables/rci.csv`; a test without published ones is not in it."""
    table = resources.files("cimara.outcomes.endpoints") / "tables" / "rci.csv"
    return _reliabilities(table.read_text(encoding="utf-8"), "rci.csv")


def read_reliabilities(path: Path) -> Mapping[str, Reliability]:
    """A study's own constants, CSV with the columns of `tables/rci.csv`; a row without an error has none.

    Raises DerivationError with row and column for a test not known or a number that is none.
    """
    if not path.is_file():
        raise DerivationError("no such file", where=str(path))
    return _reliabilities(path.read_text(encoding="utf-8"), path.name)


def _reliabilities(text: str, file: str) -> dict[str, Reliability]:
    rows = csv.DictReader(text.splitlines())
    lacking = [name for name in RELIABILITY_COLUMNS if name not in (rows.fieldnames or ())]
    if lacking:
        raise DerivationError("a column is missing", where=file, expected=", ".join(lacking))
    found = {}
    for number, row in enumerate(rows, 1):
        if row["test"] not in SIGN:
            where = f"{file} row {number} column test"
            raise DerivationError(f"unknown cognitive test; {nearest(row['test'], SIGN)}", where=where)
        if row["error"]:
            practice, error = (_number(row, name, f"{file} row {number}") for name in ("practice", "error"))
            found[row["test"]] = Reliability(practice, error, row["source"], row["status"])
    return found


def _number(row: Mapping[str, str], name: str, place: str) -> float:
    """The number in a cell; an error is above zero."""
    try:
        value = float(row[name])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (name == "error" and value <= 0):
        raise DerivationError(
            "no constant of the reliable-change index",
            where=f"{place} column {name}",
            expected="a number above zero"
            if name == "error"
            else "a number; 0 where there is no practice effect",
        )
    return value


def decline_days(visits: Mapping[dt.date, Iterable[Tested]], rule: DeclineRule) -> list[dt.date]:
    """Days on which the patient had declined; the first visit is the baseline.

    A baseline of one test is its first score. Sustained decline is dated at the first of two visits in a row.
    """
    base: dict[str, Tested] = {}
    declined: list[tuple[dt.date, bool]] = []
    for date in sorted(visits):
        tests = list(visits[date])
        fallen = {one.test for one in tests if one.test in base and rule.has_declined(one, base[one.test])}
        if any(one.test in base for one in tests):
            declined.append((date, len(fallen) >= rule.min_tests))
        for one in tests:
            if one.score is not None or one.z is not None:
                base.setdefault(one.test, one)
    if not rule.sustained:
        return [date for date, has in declined if has]
    return [date for (date, has), (_, still) in pairwise(declined) if has and still]
