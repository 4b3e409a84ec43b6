"""The count of a derivation: who was left out, what happened, who was censored, up to the population."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.endpoints.outcome import Derived
from cimara.outcomes.endpoints.plan import CENSORED, EVENT, Plan
from cimara.outcomes.endpoints.starting import day_number
from cimara.outcomes.endpoints.words import ASSESSMENTS, FactWord

Counts = tuple[tuple[str, int], ...]

UNKNOWN_SHARE_LIMIT = 10
"""Per cent of deaths of unknown cause above which CAUSE_UNKNOWN_HIGH is raised."""


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of one derivation. Units are patients, or courses of therapy to lesions.

    `population` = `analysed` + the sum of `excluded`; `analysed` = events + competing + censored.
    `imputed` counts rows whose start or end was filled in; `scan_interval` is the median of days between
    adequate scans in a row, None without two of them.
    """

    endpoint: str
    version: str
    fingerprint: str
    population: int
    analysed: int
    excluded: Counts
    events: Counts
    competing: Counts
    censored: Counts
    facts_after_cut: int
    facts_undated: int
    other_evaluators: int
    unconfirmed_pd: int
    imputed: int
    scan_interval: float | None
    deaths: int
    deaths_unknown: int
    warnings: tuple[tuple[str, str], ...] = ()

    def lines(self) -> list[str]:
        """The report as lines of text."""
        parts = [
            f"{self.endpoint} {self.version}, fingerprint {self.fingerprint[:16]}",
            f"population {self.population} = analysed {self.analysed} + excluded "
            f"{self.population - self.analysed}",
        ]
        groups = {
            "excluded": self.excluded,
            "event": self.events,
            "competing": self.competing,
            "censored": self.censored,
        }
        for name, counts in groups.items():
            parts += [f"  {name:<10} {code:<24} {count:>7}" for code, count in counts]
        interval = "none" if self.scan_interval is None else f"{self.scan_interval:g} days"
        parts.append(f"median interval between adequate scans: {interval}")
        parts.append(f"rows with an imputed date: {self.imputed} of {self.analysed}")
        parts.append(f"facts after the data cut, not used: {self.facts_after_cut}")
        parts.append(f"facts without a date, not used: {self.facts_undated}")
        parts.append(f"facts of other evaluators, not used: {self.other_evaluators}")
        parts.append(f"progressions not confirmed: {self.unconfirmed_pd}")
        if self.deaths:
            parts.append(f"deaths of unknown cause: {self.deaths_unknown} of {self.deaths}")
        return parts + [f"{code}: {text}" for code, text in self.warnings]


def report_of(
    plan: Plan, facts: Facts, derived: Derived, frame: pl.DataFrame, cut_date: dt.date | None
) -> Report:
    """Count, and make sure that the counts add up."""
    excluded = _counts(derived.exclusions["reason"])
    events = _counts(frame.filter(pl.col("evcode") == EVENT)["code"])
    competing = _counts(frame.filter(pl.col("evcode") > EVENT)["code"])
    censored = _counts(frame.filter(pl.col("evcode") == CENSORED)["reason"])
    deaths, unknown = _causes(plan, facts, derived)
    index = facts.index
    after_cut = 0 if cut_date is None else int((index.dated & (index.day > day_number(cut_date))).sum())
    made = Report(
        endpoint=plan.endpoint.id,
        version=plan.endpoint.version,
        fingerprint=plan.endpoint.fingerprint,
        population=frame.height + derived.exclusions.height,
        analysed=frame.height,
        excluded=excluded,
        events=events,
        competing=competing,
        censored=censored,
        facts_after_cut=after_cut,
        facts_undated=int((~index.dated & index.flagged).sum()),
        other_evaluators=derived.other_evaluators,
        unconfirmed_pd=len(index.rows_of_word[str(FactWord.PD_UNCONFIRMED)]),
        imputed=frame.filter((pl.col("adt_flag") != "") | (pl.col("start_flag") != "")).height,
        scan_interval=_scan_interval(plan, facts),
        deaths=deaths,
        deaths_unknown=unknown,
        warnings=_warnings(derived, deaths, unknown),
    )
    total = sum(count for counts in (events, competing, censored) for _, count in counts)
    assert made.analysed == total, "counts of outcomes do not add up"
    return made


def _counts(values: pl.Series) -> Counts:
    counted = values.alias("value").value_counts().sort("value")
    return tuple(counted.iter_rows())


def _causes(plan: Plan, facts: Facts, derived: Derived) -> tuple[int, int]:
    """Deaths that ended a row, and those of unknown cause, where the definition tells causes apart."""
    rules = (*plan.events, *plan.competing)
    if not any(one.rule.fact is FactWord.DEATH and one.rule.where for one in rules):
        return 0, 0
    rows = derived.outcomes.filter(pl.col("evcode") != CENSORED)["fact_row"].drop_nulls()
    ended = facts.frame.select(pl.col("fact", "fields").gather(rows.cast(pl.UInt32)))
    deaths = ended.filter(pl.col("fact") == FactWord.DEATH)
    return deaths.height, deaths.filter(pl.col("fields").str.contains("cause=unknown", literal=True)).height


def _warnings(derived: Derived, deaths: int, unknown: int) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if 100 * unknown > UNKNOWN_SHARE_LIMIT * deaths:
        text = f"{unknown} of {deaths} deaths are of unknown cause, more than {UNKNOWN_SHARE_LIMIT} %"
        found.append(("CAUSE_UNKNOWN_HIGH", text))
    if derived.missing_criterion:
        number = len(derived.missing_criterion)
        found.append(("MISSING_CRITERION", f"{number} patients were judged by another criterion only"))
    return tuple(found)


def _scan_interval(plan: Plan, facts: Facts) -> float | None:
    """Median days between adequate scans in a row, within each rule that censors on them."""
    scans = [one for one in plan.censors if one.rule.fact in ASSESSMENTS] or [plan.adequate_scan]
    steps = np.concatenate([facts.index.select(one, plan.endpoint.evaluator).days_between() for one in scans])
    return float(np.median(steps)) if len(steps) else None
