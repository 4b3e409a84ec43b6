"""Who could carry an idea: a wish list by POST, then sites and people. No wish ever stands in an address."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.members.forms.idea import IdeaForm
from cimara_web.members.ideas import Met, Wishes, search
from cimara_web.members.labels import country_words
from cimara_web.members.queries import countries
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission

SESSION_KEY = "idea"
STUDY_KEY = "study_idea"
"""Where the form of a new study finds what an idea wished for: pairs of what and which, in words."""
TONES = {Met.MET: "good", Met.NOT_STATED: "waiting", Met.NOT_MET: "bad"}


def _searcher(request: HttpRequest) -> Holder:
    by = holder(request)
    if not by.may(Permission.IDEA_SEARCH):
        raise Http404
    return by


@require_http_methods(["GET", "HEAD", "POST"])
def idea(request: HttpRequest) -> HttpResponse:
    """The wish list, and what was found for it."""
    by = _searcher(request)
    kept = request.session.get(SESSION_KEY)
    form = IdeaForm(request.POST or None, initial=kept or {}, countries=countries())
    if request.method == "POST" and "forget" in request.POST:
        request.session.pop(SESSION_KEY, None)
        return HttpResponseRedirect(reverse("idea"), status=303)
    if request.method == "POST" and form.is_valid():
        request.session[SESSION_KEY] = form.wishes().kept()
        return HttpResponseRedirect(f"{reverse('idea')}#found", status=303)
    wishes = Wishes.of(kept) if kept and not form.errors else None
    context = {"form": form, "wishes": wishes.lines() if wishes else [], "as_of": clock.today()}
    if wishes:
        context |= {"found": search(by, wishes), "tones": TONES, "country_words": country_words}
    return render(request, "network/idea.html", context)


@require_POST
def start_study(request: HttpRequest) -> HttpResponse:
    """Take the wish list along to the form of a new study, in the session."""
    by = _searcher(request)
    kept = request.session.get(SESSION_KEY)
    if kept is None or not by.may(Permission.STUDY_PROPOSE):
        raise Http404
    request.session[STUDY_KEY] = Wishes.of(kept).lines()
    return HttpResponseRedirect(reverse("study-new"), status=303)
