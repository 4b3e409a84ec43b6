"""The sheet for the doctor: what is on it, put a study on it, take one off."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from cimara.terms.ids import NctId
from cimara.trials.plain.sheet import MOST_STUDIES
from cimara.trials.snapshot import UnknownStudyError
from cimara_web import clock
from cimara_web.finder.actions.sheets import SheetFullError, change_sheet
from cimara_web.finder.lookup import unknown_study
from cimara_web.finder.queries import Visit
from cimara_web.finder.results import Show, Sort
from cimara_web.finder.sheet import sheet_of
from cimara_web.finder.visits import answers_so_far, personal
from cimara_web.snapshot import current_snapshot
from cimara_web.templating import with_query

BACK = {"page": str.isdigit, "sort": set(Sort).__contains__, "show": set(Show).__contains__}
"""Keys of the list's address, and what each may be."""


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """GET shows the sheet; POST puts the study `put` on it, takes `take_off` away, and goes back."""
    if request.method == "POST":
        return redirect("find") if request.visit is None else _changed(request, request.visit)
    made = sheet_of(
        answers_so_far(request), current_snapshot(), today=clock.today(), lang=get_language() or "en"
    )
    context = {"sheet": made, "has_answers": request.visit is not None, "most": MOST_STUDIES}
    return render(request, "finder/sheet.html", context)


def _changed(request: HttpRequest, visit: Visit) -> HttpResponse:
    wanted, unwanted = request.POST.get("put", ""), NctId.parse(request.POST.get("take_off", ""))
    try:
        put = current_snapshot().study(wanted).nct_id if wanted else None
    except UnknownStudyError:
        return unknown_study(request, wanted)
    try:
        change_sheet(token=visit.token, put=put, take_off=unwanted, now=timezone.now())
    except SheetFullError:
        return _full_page(request, visit, put)
    return HttpResponseRedirect(_way_back(request, put or unwanted), status=303)


def _full_page(request: HttpRequest, visit: Visit, put: str | None) -> HttpResponse:
    """What to do when there is no room: which study shall go."""
    found = {
        str(one.nct_id): one for one in current_snapshot().studies_of([*visit.answers.chosen, put or ""])
    }
    context = {
        "put": found[str(put)],
        "chosen": [(number, found.get(number)) for number in visit.answers.chosen],
        "most": MOST_STUDIES,
        "back": request.POST.get("back", ""),
        "kept": _list_query(request),
        "way_back": _way_back(request, put),
    }
    return render(request, "finder/sheet_full.html", context, status=409)


def _way_back(request: HttpRequest, number: str | None) -> str:
    """The page that the button stood on; the sheet itself when that isn't said."""
    back = request.POST.get("back")
    if back == "results":
        return with_query(reverse("results"), **_list_query(request))
    if back == "result" and number is not None:
        return reverse("result", kwargs={"number": number})
    return reverse("sheet")


def _list_query(request: HttpRequest) -> dict[str, str]:
    given = {key: request.POST.get(key, "") for key in BACK}
    return {key: value for key, value in given.items() if value and BACK[key](value)}
