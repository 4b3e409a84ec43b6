"""Restricted means and the landmark analysis equal the known answers, made with R."""

from __future__ import annotations

import pytest

from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.landmark import landmark
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.rows import Survival
from tests.unit.outcomes.curves.known_answers import assert_equal, case, curves, frame

pytestmark = pytest.mark.shared_data


@pytest.mark.parametrize("name", ["lung.rmst_sex_365", "lung.rmst_sex_730", "veteran.rmst_trt_300"])
def test_rmst_two_arm(name: str) -> None:
    asked = case(name)
    args, expected = asked["args"], asked["expected"]
    rows = Survival.from_frame(frame(asked), time=args["time"], event=args["event"], group=args["arm"])
    fit = rmst(rows, tau=args["tau"])
    for label, told in (("0", expected["arm0"]), ("1", expected["arm1"])):
        assert_equal([fit.arm(label).rmst, fit.arm(label).se], [told["rmst"], told["se"]])
    for measure in ("difference", "ratio", "rmtl_ratio"):
        found = fit.contrast(measure)
        assert_equal([found.estimate, found.lower, found.upper, found.p], expected[measure], what=measure)


@pytest.mark.parametrize("name", ["lung.km_all", "lung.km_sex", "veteran.km_trt", "mgus2.km_os"])
def test_restricted_means_of_the_curves(name: str) -> None:
    asked = case(name)
    args = asked["args"]
    rows = Survival.from_frame(frame(asked), time=args["time"], event=args["event"], group=args["group"])
    fit = rmst(rows, tau=args["rmst_tau"])
    for group, expected in curves(asked):
        found, told = fit.arm(group), expected["rmst"]
        assert_equal([found.rmst, found.se], [told["rmean"], told["se"]], what=group)


@pytest.mark.parametrize("name", ["lung.landmark_90"])
def test_landmark(name: str) -> None:
    asked = case(name)
    args, expected = asked["args"], asked["expected"]
    rows = Survival.from_frame(frame(asked), time=args["time"], event=args["event"])
    known = landmark(rows, at=args["landmark"])
    curve = kaplan_meier(known.rows).curve()
    assert known.n == expected["n"]
    assert curve.median.time == expected["median_after_landmark"]
    found = curve.at([275])
    assert_equal(found["survival"], [expected["surv_at_275"]])
    assert_equal(found["se"], [expected["se_at_275"]])
    assert known.left_out["n"].sum() == rows.n - known.n
