"""From a file that a person kept to answers: each is checked by the form of its own question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils import translation

from cimara.terms.ids import NctId
from cimara.trials.plain.sheet import MOST_STUDIES
from cimara_web.finder.answer_file import AnswerFile
from cimara_web.finder.answers import Answers, Given
from cimara_web.finder.steps import BY_SLUG, STEPS, form_for


def restored(file: AnswerFile, *, today: date) -> Answers:
    """The answers of a file. What can't be read, or isn't known here, is left out and told of."""
    chosen = _studies(file.chosen)[:MOST_STUDIES]
    all_known = BY_SLUG.keys() >= file.steps.keys() and chosen == file.chosen
    answers = Answers(chosen=chosen, left_out=file.has_unknown_parts or not all_known)
    with translation.override("en"):  # a dose is kept with a decimal point, whatever the language
        for step in STEPS:
            if step.slug in file.steps:
                answers = _with_step(answers, step.slug, file.steps[step.slug], today)
    return answers


def _with_step(answers: Answers, slug: str, given: Given, today: date) -> Answers:
    if not given:
        return answers.with_step(slug, {})
    form = form_for(BY_SLUG[slug], answers, given, today=today)
    if not form.is_valid():
        return replace(answers, unread=(*answers.unread, slug))
    taken = form.given()
    more = not taken.keys() >= given.keys()
    return replace(answers.with_step(slug, taken), left_out=answers.left_out or more)


def _studies(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """The registry numbers among some texts, each once, in the registry's spelling."""
    return tuple(dict.fromkeys(str(one) for one in map(NctId.parse, numbers) if one is not None))
