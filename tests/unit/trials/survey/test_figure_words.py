"""A survey's figure speaks the words it is given, and says the same in any language."""

from __future__ import annotations

import re
from dataclasses import replace

from cimara.trials.survey import survey
from cimara.trials.survey.figure import in_english, survey_svg
from tests.unit.trials.survey.made_survey import trial

FOUND = survey([trial(1, "excluded", start="2019"), trial(2, "stable_only", start=None)], by=("year",))
QUESTION = FOUND.schema.questions[0]


def test_its_own_words_are_english() -> None:
    assert survey_svg(FOUND) == survey_svg(FOUND, words=in_english(FOUND, QUESTION))


def test_given_words_stand_in_their_place() -> None:
    english = in_english(FOUND, QUESTION)
    words = replace(
        english,
        title="Título",
        columns={**english.columns, "excluded": "Excluidas"},
        everyone="Todos",
        values={"not stated": "sin fecha"},
    )
    svg = survey_svg(FOUND, words=words)
    for said in ("Título", "Excluidas", "Todos", "sin fecha"):
        assert said in svg
    assert "all trials" not in svg
    assert re.findall(r">\s*(\d+ %)\s*<", svg) == re.findall(r">\s*(\d+ %)\s*<", survey_svg(FOUND))
