"""The plan of a study over sites knows by itself what rows would tell: levels, sites, causes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.study.errors import StudyRefusedError
from cimara.studies.plan_by_sites import plan_by_sites
from tests.unit.studies.small_study import written

WEEKLY = ("[governance]", '[federation]\ngrid = "weekly"\n[governance]')
PRIMARY = (
    'expr = "attributed(AdverseRadiationEffect.ctcae_grade)"',
    'expr = "first(PrimaryTumour: group by dx_day)"',
)


def test_a_study_that_pools_its_rows_keeps_its_plan(tmp_path: Path) -> None:
    checked = written(tmp_path)
    assert plan_by_sites(checked, ["LY02"]) is checked.plan


def test_sites_are_levels_in_the_order_of_the_roster(tmp_path: Path) -> None:
    plan = plan_by_sites(written(tmp_path, WEEKLY), ["LY02", "UT01"])
    assert plan.covariate("site").levels == ("LY02", "UT01")
    assert plan.by_sites


def test_a_condition_has_its_two_answers(tmp_path: Path) -> None:
    late = ('expr = "attributed(AdverseRadiationEffect.ctcae_grade)"', 'expr = "age_at_anchor > 60"')
    assert plan_by_sites(written(tmp_path, WEEKLY, late), ["LY02"]).covariate("grade").levels == ("no", "yes")


def test_a_field_with_a_closed_list_has_all_its_codes(tmp_path: Path) -> None:
    levels = plan_by_sites(written(tmp_path, WEEKLY, PRIMARY), ["LY02"]).covariate("grade").levels
    assert {"breast", "melanoma", "glioma"} <= set(levels)


def test_levels_of_the_file_come_first(tmp_path: Path) -> None:
    listed = (PRIMARY[0], f'{PRIMARY[1]}\nlevels = ["breast", "melanoma"]')
    plan = plan_by_sites(written(tmp_path, WEEKLY, listed), ["LY02"])
    assert plan.covariate("grade").levels == ("breast", "melanoma")


def test_groups_of_numbers_without_levels_are_refused(tmp_path: Path) -> None:
    grouped = ('strata = ["site"]', 'strata = ["site", "age"]')
    with pytest.raises(StudyRefusedError, match=r"no levels are known of age \(analysis A1\)"):
        plan_by_sites(written(tmp_path, WEEKLY, grouped), ["LY02"])


def test_the_grid_is_the_plans_whether_or_not_rows_are_pooled(tmp_path: Path) -> None:
    checked = written(tmp_path, WEEKLY)
    assert checked.plan.grid[:2] == (7.0, 14.0)
