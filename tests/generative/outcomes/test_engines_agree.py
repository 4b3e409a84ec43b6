"""The columnar engine gives what the readable one gives, for any facts and any definition."""

from __future__ import annotations

import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes import derive_endpoint
from cimara.outcomes.endpoints.cognition import Reliability
from tests.generative.outcomes.made_facts import (
    TESTS,
    made_cut,
    made_decline,
    made_endpoint,
    made_facts,
    made_schedule,
    made_tests,
)
from tests.many import examples

PAIRS = examples(few=200, many=20_000)
BLOCK = 50
DECLINES = examples(few=50, many=120)


@pytest.mark.parametrize("first", range(0, PAIRS, BLOCK))
def test_engines_agree_on_random_facts_and_definitions(first: int) -> None:
    for seed in range(first, first + BLOCK):
        facts, endpoint = made_facts(seed), made_endpoint(seed)
        asked = {"schedule": made_schedule(seed), "cut_date": made_cut(seed), "allow_missing_criterion": True}
        readable = derive_endpoint(endpoint, facts, engine="reference", **asked)  # type: ignore[arg-type]
        quick = derive_endpoint(endpoint, facts, engine="columnar", **asked)  # type: ignore[arg-type]
        where = f"seed {seed}, {endpoint.id}"
        assert_frame_equal(readable.frame, quick.frame), where
        assert_frame_equal(readable.exclusions, quick.exclusions), where
        assert readable.report == quick.report, where
        assert_frame_equal(readable.findings, quick.findings), where


def test_engines_agree_on_cognitive_decline_by_any_rule() -> None:
    constants = {test: Reliability(0.5, 1.25, "made up", "U") for test in TESTS}
    declined = 0
    for seed in range(DECLINES):
        facts, endpoint, cut = made_tests(seed), made_decline(seed), made_cut(seed)
        readable, quick = (
            derive_endpoint(endpoint, facts, engine=engine, cut_date=cut, reliability=constants)
            for engine in ("reference", "columnar")
        )
        assert_frame_equal(readable.frame, quick.frame)
        assert readable.report == quick.report
        declined += sum(number for _, number in quick.report.events)
    assert declined > 0.5 * DECLINES
