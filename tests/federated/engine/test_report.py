"""What people get: tables under the rules of release, a methods paragraph, and files that say the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import cimara.federation as federation
from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.grid import Grid, GridKind
from cimara.federation.results.result import Result
from cimara.outcomes.comparisons.log_rank import log_rank
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.description.table_one import LevelRow, NumberRow, TableOne
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.rows import Survival
from tests.federated.engine.small_job import study_of, tables_of


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return tables_of(n=44)


@pytest.fixture(scope="module")
def result(tables) -> Result:
    return federation.run(study_of(), "A2", transport=federation.local(tables))


@pytest.fixture(scope="module")
def curves(result, tables) -> Result:
    rows = Survival.from_frame(pl.concat(tables.values()), time="days", event="died")
    return replace(result, value=kaplan_meier(rows), estimator="km")


def test_counts_are_rounded_to_five(result):
    assert (result.patients, result.shown_patients) == (132, 130)
    assert result.shown_events % 5 == 0


def test_a_study_may_round_to_more(result):
    stricter = replace(result, limits=Disclosure(round_base=20))
    assert stricter.shown_patients == 140
    assert "rounded to 20" in stricter.methods_text()


def test_a_study_may_hide_larger_counts(result):
    assert replace(result, limits=Disclosure(min_n=200)).shown_patients is None


def test_the_table_of_a_model_is_its_own(result):
    assert result.table.equals(result.value.table())
    assert (result.curve, result.site_panel) == (None, None)


def test_a_curve_has_steps_of_ten_events_and_no_counts_of_events(curves):
    steps = curves.curve
    assert steps.height < 20
    assert not {"events", "censored"} & set(steps.columns)
    assert [one for one in steps["at_risk"].drop_nulls().to_list() if one % 5] == []
    assert "time" in curves.table.columns


def test_the_methods_say_sites_counts_estimator_ties_masks_and_rules(result):
    text = result.methods_text()
    rounds = f"each of {result.rounds} rounds"
    for said in ("3 sites (CH03, NL01 and UT02)", "130 patients", "Efron's", "masked", "not shown", rounds):
        assert said in text
    assert not re.search(r"(?<![0-9A-Za-z.])132(?![0-9A-Za-z])", text)


def test_breslow_on_a_coarse_grid_is_warned_of(result):
    value = replace(result.value, ties=Ties.BRESLOW)
    monthly = replace(result, value=value, estimator="cox_shared", grid=Grid.of("monthly", until=900.0))
    weekly = replace(monthly, grid=Grid.of(GridKind.WEEKLY, until=900.0))
    assert any("Breslow" in one for one in monthly.warnings)
    assert not any("Breslow" in one for one in weekly.warnings)
    assert "monthly grid" in monthly.methods_text()


def test_warnings_of_the_estimator_are_told_without_their_counts(result):
    given = " ".join(result.warnings)
    assert not any(sign.isdigit() for sign in given)


def test_hashes_name_study_code_and_each_site_s_rows(result):
    assert list(result.hashes) == ["study", "code", "data CH03", "data NL01", "data UT02"]
    assert {len(one) for one in result.hashes.values()} == {64}


def test_files_hold_what_may_be_seen_and_nothing_else(result, tmp_path: Path):
    result.write(tmp_path / "out")
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "estimates.csv", "index.html", "results.json",
    ]  # fmt: skip
    content = json.loads((tmp_path / "out" / "results.json").read_text())
    assert (content["patients"], content["rounds"]) == (130, result.rounds)
    assert len(content["tables"]["estimates"]["rows"]) == 2
    page = (tmp_path / "out" / "index.html").read_text()
    assert not re.search(r"(?<![0-9A-Za-z.])132(?![0-9A-Za-z])", page)  # hashes may hold any digits
    assert "<script" not in page
    assert result.methods_text()[:60] in page


def test_the_files_of_curves_have_the_released_steps(curves, tmp_path: Path):
    curves.write(tmp_path / "out")
    assert pl.read_csv(tmp_path / "out" / "curve.csv").height == curves.curve.height
    assert (tmp_path / "out" / "quantiles.csv").is_file()


def test_several_models_have_a_table_each(result):
    both = replace(result, value={"all": result.value, "men": result.value})
    assert list(both.tables) == ["all", "men"]


def test_shares_are_of_rounded_counts_and_small_levels_are_not_shown(result):
    levels = [("1", 6), ("2", 31), ("3", 95)]
    rows = [
        LevelRow(column="stage", level=level, group="all", n=n, missing=0, share=n / 132)
        for level, n in levels
    ]
    means = [
        NumberRow(column="age", group="all", n=132, missing=0, mean=61.2, sd=8.0),
        NumberRow(column="kps", group="all", n=9, missing=123, mean=71.2, sd=8.0),
    ]
    value = TableOne(groups=("all",), n=(132,), numbers=tuple(means), levels=tuple(rows))
    shown = replace(result, value=value).table
    assert shown["n"].to_list() == [130, 10, None, 30, 95]
    assert shown["mean"].to_list() == [61.2, None, None, None, None]
    assert shown["share"].to_list() == [None, None, None, 30 / 125, 95 / 125]


def test_a_test_of_groups_shows_its_p_and_no_exact_counts(result, tables):
    rows = Survival.from_frame(
        pl.concat(tables.values()).with_columns(arm=pl.col("dose") > 0),
        time="days",
        event="died",
        group="arm",
    )
    tested = replace(result, value=log_rank(rows))
    assert tested.table["p"].to_list() == [tested.value.p]
    assert set(tested.tables["groups"].columns) == {"group", "n", "events"}
    assert all(one % 5 == 0 for one in tested.tables["groups"]["n"].to_list())


def test_what_has_no_table_is_written_without_one(result, tmp_path: Path):
    replace(result, value=3.0).write(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "results.json").read_text())["tables"] == {}
