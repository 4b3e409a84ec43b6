"""The patient path from the results on: the list, and one study for the person."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cimara.trials.plain import questions_for_doctor
from cimara.trials.plain.sheet import MOST_STUDIES
from cimara.trials.snapshot import Snapshot
from cimara.trials.verdict import Verdict
from cimara_web import clock
from cimara_web.finder.cards import Card
from cimara_web.finder.home import home_of, uses_miles
from cimara_web.finder.lookup import study_or_redirect
from cimara_web.finder.outcome import Row
from cimara_web.finder.results import Found, ResultsPage, Show, Sort, find, match_one, page_number, paged
from cimara_web.finder.visits import answers_so_far, personal
from cimara_web.snapshot import current_snapshot

SITES_IN_VIEW = 8
Choice = TypeVar("Choice", bound=StrEnum)


@personal
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """The studies for the visitor's answers. The only query keys are `page`, `sort`, `show`."""
    if request.visit is None:
        return redirect("find")
    snapshot = current_snapshot()
    found = find(request.visit, snapshot, today=clock.today())
    show, sort = _chosen(request, "show", Show.OPEN), _chosen(request, "sort", Sort.BEST)
    page = paged(found.listed(show, sort), page_number(request.GET.get("page", "")))
    context = {
        "found": found,
        "page": page,
        "show": show,
        "sort": sort,
        "cards": _cards(page, found, snapshot),
        "home": home_of(answers_so_far(request)),
        "reach_km": found.profile.max_distance_km,
        "miles": uses_miles(found.profile.country),
        "off_list": found.outcome.gated_out,
        "chosen": answers_so_far(request).chosen,
        "most_on_sheet": MOST_STUDIES,
    }
    return render(request, "finder/results.html", context)


def _cards(page: ResultsPage[Row], found: Found, snapshot: Snapshot) -> dict[Verdict, list[Card]]:
    """The studies of the page only are matched in full: a card shows what each point says."""
    numbers = [one.nct_id for group in page.groups for one in group.results]
    lang = get_language() or "en"
    cards = {
        study.nct_id: Card(found.person.match(study), study, found.profile, lang)
        for study in snapshot.studies_of(numbers)
    }
    return {group.verdict: [cards[one.nct_id] for one in group.results] for group in page.groups}


@personal
@require_safe
def result(request: HttpRequest, number: str) -> HttpResponse:
    """One study for the visitor: every point with the record's words, what to ask, where."""
    if request.visit is None:
        return redirect("trial", number=number)
    study = study_or_redirect(request, number, "result")
    if isinstance(study, HttpResponse):
        return study
    profile, matched = match_one(answers_so_far(request), study, today=clock.today())
    lang = get_language() or "en"
    context: dict[str, Any] = {
        "card": Card(matched, study, profile, lang),
        "questions": questions_for_doctor(matched, lang),
        "sites_in_view": SITES_IN_VIEW,
        "chosen": answers_so_far(request).chosen,
    }
    return render(request, "finder/result.html", context)


def _chosen(request: HttpRequest, key: str, otherwise: Choice) -> Choice:
    """A word of the query; anything else than one of its words counts as not given."""
    kind = type(otherwise)
    given = request.GET.get(key, "")
    return kind(given) if given in set(kind) else otherwise
