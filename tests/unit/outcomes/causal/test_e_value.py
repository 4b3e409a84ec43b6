"""E-values of ratios and of their intervals."""

from __future__ import annotations

from math import sqrt

import pytest

from cimara.outcomes.causal.e_value import EValueError, RatioMeasure, as_risk_ratio, e_value


def test_a_risk_ratio_of_two_needs_a_confounder_of_3_41() -> None:
    assert e_value(2.0, measure="risk_ratio").value == pytest.approx(2 + sqrt(2), rel=1e-12)


def test_a_hazard_ratio_of_a_common_outcome_is_first_made_a_risk_ratio() -> None:
    found = e_value(0.7, measure="hazard_ratio_common")
    assert found.risk_ratio == pytest.approx(0.781, abs=5e-4)
    assert found.value == pytest.approx(1.88, abs=5e-3)


def test_a_protective_ratio_counts_as_its_inverse() -> None:
    protective = e_value(0.5, measure="risk_ratio")
    assert protective.value == pytest.approx(e_value(2.0, measure="risk_ratio").value, rel=1e-14)


def test_no_association_needs_no_confounder() -> None:
    assert e_value(1.0, 0.8, 1.25, measure="risk_ratio").value == 1.0


def test_the_interval_counts_by_its_limit_nearer_one() -> None:
    harmful = e_value(2.0, 1.5, 2.7, measure="risk_ratio")
    protective = e_value(0.5, 0.37, 2 / 3, measure="risk_ratio")
    expected = 1.5 + sqrt(1.5 * 0.5)
    assert harmful.limit_value == pytest.approx(expected, rel=1e-12)
    assert protective.limit_value == pytest.approx(expected, rel=1e-12)


def test_an_interval_that_holds_one_needs_no_confounder() -> None:
    assert e_value(1.4, 0.9, 2.2, measure="risk_ratio").limit_value == 1.0
    assert e_value(0.8, 0.6, 1.1, measure="risk_ratio").limit_value == 1.0


def test_without_the_limit_on_the_side_of_one_the_interval_has_no_e_value() -> None:
    assert e_value(2.0, upper=2.7, measure="risk_ratio").limit_value is None
    assert e_value(2.0, measure="risk_ratio").limit_value is None


def test_a_rare_outcome_leaves_hazard_and_odds_ratios_as_they_are() -> None:
    assert as_risk_ratio(1.8, "hazard_ratio_rare") == 1.8
    assert as_risk_ratio(1.8, "odds_ratio_rare") == 1.8


def test_the_odds_ratio_of_a_common_outcome_counts_by_its_root() -> None:
    assert as_risk_ratio(4.0, RatioMeasure.ODDS_RATIO_COMMON) == 2.0


@pytest.mark.parametrize("measure", list(RatioMeasure))
def test_every_conversion_keeps_one_at_one_and_inverts_with_the_ratio(measure: RatioMeasure) -> None:
    assert as_risk_ratio(1.0, measure) == pytest.approx(1.0, rel=1e-15)
    assert as_risk_ratio(1 / 3, measure) == pytest.approx(1 / as_risk_ratio(3.0, measure), rel=1e-13)


def test_a_ratio_must_be_positive() -> None:
    with pytest.raises(EValueError, match="above 0") as refused:
        e_value(-0.36, measure="risk_ratio")
    assert "0.36" not in str(refused.value)


def test_limits_must_enclose_the_estimate() -> None:
    with pytest.raises(EValueError, match="wrong side"):
        e_value(2.0, 2.1, 2.7, measure="risk_ratio")


def test_the_table_has_a_row_for_the_estimate_and_one_for_the_limit() -> None:
    table = e_value(2.0, 1.5, 2.7, measure="risk_ratio").table()
    assert table["of"].to_list() == ["estimate", "limit nearer 1"]
    assert table["risk_ratio"].to_list() == [2.0, 1.5]
