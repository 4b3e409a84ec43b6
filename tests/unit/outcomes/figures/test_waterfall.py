from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.response_lines import response_lines
from cimara.outcomes.figures.waterfall import plot_waterfall
from cimara.response import Policy
from cimara.response.tables import component_rules
from tests.unit.outcomes.figures.made_figures import drawn_figure, responses


def changed(**columns: pl.Expr):
    tables, policy, _ = responses()
    return replace(tables, best=tables.best.with_columns(**columns)), policy


def test_bars_are_the_deepest_changes_of_patients_with_targets_worst_first():
    tables, _, _ = responses()
    bars = drawn_figure("waterfall")[1].frames["bars"]
    best = dict(tables.best.select("patient_id", "deepest_change_pct").iter_rows())
    targets = set(tables.lesions.filter(pl.col("role") == "TARGET")["patient_id"])
    assert set(bars["patient_id"]) == targets
    assert bars["change"].to_list() == [best[one] for one in bars["patient_id"]]
    shown = bars["change"].drop_nulls().to_list()
    assert shown == sorted(shown, reverse=True)


def test_the_response_is_the_confirmed_one_where_the_policy_reports_that():
    tables, policy, _ = responses()
    assert policy.report_first == "confirmed"
    confirmed = dict(tables.best.select("patient_id", "confirmed_bor").iter_rows())
    bars = drawn_figure("waterfall")[1].frames["bars"]
    assert bars["response"].to_list() == [confirmed[one] for one in bars["patient_id"]]


@pytest.mark.parametrize(
    ("preset", "changes", "lines"),
    [
        ("rano_bm", {}, [(-30, "RBM-T4"), (20, "RBM-T1")]),
        ("irano", {}, [(-30, "RBM-T4"), (20, "RBM-T1")]),
        ("recist11", {}, [(-30, "R11-T4"), (20, "R11-T1")]),
        ("mrecist_cns5", {}, [(-30, "R11-T4"), (20, "R11-T1")]),
        ("rano_bm", {"pr_percent": 50, "pd_percent": 25}, [(-50, "RBM-T4"), (25, "RBM-T1")]),
        ("rano_bm", {"measure": "volume"}, [(-65, "VOL-1"), (73, "VOL-1")]),
    ],
)
def test_lines_come_from_the_policy_and_name_the_rule_of_its_criterion(preset, changes, lines):
    found = response_lines(replace(Policy.preset(preset), **changes))
    assert [(one.change, one.rule_id) for one in found] == lines
    assert all(one.rule == component_rules()[one.rule_id].text for one in found)


def test_lines_are_drawn_and_told_with_their_rules():
    figure, data = drawn_figure("waterfall")
    levels = {one.get_ydata()[0] for one in figure.axes[1].lines if len(set(one.get_ydata())) == 1}
    assert {-30.0, 20.0} <= levels
    assert data.frames["lines"]["rule_id"].to_list() == ["RBM-T4", "RBM-T1"]
    assert "over the nadir" in " ".join(one.get_text() for one in figure.axes[0].texts)


def test_a_criterion_in_words_has_no_waterfall():
    with pytest.raises(FigureError, match="no sum of sizes"):
        response_lines(Policy.preset("rano_lm_2019"))


def test_bars_over_the_limit_are_cut_and_say_their_number():
    tables, policy = changed(
        deepest_change_pct=pl.when(pl.col("deepest_change_pct") == pl.col("deepest_change_pct").max())
        .then(163.0)
        .otherwise("deepest_change_pct")
    )
    figure, data = plot_waterfall(tables, policy)
    first = data.frames["bars"].row(0, named=True)
    assert (first["change"], first["clipped"]) == (163.0, True)
    heights = [one.get_height() for one in figure.axes[1].patches]
    assert max(heights) == 100
    assert "+163" in [one.get_text() for one in figure.axes[1].texts]


def test_a_patient_without_a_sum_after_baseline_is_marked_not_left_out():
    tables, policy, _ = responses()
    first = tables.lesions.filter(pl.col("role") == "TARGET")["patient_id"][0]
    tables, policy = changed(
        deepest_change_pct=pl.when(pl.col("patient_id") == first).then(None).otherwise("deepest_change_pct")
    )
    figure, data = plot_waterfall(tables, policy)
    nulls = data.frames["bars"]["change"].null_count()
    assert first in data.frames["bars"].filter(pl.col("change").is_null())["patient_id"]
    assert [one.get_text() for one in figure.axes[1].texts].count("NE") == nulls


def test_new_lesions_up_to_progression_are_marked():
    figure, data = drawn_figure("waterfall")
    tables, _, _ = responses()
    until = dict(tables.best.select("patient_id", "pd_date").iter_rows())
    new = {
        patient
        for patient, date, word in tables.timepoints.select("patient_id", "date", "new_lesion").iter_rows()
        if word == "UNEQUIVOCAL" and (until[patient] is None or date <= until[patient])
    }
    bars = data.frames["bars"]
    assert set(bars.filter("new_lesion")["patient_id"]) == new & set(bars["patient_id"])
    stars = [one for one in figure.axes[1].lines if one.get_marker() == "*"]
    assert len(stars) == int(bars["new_lesion"].sum()) > 0


def test_responses_of_another_policy_are_refused():
    tables, _, _ = responses()
    with pytest.raises(FigureError, match="not derived by this policy"):
        plot_waterfall(tables, Policy.preset("recist11"))


def test_two_evaluators_need_one_named():
    tables, policy, _ = responses()
    second = tables.best.with_columns(evaluator=pl.lit("R1"))
    both = replace(tables, best=pl.concat([tables.best, second]))
    with pytest.raises(FigureError, match="expected one of INV, R1"):
        plot_waterfall(both, policy)
    assert plot_waterfall(both, policy, evaluator="INV")[1].frames["bars"].height
