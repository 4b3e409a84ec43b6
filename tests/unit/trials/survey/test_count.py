"""Counts by group: every trial in its groups, what isn't stated as a row, each cell with its trials."""

from __future__ import annotations

import pytest

from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.atlas import Selection
from cimara.trials.survey import Dimension, Survey, SurveyError, YearOf, survey
from cimara.trials.survey.count import NOT_STATED, values_of
from tests.unit.trials.survey.made_survey import trial

TRIALS = (
    trial(1, "excluded", start="2019-05", tumours=("nsclc",)),
    trial(2, "stable_only", start="2020", tumours=("nsclc", "melanoma"), sponsor="OTHER"),
    trial(3, "active_allowed", start="2020-02-01", tumours=("melanoma",), sponsor=None),
    trial(4, None, start=None, tumours=(), sponsor="NIH"),
    trial(5, "unclear", start="2021", tumours=("nsclc",)),
)


def keys(found: Survey) -> list[tuple[str, ...]]:
    return [group.key for group in found.groups]


def test_each_cell_lists_its_trials() -> None:
    found = survey(TRIALS)
    assert found.total.cell("brm", "stable_only").trials == ("NCT00000002",)
    assert found.total.cell("brm", "unclear").trials == ("NCT00000004", "NCT00000005")


def test_the_cells_of_a_question_add_up_to_the_group() -> None:
    found = survey(TRIALS, by=["tumour"])
    for group in (*found.groups, found.total):
        for cells in group.cells.values():
            assert sum(cell.count for cell in cells) == len(group.trials)


def test_a_trial_of_two_tumours_counts_in_both_and_once_in_all() -> None:
    found = survey(TRIALS, by=["tumour"])
    sizes = {group.key[0]: len(group.trials) for group in found.groups}
    assert sizes == {"Melanoma": 2, "Non-small cell lung cancer": 3, NOT_STATED: 1}
    assert len(found.total.trials) == 5


def test_a_missing_sponsor_class_is_a_row() -> None:
    assert keys(survey(TRIALS, by=["sponsor_class"])) == [("INDUSTRY",), ("NIH",), ("OTHER",), (NOT_STATED,)]


def test_a_missing_year_is_a_row_and_stands_last() -> None:
    assert keys(survey(TRIALS, by=["year"])) == [("2019",), ("2020",), ("2021",), (NOT_STATED,)]


def test_the_year_may_be_that_of_posting() -> None:
    posted = trial(1, start="2020", posted="2018-06-30")
    assert values_of(posted, Dimension.YEAR, YearOf.FIRST_POSTED) == ("2018",)
    assert values_of(posted, Dimension.YEAR, YearOf.START) == ("2020",)


def test_two_phases_are_a_row_of_their_own_in_the_registrys_order() -> None:
    trials = (
        trial(1, phases=(Phase.PHASE3,)),
        trial(2, phases=(Phase.PHASE2, Phase.PHASE1)),
        trial(3, phases=()),
        trial(4, phases=(Phase.PHASE1,)),
    )
    assert keys(survey(trials, by=["phase"])) == [
        ("PHASE1",),
        ("PHASE1/PHASE2",),
        ("PHASE3",),
        (NOT_STATED,),
    ]


def test_statuses_stand_in_the_registrys_order() -> None:
    trials = (trial(1, status=OverallStatus.COMPLETED), trial(2))
    assert keys(survey(trials, by=["status"])) == [("RECRUITING",), ("COMPLETED",)]


def test_several_dimensions_are_crossed() -> None:
    found = survey(TRIALS, by=["tumour", "year"])
    assert ("Melanoma", "2020") in keys(found)
    assert ("Melanoma", "2019") not in keys(found)


def test_a_population_is_selected() -> None:
    found = survey(TRIALS, Selection(tumours=frozenset({"melanoma"})))
    assert found.total.trials == ("NCT00000002", "NCT00000003")
    assert found.population == "tumour melanoma"


def test_required_is_merged_only_when_asked() -> None:
    required = (trial(1, "required"),)
    assert survey(required).total.cell("brm", "active_allowed").count == 0
    merged = survey(required, merge_required=True)
    assert merged.total.cell("brm", "active_allowed").count == 1


def test_an_empty_population_has_no_shares() -> None:
    cell = survey(()).total.cell("brm", "excluded")
    assert (cell.count, cell.share, cell.interval) == (0, None, None)


def test_industry_is_compared_with_every_other_stated_class() -> None:
    trials = (
        *(trial(number, "excluded") for number in range(1, 4)),
        trial(4, "stable_only"),
        trial(5, "excluded", sponsor="OTHER"),
        *(trial(number, "stable_only", sponsor="NIH") for number in range(6, 9)),
        trial(9, "excluded", sponsor=None),
    )
    found = survey(trials, by=["sponsor_class"])
    odds = next(one for one in found.odds if (one.question, one.column.id) == ("brm", "excluded"))
    assert odds.odds is not None
    assert odds.odds.value == pytest.approx((3 * 3) / (1 * 1))


def test_a_trend_is_tested_over_the_years_that_are_known() -> None:
    trials = (
        *(trial(number, "excluded", start="2019") for number in range(1, 9)),
        trial(9, "stable_only", start="2019"),
        trial(10, "excluded", start="2021"),
        *(trial(number, "stable_only", start="2021") for number in range(11, 19)),
        trial(19, "excluded", start=None),
    )
    found = survey(trials, by=["year"])
    trend = next(one for one in found.trends if (one.question, one.column.id) == ("brm", "excluded")).trend
    assert trend is not None
    assert trend.z < -2
    assert trend.groups == 2


def test_without_years_or_sponsors_there_is_no_test() -> None:
    found = survey(TRIALS, by=["phase"])
    assert found.trends == ()
    assert found.odds == ()


@pytest.mark.parametrize("by", [["colour"], ["year", "year"]])
def test_an_unknown_or_doubled_dimension_is_refused(by: list[str]) -> None:
    with pytest.raises(SurveyError, match="by:"):
        survey(TRIALS, by=by)
