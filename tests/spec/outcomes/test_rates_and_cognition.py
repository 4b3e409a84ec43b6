"""Exact limits of rates, and rules of cognitive decline."""

from __future__ import annotations

import pytest

from cimara.outcomes import Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.binary import clopper_pearson, rate_of
from cimara.outcomes.endpoints.cognition import Reliability
from cimara.outcomes.endpoints.errors import DerivationError
from tests.spec.outcomes.dated_facts import ENGINES, definition_words, read_table, seen_table
from tests.spec.recording import keep

R = "2024-01-01 | RANDOMISATION\n"


@pytest.mark.parametrize(
    ("x", "n", "wide", "narrow"),
    [
        (0, 18, (0.0, 0.18530), (0.0, 0.15332)),
        (7, 25, (0.12072, 0.49388), (0.13948, 0.46221)),
        (12, 31, (0.21850, 0.57813), (0.24077, 0.55044)),
        (31, 31, (0.88781, 1.0), (0.90789, 1.0)),
    ],
)
def test_exact_limits(x: int, n: int, wide: tuple[float, float], narrow: tuple[float, float]) -> None:
    """Clopper-Pearson. 95 % and 90 % limits to five decimals."""
    assert tuple(round(one, 5) for one in clopper_pearson(x, n, 0.95)) == wide
    assert tuple(round(one, 5) for one in clopper_pearson(x, n, 0.90)) == narrow


def test_of_nobody_there_is_no_rate() -> None:
    """EMPTY_DENOMINATOR. n = 0: rate and limits missing, never 0."""
    rate = rate_of(0, 0)
    assert (rate.rate, rate.lower, rate.upper, rate.findings) == (None, None, None, ("EMPTY_DENOMINATOR",))


@pytest.mark.parametrize(("x", "n"), [(4, 3), (-1, 3), (1, 0)])
def test_more_responders_than_patients(x: int, n: int) -> None:
    """x > n is an error."""
    with pytest.raises(DerivationError):
        rate_of(x, n)


def decline(facts: str, *, others: str = "", **option: object) -> tuple[str, int]:
    """Code and day of NCOGDET for one patient; `others` adds a second one for the study's SD."""
    endpoint = catalogue["NCOGDET"].replace(option=option)
    study = Facts.of([*read_table(R + facts), *read_table(others, "Q")])
    constants = {test: Reliability(0.0, 2.0, "made", "U") for test in ("COWA", "TMT A")}
    found = set()
    for engine in ENGINES:
        frame = derive_endpoint(endpoint, study, engine=engine, reliability=constants).frame
        found.add(frame.filter(frame["patient_id"] == "P").select("code", "aval").row(0))
    (only,) = found
    given = ["The study's standard deviations at baseline come from one more patient."] if others else []
    if option.get("cognition_rule") == "rci":
        given.append("For each test a change of 0 with a standard error of 2.0 is taken (made up).")
    outcome = [(f"**{only[0]}**", str(only[1]))]
    keep(definition_words(endpoint), seen_table(R + facts), (("result", "day"), outcome), tuple(given))
    return only


COWA = """
2024-01-01 | COGNITION | | | test=COWA; score=40
2024-03-01 | COGNITION | | | test=COWA; score={}
2024-05-01 | COGNITION | | | test=COWA; score={}
"""
SECOND = "2024-01-01 | COGNITION | | | test=COWA; score=30"
"""With scores 40 and 30 the standard deviation at baseline is the square root of 50, 7.07."""


@pytest.mark.parametrize(("score", "expect"), [(32.9, ("DECLINE", 61)), (33, ("LAST_TEST", 122))])
def test_one_standard_deviation_of_the_study(score: float, expect: tuple[str, int]) -> None:
    """cognition_rule, sd_source. A fall of 7.07 or more on one test."""
    assert decline(COWA.format(score, 40), others=SECOND) == expect


@pytest.mark.parametrize(("strict", "expect"), [("no", "DECLINE"), ("yes", "LAST_TEST")])
def test_exactly_one_standard_deviation(strict: str, expect: str) -> None:
    """strict. A fall of exactly 1.0 z."""
    facts = "2024-01-01 | COGNITION | | | test=COWA; z=0\n2024-03-01 | COGNITION | | | test=COWA; z=-1"
    assert decline(facts, sd_source="norm", strict=strict)[0] == expect


def test_trail_making_is_a_time() -> None:
    """cognition_rule. A longer time is worse, a shorter one better."""
    facts = (
        "2024-01-01 | COGNITION | | | test=TMT A; score=30\n2024-03-01 | COGNITION | | | test=TMT A; score={}"
    )
    assert decline(facts.format(34), cognition_rule="rci")[0] == "DECLINE"
    assert decline(facts.format(26), cognition_rule="rci")[0] == "LAST_TEST"


def test_a_test_missed_for_a_cognitive_reason() -> None:
    """cognition_rule. Counts as decline; missed for another reason does not."""
    facts = "2024-01-01 | COGNITION | | | test=COWA; z=0\n"
    facts += "2024-03-01 | COGNITION | | | test=COWA; done=no; missed={}"
    rule = {"cognition_rule": "sd1_missing_event", "sd_source": "norm"}
    assert decline(facts.format("cognitive"), **rule) == ("DECLINE", 61)
    assert decline(facts.format("other"), **rule)[0] == "START"


@pytest.mark.parametrize(("sustained", "expect"), [("no", ("DECLINE", 61)), ("yes", ("LAST_TEST", 122))])
def test_decline_that_does_not_last(sustained: str, expect: tuple[str, int]) -> None:
    """sustained. Decline at one visit, recovery at the next."""
    facts = COWA.replace("score=40", "z=0").replace("score={}", "z={}").format(-2, 0)
    assert decline(facts, sd_source="norm", sustained=sustained) == expect


def test_sustained_decline_is_dated_at_the_first_visit() -> None:
    """sustained. Two visits in a row: the first of them."""
    facts = COWA.replace("score=40", "z=0").replace("score={}", "z={}").format(-2, -2)
    assert decline(facts, sd_source="norm", sustained="yes") == ("DECLINE", 61)


def test_two_tests_must_decline() -> None:
    """min_tests. One of two tests is too few."""
    facts = "\n".join(
        f"{day} | COGNITION | | | test={test}; z={z}"
        for day, test, z in (
            ("2024-01-01", "COWA", 0),
            ("2024-01-01", "HVLT-R total", 0),
            ("2024-03-01", "COWA", -2),
            ("2024-03-01", "HVLT-R total", 0),
        )
    )
    assert decline(facts, sd_source="norm", min_tests=2)[0] == "LAST_TEST"


def test_without_constants_the_reliable_change_index_is_refused() -> None:
    """cognition_rule. No published constants are held for the test: an error, never "no decline"."""
    endpoint = catalogue["NCOGDET"].replace(option={"cognition_rule": "rci"})
    facts = Facts.of(read_table(R + COWA.format(1, 1)))
    with pytest.raises(DerivationError, match="reliable-change"):
        derive_endpoint(endpoint, facts)
