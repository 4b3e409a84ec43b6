from __future__ import annotations

import polars as pl
import pytest

from cimara.outcomes.endpoints.words import DAYS_IN_MONTH
from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.spider import plot_spider
from cimara.response.sizes import percent_change
from tests.unit.outcomes.figures.made_figures import drawn_figure, responses


def test_a_line_goes_through_every_complete_sum_from_0_at_baseline():
    tables, _, _ = responses()
    points = drawn_figure("spider")[1].frames["points"]
    targets = tables.lesions.filter(pl.col("role") == "TARGET")
    began = dict(targets.group_by("patient_id").agg(pl.col("date").min()).iter_rows())
    wanted = dict.fromkeys(((one, 0) for one in began), 0.0)
    for patient, date, change in tables.timepoints.select("patient_id", "date", "pct_base").iter_rows():
        if patient in began and change is not None and date > began[patient]:
            wanted[patient, (date - began[patient]).days] = change
    drawn = {
        (patient, round(time * DAYS_IN_MONTH)): change
        for patient, time, change in points.select("patient_id", "time", "change").iter_rows()
    }
    assert drawn == wanted


def test_of_lesions_the_change_is_that_of_each_targets_size():
    tables, _, _ = responses()
    points = drawn_figure("spider_lesions")[1].frames["points"]
    targets = tables.lesions.filter(pl.col("role") == "TARGET").sort("date")
    first = targets.group_by("patient_id", "lesion_id").agg(pl.col("size").first())
    base = {(patient, lesion): size for patient, lesion, size in first.iter_rows()}
    found: dict[tuple[str, str], list[float]] = {}
    for patient, lesion, change in points.select("patient_id", "lesion_id", "change").iter_rows():
        found.setdefault((patient, lesion), []).append(change)
    for (patient, lesion), changes in found.items():
        own = targets.filter(pl.col("patient_id") == patient, pl.col("lesion_id") == lesion)
        start = round(10 * base[patient, lesion])
        sizes = [round(10 * one) for one in own["size"] if one is not None]
        assert changes == pytest.approx([percent_change(one, start) for one in sizes])


def test_lines_are_cut_at_the_limit_and_marked():
    tables, policy, _ = responses()
    figure, data = plot_spider(tables, policy, limit=20)
    assert data.frames["points"]["clipped"].any()
    assert max(max(one.get_ydata(), default=0) for one in figure.axes[1].lines) <= 20


def test_the_end_of_treatment_lies_on_the_line_between_two_visits():
    tables, policy, _ = responses()
    points = drawn_figure("spider")[1].frames["points"]
    patient, time, change = points.filter(pl.col("time") > 0).select("patient_id", "time", "change").row(0)
    began = tables.lesions.filter(pl.col("role") == "TARGET", pl.col("patient_id") == patient)["date"].min()
    half = pl.DataFrame({"patient_id": [patient], "days": [round(time * DAYS_IN_MONTH / 2)]}).select(
        "patient_id", date=pl.lit(began) + pl.duration(days="days")
    )
    mark = plot_spider(tables, policy, treatment_end=half)[1].frames["treatment_ends"].row(0, named=True)
    assert mark["change"] == pytest.approx(change * mark["time"] / time)


def test_an_end_after_the_last_visit_is_not_drawn():
    tables, policy, _ = responses()
    late = tables.timepoints.select("patient_id", date=pl.col("date").max().dt.offset_by("5y")).unique()
    assert plot_spider(tables, policy, treatment_end=late)[1].frames["treatment_ends"].is_empty()


def test_an_unknown_unit_is_refused():
    tables, policy, _ = responses()
    with pytest.raises(FigureError, match="unknown unit"):
        plot_spider(tables, policy, unit="fortnights")
