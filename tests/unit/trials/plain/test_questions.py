"""What to ask the doctor follows from what isn't met and what isn't known."""

from __future__ import annotations

import pytest

from cimara.trials.plain import Language, questions_for_doctor
from cimara.trials.plain.questions import questions_always
from cimara.trials.verdict import Change, ChangeKind, CriterionId, CriterionValue
from tests.unit.trials.plain.made_sheets import BRM_MEETS, SCAN_UNKNOWN, STABLE_TOO_SHORT, criterion, result

LANGUAGES = tuple(Language)
SCAN_QUESTION = "Is a new brain scan needed, and when?"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", CriterionId)
def test_every_point_that_is_not_met_has_a_question(name: CriterionId, lang: Language) -> None:
    change = Change(kind=ChangeKind.NEW_SCAN)
    for value in set(CriterionValue) - {CriterionValue.MEETS}:
        asked = questions_for_doctor(result(1, criterion(name, value, "case", change=change)), lang)
        assert len(asked) == 5
        assert asked[0].endswith(("?", "."))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_four_questions_are_always_asked(lang: Language) -> None:
    assert questions_for_doctor(result(1, BRM_MEETS), lang) == questions_always(lang)
    assert len(questions_always(lang)) == 4


def test_the_four_are_on_washout_visits_cost_and_other_studies() -> None:
    washout, visits, cost, others = questions_always("en")
    assert "stop before the study" in washout
    assert "visits" in visits
    assert "pays" in cost
    assert "other studies" in others


def test_an_unknown_point_is_asked_about() -> None:
    assert questions_for_doctor(result(1, BRM_MEETS, SCAN_UNKNOWN), "en")[0] == SCAN_QUESTION


def test_open_points_come_before_failed_ones() -> None:
    asked = questions_for_doctor(result(1, STABLE_TOO_SHORT, SCAN_UNKNOWN), "en")
    assert asked[0] == SCAN_QUESTION
    assert asked[1] == "From which date would the time without growth be long enough?"


def test_nothing_is_asked_about_what_cannot_change() -> None:
    fixed = criterion(CriterionId.AGE, CriterionValue.FAILS, "outside", change=Change(kind=ChangeKind.NONE))
    assert questions_for_doctor(result(1, fixed), "en") == questions_always("en")


def test_a_question_is_asked_once() -> None:
    other = criterion(CriterionId.IMAGING, CriterionValue.UNKNOWN, "never")
    asked = questions_for_doctor(result(1, SCAN_UNKNOWN, other), "en")
    assert asked.count(SCAN_QUESTION) == 1


def test_a_waiting_time_names_its_treatment() -> None:
    wait = criterion(CriterionId.DAYS_SINCE_SRS, CriterionValue.UNKNOWN, "unknown")
    asked = questions_for_doctor(result(1, wait), "es")
    assert asked[0] == "¿Cuánto tiempo debe pasar desde la radiocirugía?"
