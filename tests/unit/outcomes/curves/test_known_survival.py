"""Kaplan-Meier curves equal the known answers, made with R's survival package, number by number."""

from __future__ import annotations

import pytest

from cimara.outcomes.curves.intervals import ConfType
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.survival_curve import SurvivalCurve
from cimara.outcomes.rows import Survival
from tests.unit.outcomes.curves.known_answers import assert_equal, case, curves, frame, optional

pytestmark = pytest.mark.shared_data

COLUMNS = {
    "time": "time",
    "n_risk": "at_risk",
    "n_event": "events",
    "n_censor": "censored",
    "surv": "survival",
    "se_greenwood": "se",
    "cumhaz_nelson_aalen": "cumulative_hazard",
    "se_cumhaz": "cumulative_hazard_se",
}


@pytest.mark.parametrize("name", ["lung.km_all", "lung.km_sex", "veteran.km_trt", "mgus2.km_os"])
def test_kaplan_meier(name: str) -> None:
    asked = case(name)
    args = asked["args"]
    rows = Survival.from_frame(
        frame(asked), time=args["time"], event=args["event"], group=args["group"], start=args["start"]
    )
    fit = kaplan_meier(rows, conf_level=args["conf_level"])
    for group, expected in curves(asked):
        curve = fit.curve(group)
        assert curve.n == expected["n"]
        for theirs, ours in COLUMNS.items():
            assert_equal(getattr(curve, ours), expected[theirs], what=f"{group} {theirs}")
        for conf_type in ConfType:
            _assert_limits_and_quantiles(curve, expected, conf_type)


def _assert_limits_and_quantiles(curve: SurvivalCurve, expected: dict, conf_type: ConfType) -> None:
    lower, upper = curve.limits(conf_type)
    assert_equal(lower, expected[f"lower_{conf_type}"], what=f"lower {conf_type}")
    assert_equal(upper, expected[f"upper_{conf_type}"], what=f"upper {conf_type}")
    found = [curve.quantile(share, conf_type) for share in (0.25, 0.5, 0.75)]
    told = expected[f"quantiles_25_50_75_{conf_type}"]
    assert_equal(optional(*[one.time for one in found]), told["est"])
    assert_equal(optional(*[one.lower for one in found]), told["lower"])
    assert_equal(optional(*[one.upper for one in found]), told["upper"])


@pytest.mark.parametrize("name", ["veteran.km_iptw"])
def test_weighted_kaplan_meier(name: str) -> None:
    asked = case(name)
    args = asked["args"]
    rows = Survival.from_frame(
        frame(asked), time=args["time"], event=args["event"], group=args["group"], weights=args["weights"]
    )
    fit = kaplan_meier(rows)
    assert fit.variance == "ij"
    for group, expected in curves(asked):
        found = fit.curve(group).at(expected["times"])
        assert_equal(found["survival"], expected["surv"])
        assert_equal(found["se"], expected["se_robust"])
        assert_equal(found["weight_at_risk"], expected["n_risk_weighted"])
