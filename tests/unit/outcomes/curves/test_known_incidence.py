"""Cumulative incidences equal the known answers, made with R's survival and cmprsk, number by number."""

from __future__ import annotations

import pytest

from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.incidence_curve import EVENT_FREE
from cimara.outcomes.rows import CompetingRisks
from tests.unit.outcomes.curves.known_answers import assert_equal, case, curves, frame, numbers

pytestmark = pytest.mark.shared_data

CAUSES = ["1", "2"]


@pytest.mark.parametrize("name", ["mgus2.aj_all", "mgus2.aj_sex"])
def test_aalen_johansen(name: str) -> None:
    asked = case(name)
    args = asked["args"]
    rows = CompetingRisks.from_frame(
        frame(asked), time=args["time"], status=args["status"], group=args["group"], start=args["start"]
    )
    fit, as_cmprsk = aalen_johansen(rows), aalen_johansen(rows, variance="cmprsk")
    for group, expected in curves(asked):
        curve = fit.curve(group)
        assert curve.n == expected["n"]
        assert_equal(curve.time, expected["time"])
        assert_equal(curve.at_risk, expected["n_risk"])
        states, errors = numbers(expected["pstate"]), numbers(expected["se_ij"])
        assert_equal(curve.survival, states[:, 0])
        assert_equal(curve.incidence, states[:, 1:])
        assert_equal(curve.survival_se, errors[:, 0], what="se event-free")
        assert_equal(curve.se, errors[:, 1:], what="se")
        _assert_at(curve, expected["at"])
        _assert_cmprsk(as_cmprsk.curve(group), expected["cmprsk_at"])


def _assert_at(curve, expected: dict) -> None:
    found = curve.at(expected["times"])
    for place, state in enumerate([EVENT_FREE, *CAUSES]):
        own = found.filter(cause=state)
        for theirs, ours in {
            "pstate": "probability",
            "se_ij": "se",
            "lower_log": "lower",
            "upper_log": "upper",
        }.items():
            assert_equal(own[ours], numbers(expected[theirs])[:, place], what=f"{state} {ours}")
        assert own["at_risk"].to_list() == expected["n_risk"]


def _assert_cmprsk(curve, expected: dict) -> None:
    assert expected["causes"] == CAUSES
    found = curve.at(expected["times"])
    for place, cause in enumerate(CAUSES):
        own = found.filter(cause=cause)
        assert_equal(own["probability"], expected["est"][place])
        assert_equal(own["se"] ** 2, expected["var"][place], what="cmprsk variance")
