"""Facts of cognitive tests made into facts of cognitive decline, test by test or whole columns at once."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Mapping

import polars as pl

from cimara.outcomes.endpoints.cognition import (
    MISSED_BY_DECLINE,
    RCI_LIMIT,
    SIGN,
    DeclineRule,
    Reliability,
    Tested,
    decline_days,
    reliabilities,
)
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.facts import FACTS, Facts, fields_text
from cimara.outcomes.endpoints.words import FactWord

LEAST_PATIENTS = 2
"""A standard deviation needs two."""

PARTS = ("test", "score", "z", "missed")
_VISIT = ["patient_id", "date"]
_SERIES = ["patient_id", "test"]


def with_declines(
    endpoint: Endpoint,
    facts: Facts,
    *,
    engine: str,
    cut_date: dt.date | None = None,
    baseline_sd: Mapping[str, float] | None = None,
    reliability: Mapping[str, Reliability] | None = None,
) -> Facts:
    """The facts with a COGNITIVE_DECLINE for each visit at which the patient had declined.

    Declines that the facts hold already stay where there is no test to derive them from.

    Raises
    ------
    DerivationError
        A test that is not in the sign table: whether higher is better is then not known. A score that is no
        number. With rule `rci`, a test without constants.
    """
    tests = tested(facts, cut_date)
    if tests.is_empty():
        return facts
    constants = {**reliabilities(), **(reliability or {})}
    rule = DeclineRule.of(endpoint, baseline_sds(tests) if baseline_sd is None else baseline_sd, constants)
    if rule.rule == "rci":
        _have_constants(tests, constants)
    visits = declined_visits(tests, rule) if engine == "columnar" else _declined_by_patient(tests, rule)
    made = tests.group_by(_VISIT).agg(pl.col("row").min()).join(visits, on=_VISIT).sort("row")
    source = facts.frame.select(pl.all().gather(made["row"]))
    decline = source.with_columns(
        fact=pl.lit(str(FactWord.COGNITIVE_DECLINE)), fields=pl.lit(fields_text({"tests": rule.rule}))
    )
    return facts.replacing(FactWord.COGNITIVE_DECLINE, decline.select(list(FACTS)))


def tested(facts: Facts, cut_date: dt.date | None) -> pl.DataFrame:
    """Each dated test result that is not after the cut.

    Columns row (in the facts), patient_id, date, test, score, z, missed.
    Raises DerivationError for a test not known, or a score that is no number.
    """
    own = (pl.col("fact") == FactWord.COGNITION) & pl.col("date").is_not_null()
    if cut_date is not None:
        own &= pl.col("date") <= cut_date
    rows = facts.frame.with_row_index("row").filter(own)
    parts = {name: pl.col("fields").str.extract(f"(?:^|;){name}=([^;]*)") for name in PARTS}
    found = rows.select("row", *_VISIT, **parts).with_columns(pl.col("test", "missed").fill_null(""))
    for test in found["test"].unique().sort():
        if test not in SIGN:
            raise DerivationError(f"unknown cognitive test; {nearest(test, SIGN)}", where="COGNITION.test")
    numbers = found.with_columns(pl.col("score", "z").cast(pl.Float64, strict=False))
    for name in ("score", "z"):
        wrong = found[name].is_not_null() & ~numbers[name].is_finite().fill_null(False)
        if wrong.any():
            problem = f"{int(wrong.sum())} results are no numbers"
            raise DerivationError(problem, where=f"COGNITION.{name}", expected="a number such as 24 or -1.5")
    return numbers


def baseline_sds(tests: pl.DataFrame) -> dict[str, float]:
    """Standard deviation of each test's first scores over patients (n - 1), where there are two."""
    scored = tests.filter(pl.col("score").is_not_null()).sort("date", "row")
    first = scored.unique(_SERIES, keep="first", maintain_order=True)
    values = {test: first.filter(pl.col("test") == test)["score"].to_list() for test in SIGN}
    return {test: statistics.stdev(own) for test, own in values.items() if len(own) >= LEAST_PATIENTS}


def _have_constants(tests: pl.DataFrame, constants: Mapping[str, Reliability]) -> None:
    lacking = sorted(set(tests["test"].unique()) - set(constants))
    if lacking:
        raise DerivationError(
            "no constants of the reliable-change index are held for these tests",
            where=", ".join(lacking),
            expected="for each test its mean practice effect and the standard error of a difference",
            hint="Give those of a publication: reliability={test: Reliability(...)}, or --reliability FILE.",
        )


def _declined_by_patient(tests: pl.DataFrame, rule: DeclineRule) -> pl.DataFrame:
    """Patient and date of each visit with a decline, one patient after another."""
    visits: dict[str, dict[dt.date, list[Tested]]] = defaultdict(lambda: defaultdict(list))
    for patient, date, *result in tests.select(*_VISIT, *PARTS).iter_rows():
        visits[patient][date].append(Tested(date, *result))
    found = [(patient, date) for patient, own in visits.items() for date in decline_days(own, rule)]
    return pl.DataFrame(found, schema={"patient_id": pl.String, "date": pl.Date}, orient="row")


def declined_visits(tests: pl.DataFrame, rule: DeclineRule) -> pl.DataFrame:
    """As `_declined_by_patient`, for all patients at once."""
    done = tests.filter(pl.col("score").is_not_null() | pl.col("z").is_not_null()).sort("row")
    base = done.unique(_SERIES, keep="first", maintain_order=True)
    base = base.select(*_SERIES, base_date="date", base_score="score", base_z="z")
    compared = tests.join(base, on=_SERIES).filter(pl.col("date") > pl.col("base_date"))
    fallen = pl.col("test").filter(_fallen(rule).fill_null(False)).n_unique()
    visits = compared.group_by(_VISIT).agg(declined=fallen >= rule.min_tests).sort(_VISIT)
    declined = pl.col("declined")
    if rule.sustained:
        declined &= declined.shift(-1).over("patient_id").fill_null(False)
    return visits.filter(declined).select(_VISIT)


def _fallen(rule: DeclineRule) -> pl.Expr:
    """`DeclineRule.has_declined` as an expression; null where it cannot be told."""
    missed = pl.col("score").is_null() & pl.col("z").is_null()
    by_absence = pl.col("missed").is_in(MISSED_BY_DECLINE) & pl.lit(rule.rule == "sd1_missing_event")
    return pl.when(missed).then(by_absence).otherwise(_fallen_by_score(rule))


def _fallen_by_score(rule: DeclineRule) -> pl.Expr:
    sign = _by_test({test: float(sign) for test, sign in SIGN.items()})
    if rule.rule == "rci":
        practice = _by_test({test: one.practice for test, one in rule.reliability.items()})
        error = _by_test({test: one.error for test, one in rule.reliability.items()})
        return sign * (pl.col("score") - pl.col("base_score") - practice) / error < RCI_LIMIT
    if rule.by_norm:
        fall, limit = pl.col("base_z") - pl.col("z"), pl.lit(1.0)
    else:
        fall, limit = sign * (pl.col("base_score") - pl.col("score")), _by_test(rule.sd)
    return fall > limit if rule.strict else fall >= limit


def _by_test(values: Mapping[str, float]) -> pl.Expr:
    """The value of each row's test; null where it has none."""
    return pl.col("test").replace_strict(dict(values), default=None, return_dtype=pl.Float64)
