"""Neurocognitive decline: from test scores to the visits at which a patient had declined.

Rules of endpoints.md §7. The rule by standard deviations follows the abstract of the re-analysis of N0574 and
N107C (status A), reliable change the practice of NRG CC001 (status U; its constants in `tables/rci.csv`).
"""

from __future__ import annotations

import csv
import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

import polars as pl

from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.facts import FACTS, Facts, fields_of, fields_text
from cimara.outcomes.endpoints.words import FactWord

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

_LEAST_PATIENTS = 2


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
            reasons = ("cognitive", "neurologic")
            return self.rule == "sd1_missing_event" and now.missed in reasons
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


@cache
def reliabilities() -> Mapping[str, Reliability]:
    """Constants of each test from `tables/rci.csv`; a test without published ones is not in it."""
    path = resources.files("cimara.outcomes.endpoints") / "tables" / "rci.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {
        row["test"]: Reliability(float(row["practice"]), float(row["error"]), row["source"], row["status"])
        for row in rows
        if row["error"]
    }


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


def baseline_sds(tests: Iterable[tuple[str, Tested]]) -> dict[str, float]:
    """Standard deviation of each test's first scores over patients (n - 1), where there are two."""
    first: dict[tuple[str, str], Tested] = {}
    for patient, one in tests:
        if one.score is None:
            continue
        held = first.get((patient, one.test))
        if held is None or one.date < held.date:
            first[patient, one.test] = one
    scores: dict[str, list[float]] = defaultdict(list)
    for (_, test), one in sorted(first.items()):
        assert one.score is not None
        scores[test].append(one.score)
    return {
        test: statistics.stdev(values) for test, values in scores.items() if len(values) >= _LEAST_PATIENTS
    }


def with_declines(
    endpoint: Endpoint,
    facts: Facts,
    *,
    cut_date: dt.date | None = None,
    baseline_sd: Mapping[str, float] | None = None,
    reliability: Mapping[str, Reliability] | None = None,
) -> Facts:
    """The facts with a COGNITIVE_DECLINE for each visit at which the patient had declined.

    Raises
    ------
    DerivationError
        A test that is not in the sign table: whether higher is better is then not known. With rule `rci`, a
        test without constants.
    """
    tested = list(_tested(facts, cut_date))
    sds = dict(baseline_sd) if baseline_sd is not None else baseline_sds((p, one) for p, one, _ in tested)
    constants = {**reliabilities(), **(reliability or {})}
    rule = DeclineRule.of(endpoint, sds, constants)
    lacking = sorted({one.test for _, one, _ in tested} - set(constants))
    if rule.rule == "rci" and lacking:
        raise DerivationError(
            "no constants of the reliable-change index",
            where=", ".join(lacking),
            hint="Give reliability={test: Reliability(...)} from a published table.",
        )
    visits: dict[str, dict[dt.date, list[Tested]]] = defaultdict(lambda: defaultdict(list))
    source: dict[tuple[str, dt.date], dict[str, object]] = {}
    for patient, one, row in tested:
        visits[patient][one.date].append(one)
        source.setdefault((patient, one.date), row)
    made = []
    for patient, own in sorted(visits.items()):
        for date in decline_days(own, rule):
            fields = fields_text({"tests": rule.rule})
            made.append({**source[patient, date], "fact": str(FactWord.COGNITIVE_DECLINE), "fields": fields})
    if not made:
        return facts
    given = facts.frame.filter(pl.col("fact") != FactWord.COGNITIVE_DECLINE)
    return Facts(pl.concat([given, pl.DataFrame(made, schema=FACTS)]), facts.read_findings)


def _tested(facts: Facts, cut_date: dt.date | None) -> Iterable[tuple[str, Tested, dict[str, object]]]:
    """Each dated test result that is not after the cut, with its patient and its row."""
    rows = facts.frame.filter((pl.col("fact") == FactWord.COGNITION) & pl.col("date").is_not_null())
    if cut_date is not None:
        rows = rows.filter(pl.col("date") <= cut_date)
    for row in rows.iter_rows(named=True):
        values = fields_of(row["fields"])
        test = values.get("test", "")
        if test not in SIGN:
            raise DerivationError(f"unknown cognitive test; {nearest(test, SIGN)}", where="COGNITION.test")
        score, z = values.get("score"), values.get("z")
        yield (
            row["patient_id"],
            Tested(
                row["date"],
                test,
                None if score is None else float(score),
                None if z is None else float(z),
                values.get("missed", ""),
            ),
            row,
        )
