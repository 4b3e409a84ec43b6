"""Answers as a person reads them back: the labels that were chosen, in the language in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.forms import Field
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cimara.trials.plain import date_words
from cimara_web.finder.answers import Answers
from cimara_web.finder.home import country_of
from cimara_web.finder.steps import Step, form_for, steps_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question with what was answered, a line for each part; no lines when skipped."""

    slug: str
    name: Any
    lines: tuple[str, ...]
    reached: bool


def shown_answers(answers: Answers, *, today: date) -> tuple[Row, ...]:
    """A row for each question that applies."""
    return tuple(
        Row(
            slug=step.slug,
            name=step.name,
            lines=_lines(step, answers, today),
            reached=answers.reached(step.slug),
        )
        for step in steps_for(answers)
    )


def _lines(step: Step, answers: Answers, today: date) -> tuple[str, ...]:
    form = form_for(step, answers, today=today)
    given = answers.given(step.slug)
    lines = [_chosen(field, given[name]) for name, field in form.fields.items() if given.get(name)]
    if step.slug == "treatment" and "year" in given:
        month = f"{given['year']}-{int(answers.one(step.slug, 'month')):02}"
        return lines[0], _("Last time: %(month)s") % {"month": date_words(month, get_language() or "en")}
    if step.slug == "steroids" and "mg" in given:
        dose = number_format(Decimal(answers.one(step.slug, "mg")))
        return lines[0], _("%(drug)s, %(dose)s mg a day") % {"drug": lines[1], "dose": dose}
    if step.slug == "place" and "place" in given and not country_of(answers):
        lines.insert(1, _("We don’t know this place, so we can’t tell how far a study is."))
    return tuple(lines)


def _chosen(field: Field, value: str | list[str]) -> str:
    """The labels of what was chosen; text as it was typed."""
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return ", ".join(labels.get(one, one) for one in ([value] if isinstance(value, str) else value))
