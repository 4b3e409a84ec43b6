"""Words of the survey in the language in use, and its counts as a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cimara.trials.survey import Survey
from cimara.trials.survey.count import NOT_STATED
from cimara.trials.survey.figure import FigureWords
from cimara_web.finder.policy import BRM_SHORT, LMD_SHORT
from cimara_web.finder.source_words import source_sentence

QUESTIONS: dict[str, Any] = {
    "brm": gettext_lazy("Brain metastases"),
    "lmd": gettext_lazy("Leptomeningeal disease"),
}
FIGURE_TITLES: dict[str, Any] = {
    "brm": gettext_lazy("What studies say of brain metastases, by year of start"),
    "lmd": gettext_lazy("What studies say of leptomeningeal disease, by year of start"),
}


def answer_words(question: str) -> Mapping[str, Any]:
    """The answers to a question by column id; our own columns have the policies' names."""
    if question == "brm":
        return {policy.value: words for policy, words in BRM_SHORT.items()}
    return {policy.value: words for policy, words in LMD_SHORT.items()}


def figure_words(found: Survey, question: str) -> FigureWords:
    """The words of the figure of one question."""
    return FigureWords(
        title=str(FIGURE_TITLES[question]),
        columns={key: str(words) for key, words in answer_words(question).items()},
        everyone=_("All years"),
        values={NOT_STATED: _("not stated")},
        smaller=_("{n} smaller years are in the table."),
        foot=source_sentence(found.provenance),
    )
