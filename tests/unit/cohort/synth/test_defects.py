"""Planted errors are found by their rule in their row, and nothing else was changed."""

import polars as pl
import pytest

from cimara.cohort.checks.run import check
from cimara.cohort.synth.defects import RECIPES, with_defects
from cimara.cohort.synth.options import Scenario
from tests.unit.cohort.synth.consortia import consortium, differences

SITE = "DB02"


@pytest.mark.parametrize("place", range(7))
def test_each_error_is_found_by_its_rule_in_its_row(place: int) -> None:
    clean = consortium(Scenario.RN_TREATED).datasets[SITE]
    dirty, planted = with_defects(clean, SITE, 1, place)
    found = check(dirty)
    assert len(planted) == 4
    for one in planted:
        entity = dirty.model.entity(one.table)
        key = dirty.frame(one.table).select(
            pl.concat_str([pl.col(name).cast(pl.String) for name in entity.key], separator="/")
        )
        rows = key.to_series().to_list()
        hit = found.filter(table=one.table, rule=one.rule, severity=one.severity, patient_id=one.patient_id)
        assert any(rows[row - 1] == one.key for row in hit["row"]), one.fault


def test_all_recipes_are_used_over_the_sites() -> None:
    made = consortium(Scenario.RN_TREATED)
    planted = [
        note.fault
        for place, (site, dataset) in enumerate(made.datasets.items())
        for note in with_defects(dataset, site, 1, place)[1]
    ]
    assert set(planted) == {one.fault for one in RECIPES}


def test_only_the_tables_of_the_errors_differ() -> None:
    clean = consortium(Scenario.RN_TREATED).datasets[SITE]
    dirty, planted = with_defects(clean, SITE, 1, 2)
    assert {one.split(".")[0].split(":")[0] for one in differences(clean, dirty)} == {
        one.table for one in planted
    }


def test_each_error_is_of_another_patient() -> None:
    _, planted = with_defects(consortium(Scenario.RN_TREATED).datasets[SITE], SITE, 1, 0)
    assert len({one.patient_id for one in planted}) == len(planted)


def test_the_list_shows_what_was_and_what_became_of_it() -> None:
    _, planted = with_defects(consortium(Scenario.RN_TREATED).datasets[SITE], SITE, 1, 0)
    dose = next(one for one in planted if one.fault == "dose in cGy")
    was, became = (float(text.removeprefix("dose_gy ")) for text in (dose.was, dose.became))
    assert became == pytest.approx(100 * was)
