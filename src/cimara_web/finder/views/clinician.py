"""The clinician path: the whole profile on one page, the ranked list, one study's criteria, the table."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cimara.trials.matching import match
from cimara.trials.matching.criteria_csv import criteria_csv
from cimara.trials.plain import date_words
from cimara.trials.plain.phrasebook import say
from cimara_web import clock
from cimara_web.finder.actions.profiles import save_clinician
from cimara_web.finder.answers import Given
from cimara_web.finder.clinician.changes import change_words
from cimara_web.finder.clinician.criteria import CRITERIA, VALUES, asked_words, known_words
from cimara_web.finder.clinician.form import ProfileForm
from cimara_web.finder.clinician.listing import VERDICTS, KilometreCard, ListForm, Matched
from cimara_web.finder.clinician.profile import PROFILE, place_of, profile_of, typed_in
from cimara_web.finder.downloads import csv_file
from cimara_web.finder.lookup import study_or_redirect
from cimara_web.finder.results import page_number, paged
from cimara_web.finder.visits import answers_so_far, keep_token, personal, token_for_saving
from cimara_web.snapshot import current_snapshot

WORDS = {"verdict": VERDICTS, "value": VALUES, "criterion": CRITERIA}


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The form; POST keeps it and leads to the list, or empties it for another patient."""
    today = clock.today()
    if request.method == "POST" and "clear" in request.POST:
        return _kept(request, {}, "clinician")
    if request.method == "POST":
        form = ProfileForm(request.POST, as_of=today)
        if form.is_valid():
            return _kept(request, {PROFILE: form.given()}, "clinician-results")
    else:
        form = ProfileForm(initial=dict(typed_in(answers_so_far(request))), as_of=today)
    return render(request, "clinician/profile.html", {"form": form})


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def results(request: HttpRequest) -> HttpResponse:
    """The ranked list; POST takes the filters. The only query key is `page`."""
    answers = answers_so_far(request)
    asked = profile_of(answers)
    if asked is None:
        return redirect("clinician")
    form = ListForm(request.POST) if request.method == "POST" else ListForm.of(answers)
    if request.method == "POST" and form.is_valid():
        return _kept(request, form.saved(answers), "clinician-results")
    snapshot, lang = current_snapshot(), get_language() or "en"
    matched = Matched.of(asked, request.visit, snapshot)
    page = paged(matched.listed, page_number(request.GET.get("page", "")))
    here = [one.nct_id for group in page.groups for one in group.results]
    typed = typed_in(answers)
    context = {
        "form": form,
        "matched": matched,
        "page": page,
        "cards": [
            KilometreCard(matched.match(study), study, asked, lang) for study in snapshot.studies_of(here)
        ],
        "place_not_known": bool(typed.get("place")) and place_of(typed) is None,
        "words_of": WORDS,
    }
    return render(request, "clinician/results.html", context)


@personal
@require_safe
def result(request: HttpRequest, number: str) -> HttpResponse:
    """One study: a table of its criteria beside the patient's facts."""
    asked = profile_of(answers_so_far(request))
    if asked is None:
        return redirect("trial", number=number)
    study = study_or_redirect(request, number, "clinician-result")
    if isinstance(study, HttpResponse):
        return study
    found = match(asked, study, own_country_first=asked.country is not None)
    context = {
        "card": KilometreCard(found, study, asked, get_language() or "en"),
        "words_of": WORDS,
        "asked_words": asked_words,
        "change_words": change_words,
        "known_words": known_words,
    }
    return render(request, "clinician/result.html", context)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest) -> HttpResponse:
    """The listed studies with all criteria as CSV, by POST; an address alone gives no one's facts away."""
    answers = answers_so_far(request)
    asked = profile_of(answers)
    if asked is None or request.method != "POST":
        return redirect("clinician-results" if asked else "clinician")
    snapshot, lang = current_snapshot(), get_language() or "en"
    matched = Matched.of(asked, request.visit, snapshot)
    studies = {one.nct_id: one for one in snapshot.studies_of(row.nct_id for row in matched.listed)}
    data_date = snapshot.meta.data_date
    records = date_words(data_date, lang) if data_date else _("a date that is not known")
    head = _("Study records of %(records)s, matched on %(today)s.") % {
        "records": records,
        "today": date_words(asked.as_of.isoformat(), lang),
    }
    listed = [matched.match(study) for study in studies.values()]
    text = criteria_csv(listed, studies, head=f"{head} {say('sheet.not_advice', lang)}")
    return csv_file(text, "criteria")


def _kept(request: HttpRequest, clinician: Mapping[str, Given], target: str) -> HttpResponse:
    token = token_for_saving(request)
    save_clinician(token=token, clinician=clinician, now=timezone.now())
    response = HttpResponseRedirect(reverse(target), status=303)
    keep_token(response, token)
    return response
