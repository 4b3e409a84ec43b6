"""Window-of-opportunity trials."""

from __future__ import annotations

import math
import tomllib

import numpy as np
import pytest
from scipy import stats

from cimara.outcomes.design.endpoints import Measurement
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.gates import AlphaRule, GatekeepingDesign
from cimara.outcomes.design.left_censored import (
    difference_variance,
    efficiency,
    left_censored_ratio,
)
from cimara.outcomes.design.single_stage import SingleStageDesign
from cimara.outcomes.design.two_stage import Choice
from cimara.outcomes.design.window import PairedRatio, Specimens, TargetReached, Tissue, TwoGroupRatio

MARKER = Measurement("PERK", "pERK", "H-score of phosphorylated ERK in tumour cells")
REACHED = TargetReached("drug", "5 x IC90", null=0.2, wanted=0.6)
PAIRED = PairedRatio(MARKER, ratio=0.5, sd=0.8)
GROUPS = TwoGroupRatio(MARKER, ratio=0.5, sd_treated=0.8, sd_untreated=0.6)


def test_each_tissue_has_its_own_design() -> None:
    enhancing, other = REACHED.reports()
    assert "contrast-enhancing" in str(enhancing)
    assert "non-enhancing" in str(other)
    entries = tomllib.loads(REACHED.report().analysis)["analysis"]
    assert [one["endpoint"] for one in entries] == ["target_enhancing", "target_non_enhancing"]
    assert [one.get("primary") for one in entries] == [True, None]


def test_the_target_is_named() -> None:
    assert "5 x IC90" in REACHED.design(Tissue.ENHANCING).report().measured.definition  # type: ignore[union-attr]
    with pytest.raises(DesignError, match="named target"):
        TargetReached("drug", " ", 0.2, 0.6)


def test_a_rate_at_target_may_be_judged_in_two_stages() -> None:
    two = TargetReached("drug", "5 x IC90", 0.2, 0.6, two_stage=Choice.OPTIMAL)
    assert two.attained_power >= 0.8
    assert "Simon" in str(two.report())


def test_the_paired_power_is_the_noncentral_t() -> None:
    effect = math.sqrt(12) * math.log(2.0) / 0.8
    critical = stats.t.ppf(0.975, 11)
    expected = stats.nct.sf(critical, 11, effect) + stats.nct.cdf(-critical, 11, effect)
    assert PAIRED.power_of(12) == pytest.approx(expected, rel=1e-9)


def test_the_paired_number_is_the_smallest_with_the_power() -> None:
    assert PAIRED.power_of(PAIRED.patients) >= 0.8 > PAIRED.power_of(PAIRED.patients - 1)


def test_halving_and_doubling_need_the_same_patients() -> None:
    assert PairedRatio(MARKER, 2.0, 0.8).patients == PAIRED.patients


def test_equal_groups_of_equal_spread_have_the_pooled_degrees_of_freedom() -> None:
    plan = TwoGroupRatio(MARKER, 0.5, 0.8, 0.8)
    effect = math.log(2.0) / math.sqrt(2.0 * 0.64 / 20)
    critical = stats.t.ppf(0.975, 38)
    expected = stats.nct.sf(critical, 38, effect) + stats.nct.cdf(-critical, 38, effect)
    assert plan.power_of(20) == pytest.approx(expected, rel=1e-9)


def test_specimens_of_a_patient_count_by_their_likeness() -> None:
    assert Specimens(3, 0.4).design_effect == pytest.approx(1.8, rel=1e-14)
    assert Specimens(3, 1.0).deviation_of_mean(0.8) == pytest.approx(0.8, rel=1e-14)
    assert Specimens(4, 0.0).deviation_of_mean(0.8) == pytest.approx(0.4, rel=1e-14)
    assert Specimens(3, 0.4).patients(20.0) == 12


def test_more_specimens_never_need_more_patients() -> None:
    numbers = [PairedRatio(MARKER, 0.5, 0.8, specimens=Specimens(m, 0.5)).patients for m in (1, 2, 4)]
    assert numbers == sorted(numbers, reverse=True)


def test_values_below_the_limit_need_more_patients() -> None:
    below = TwoGroupRatio(MARKER, 0.5, 0.8, 0.6, below_limit=0.3)
    assert below.patients[1] > GROUPS.patients[1]
    assert "BELOW_LIMIT" in [one.code for one in below.report().warnings]
    assert 'below_limit = "left_censored"' in below.report().analysis


def test_window_numbers_say_that_only_simulation_checked_them() -> None:
    assert "UNVERIFIED" in [one.code for one in PAIRED.report().warnings]


def test_complete_data_give_the_t_test() -> None:
    rng = np.random.default_rng(1)
    logs, treated = rng.normal(size=20), np.arange(20) < 8
    found = left_censored_ratio(logs, np.zeros(20, dtype=bool), treated)
    expected = stats.ttest_ind(logs[treated], logs[~treated])
    assert found.difference / found.se == pytest.approx(expected.statistic, rel=1e-9)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-8)
    limits = expected.confidence_interval(0.95)
    assert (found.lower, found.upper) == pytest.approx((limits.low, limits.high), rel=1e-8)


def test_complete_pairs_give_the_one_sample_t_test() -> None:
    logs = np.random.default_rng(2).normal(0.3, 1.0, 15)
    found = left_censored_ratio(logs, np.zeros(15, dtype=bool))
    assert found.p == pytest.approx(stats.ttest_1samp(logs, 0.0).pvalue, rel=1e-8)


def test_the_fit_is_the_maximum_of_the_censored_likelihood() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(1.0, 2.0, 40)
    below = values < 0.2
    found = left_censored_ratio(np.where(below, 0.2, values), below)

    def log_likelihood(mean: float, sd: float) -> float:
        seen = stats.norm.logpdf(values[~below], mean, sd).sum()
        return float(seen + below.sum() * stats.norm.logcdf(0.2, mean, sd))

    top = log_likelihood(found.difference, found.sd)
    for shift in (-1e-3, 1e-3):
        assert log_likelihood(found.difference + shift, found.sd) < top
        assert log_likelihood(found.difference, found.sd + shift) < top


def test_the_fit_is_right_where_half_the_limit_is_biased() -> None:
    values = np.random.default_rng(4).normal(0.0, 2.0, 4000)
    below = values < 0.0
    fit = left_censored_ratio(np.where(below, 0.0, values), below)
    replaced = np.where(below, math.log(0.5), values).mean()
    assert abs(fit.difference) < 0.1
    assert replaced > 0.35


def test_a_group_all_below_the_limit_is_not_estimated() -> None:
    with pytest.raises(DesignError, match="too few"):
        left_censored_ratio(np.zeros(6), np.arange(6) < 3, np.arange(6) < 3)


def test_the_information_of_a_complete_sample_is_whole() -> None:
    assert efficiency(0.0) == 1.0
    assert efficiency(1e-12) == pytest.approx(1.0, abs=1e-9)
    assert difference_variance((0.0, 0.0), (10, 20)) == pytest.approx(0.15, rel=1e-14)


def test_more_below_the_limit_is_less_information() -> None:
    found = [efficiency(share) for share in (0.0, 0.2, 0.4, 0.6, 0.8)]
    assert found == sorted(found, reverse=True)


EXPANSION = SingleStageDesign(MARKER, 0.1, 0.3, assessments=())
GATES = (("PK", REACHED), ("PD", PAIRED), ("expansion", EXPANSION))


def test_serial_gates_each_have_the_whole_alpha_and_wait_for_the_one_before() -> None:
    plan = GatekeepingDesign(GATES)
    entries = tomllib.loads(plan.report().analysis)["analysis"]
    assert [(one["id"], one.get("only_if")) for one in entries] == [
        ("A1", None),
        ("A2", None),
        ("A3", "A1"),
        ("A4", "A3"),
    ]


def test_the_power_of_all_gates_is_at_most_their_product_and_at_least_bonferroni() -> None:
    plan = GatekeepingDesign(GATES)
    assert plan.attained_power == pytest.approx(math.prod(plan.powers), rel=1e-14)
    assert plan.worst_power == pytest.approx(1.0 - sum(1.0 - one for one in plan.powers), rel=1e-14)
    assert plan.worst_power <= plan.attained_power


def test_split_gates_sum_to_alpha() -> None:
    with pytest.raises(DesignError, match="sum"):
        GatekeepingDesign(GATES, rule=AlphaRule.SPLIT)
    parts = (
        ("PD", PairedRatio(MARKER, 0.5, 0.8, alpha=0.03)),
        ("PK", SingleStageDesign(MARKER, 0.1, 0.4, 0.02)),
    )
    plan = GatekeepingDesign(parts, rule=AlphaRule.SPLIT)
    assert "only_if" not in plan.report().analysis


def test_a_gate_above_the_whole_alpha_is_refused() -> None:
    with pytest.raises(DesignError, match="at most"):
        GatekeepingDesign(GATES, alpha=0.025)


@pytest.mark.parametrize(
    "numbers", [{"ratio": 1.0}, {"ratio": 0.0}, {"sd": 0.0}, {"below_limit": 1.0}, {"sided": 3}]
)
def test_markers_that_cannot_be(numbers: dict[str, float]) -> None:
    with pytest.raises(DesignError):
        PairedRatio(MARKER, **{"ratio": 0.5, "sd": 0.8, **numbers})  # type: ignore[arg-type]
