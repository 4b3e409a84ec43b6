"""The tests of groups that a plan asks for beside curves: log-rank and Gray."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cimara.outcomes.comparisons.gray import GrayTest, gray_test
from cimara.outcomes.comparisons.log_rank import LogRankTest, Weighting, log_rank
from cimara.outcomes.model_warnings import ModelWarning, NotEstimable
from cimara.outcomes.report.findings import Estimate, Sheet
from cimara.outcomes.report.numbers import listed, p_value
from cimara.outcomes.report.plan import Analysis
from cimara.outcomes.report.plan_words import AskedTestKind
from cimara.outcomes.report.task import Task, Timed, one_cause, unmet
from cimara.outcomes.report.wording import cause_label
from cimara.outcomes.rows import CompetingRisks

GroupTest = LogRankTest | GrayTest
Again = Callable[[Sequence[str]], Timed]
"""Makes the rows of an analysis again, with the strata of its test."""


def tests_of(task: Task, again: Again) -> tuple[dict[str, GroupTest], tuple[ModelWarning, ...]]:
    """The test that the plan asks for, by cause, and what of it is not to be had."""
    asked = task.analysis.test
    if asked is None:
        return {}, ()
    if asked.kind not in (AskedTestKind.LOG_RANK, AskedTestKind.GRAY):
        return {}, (unmet(f"the test {asked.kind} is not run by the report; its design says how to read it"),)
    rows, scope = again(asked.strata), task.scope(asked.strata)
    found: dict[str, GroupTest] = {}
    refused: list[ModelWarning] = []
    gray = asked.kind is AskedTestKind.GRAY
    causes = rows.causes if isinstance(rows, CompetingRisks) and gray else (task.cause,)
    for cause in causes:
        try:
            if gray:
                competing = rows if isinstance(rows, CompetingRisks) else one_cause(rows, cause)
                found[cause] = gray_test(competing, cause=cause, rho=asked.rho, scope=scope)
            else:
                weighting = Weighting(asked.weighting) if asked.weighting else Weighting.LOG_RANK
                found[cause] = log_rank(
                    task.of_cause(rows),
                    weighting=weighting,
                    rho=asked.rho,
                    gamma=asked.gamma,
                    scope=scope,
                )
        except NotEstimable as refusal:
            name = cause_label(cause, task.endpoint)
            told = ModelWarning(refusal.code, f"test of {name}: {refusal.problem}", refusal.columns)
            refused += [told] if cause == task.cause else []
    return found, tuple(refused)


def tested_by(entry: Analysis, tests: Mapping[str, GroupTest]) -> str:
    """`; log-rank test, stratified by site`, for the sentence on the method."""
    if not tests or entry.test is None:
        return ""
    name = "Gray's test" if entry.test.kind is AskedTestKind.GRAY else "log-rank test"
    powers = entry.test.rho or entry.test.gamma
    weight = f" (rho {entry.test.rho:g}, gamma {entry.test.gamma:g})" if powers else ""
    strata = f", stratified by {listed(list(entry.test.strata))}" if entry.test.strata else ""
    return f"; {name}{weight}{strata}"


def test_options(entry: Analysis) -> dict[str, object]:
    """The options of the test as the plan has them."""
    asked = entry.test
    if asked is None:
        return {}
    options: dict[str, object] = {
        "test": str(asked.kind),
        "test_strata": asked.strata,
        "rho": asked.rho or None,
        "gamma": asked.gamma or None,
        "weighting": asked.weighting,
        "alpha": asked.alpha,
        "sided": asked.sided,
    }
    return options | dict(asked.further)


def test_words(test: GroupTest | None) -> str:
    """`; log-rank test p = 0.012`, or nothing."""
    return f"; {_name(test)} {p_value(test.p)}" if test else ""


def test_estimates(task: Task, tests: Mapping[str, GroupTest]) -> list[Estimate]:
    """Chi-square and p of each test."""
    return [
        Estimate(
            measure=f"{_name(one)}, chi-square on {one.df} df",
            of=cause_label(cause, task.endpoint),
            estimate=one.statistic,
            p=one.p,
            n=int(one.n.sum()),
            events=float(one.events.sum()),
        )
        for cause, one in tests.items()
    ]


def test_tables(tests: Mapping[str, GroupTest]) -> list[Sheet]:
    """Observed and expected, or scores, as files."""
    return [
        Sheet.of(f"test-{cause}", f"{_name(one)}, {cause}", one.table(), shown=False)
        for cause, one in tests.items()
    ]


def _name(test: GroupTest) -> str:
    return "Gray's test" if isinstance(test, GrayTest) else "log-rank test"
