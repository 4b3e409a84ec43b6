"""The RANO-LM scorecard of 2019: it says what is missing, and is final only when nothing is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cimara.response.criteria.rano_lm.derivation_2019 import call_2019
from cimara.response.criteria.rano_lm.final import FinalForm, finalise
from cimara.response.criteria.rano_lm.scorecard import scorecard
from cimara.response.worksheet.lm_sheet import LmReading, field_names, form_csv, item_key, read_form
from cimara_web.response import lm_words, words
from cimara_web.response.files import CSV, kept_file
from cimara_web.response.whole_forms import keeps_nothing


def too_long(request: HttpRequest) -> HttpResponse:
    """A body far over what the form can hold."""
    return _page(request, {}, refused=_("This was too much to read."), status=413)


@keeps_nothing(too_long)
def rano_lm(request: HttpRequest) -> HttpResponse:
    """GET gives the empty form; POST checks it, or makes it final, or gives its rows as CSV."""
    if request.method != "POST":
        return _page(request, {})
    given = {name: request.POST.get(name, "") for name in field_names()}
    reading, do = read_form(given), request.POST.get("do")
    if do in ("final", "csv") and not reading.problems:
        final = finalise(reading.form)
        if do == "csv":
            return kept_file(form_csv(final.form), CSV, "cimara-rano-lm.csv")
        return _page(request, given, reading=reading, final=final)
    return _page(request, given, reading=reading, asked_final=do in ("final", "csv"))


def _page(
    request: HttpRequest,
    given: dict[str, str],
    *,
    reading: LmReading | None = None,
    final: FinalForm | None = None,
    asked_final: bool = False,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    problems: dict[str, str] = {}
    for one in reading.problems if reading else ():
        problems.setdefault(one.field, lm_words.problem_words(one))
    call = call_2019(reading.form) if reading else None
    context = {
        "given": given,
        "reading": reading,
        "problems": problems,
        "inline": {
            **problems,
            **{one.field: _("Fill this in.") for one in (reading.empty if reading else ())},
        },
        "call": call,
        "final": final,
        "asked_final": asked_final,
        "refused": refused,
        "lines": scorecard(),
        "key_of": item_key,
        "say": lm_words,
        "words": words,
    }
    return render(request, "response/rano_lm.html", context, status=status)
