"""The survey: what share of studies takes people with cancer in the brain, by kind, phase and year."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cimara.trials.atlas.selection import undated
from cimara.trials.survey.count import NOT_STATED
from cimara.trials.survey.figure import survey_svg
from cimara.trials.survey.tables import write_csv
from cimara_web.finder.counted import figure, surveyed, whole
from cimara_web.finder.downloads import csv_file, no_such_file, svg_file
from cimara_web.finder.population import StartedForm
from cimara_web.finder.source_words import source_sentence
from cimara_web.finder.survey_words import FIGURE_TITLES, QUESTIONS, answer_words, figure_words


@login_not_required
@require_safe
def survey(request: HttpRequest) -> HttpResponse:
    """Counts with intervals, by answer and by year, beside a figure of each question."""
    form = StartedForm(request.GET)
    context: dict[str, object] = {"form": form, "titles": FIGURE_TITLES, "questions": QUESTIONS}
    if not form.is_valid():
        return render(request, "finder/survey.html", context | {"found": None}, status=400)
    population = form.selection()
    found = surveyed(population)
    context |= {
        "found": found,
        "query": form.query(),
        "answers": {question: answer_words(question) for question in QUESTIONS},
        "undated": undated(whole(), population),
        "not_stated": NOT_STATED,
        "source": source_sentence(found.provenance),
    }
    return render(request, "finder/survey.html", context)


@login_not_required
@require_safe
def survey_figure(request: HttpRequest) -> HttpResponse:
    """The figure of one question (`of`) as a file."""
    form, question = StartedForm(request.GET), request.GET.get("of", "brm")
    if not form.is_valid():
        return no_such_file(form)
    if question not in QUESTIONS:
        return no_such_file(form, _("There is no such question: of must be brm or lmd."))
    population = form.selection()

    def drawn() -> str:
        found = surveyed(population)
        return survey_svg(found, question, figure_words(found, question))

    return svg_file(figure(("survey figure", population, question, get_language()), drawn))


@login_not_required
@require_safe
def survey_csv(request: HttpRequest) -> HttpResponse:
    """Every cell with its interval and the numbers of its studies."""
    form = StartedForm(request.GET)
    if not form.is_valid():
        return no_such_file(form)
    return csv_file(write_csv(surveyed(form.selection())), "survey")
