"""The workbench: a grid of lesions by visits, sent whole, worked out, and given back with every cell."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.files import results_csv, tidy_zip
from cimara.response.worksheet.filling import LeftOut
from cimara.response.worksheet.reading import SheetReading, read_sheet
from cimara.response.worksheet.sheet import MOST_LESIONS, MOST_VISITS, Worksheet
from cimara_web.response import shown, words
from cimara_web.response.files import CSV, ZIP, kept_file
from cimara_web.response.whole_forms import keeps_nothing

COMPARED = ("recist11", "rano_bm")
USUAL = "rano_bm"


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What the pages are for, and the way to each."""
    return render(request, "response/start.html")


def too_long(request: HttpRequest) -> HttpResponse:
    """A body far over what the grid can hold: an empty grid, with what was wrong."""
    return _page(request, Worksheet.blank(), USUAL, refused=_("This was too much to read."), status=413)


@keeps_nothing(too_long)
def workbench(request: HttpRequest) -> HttpResponse:
    """GET gives an empty grid, or the invented patient; POST changes the grid or works it out."""
    if request.method != "POST":
        return _first(request)
    sheet, chosen = _sheet(request.POST), _criterion(request.POST)
    changed = _changed(sheet, request.POST)
    if changed is not None:
        return _page(request, changed, chosen)
    reading = read_sheet(sheet)
    if reading.patient is None:
        return _page(request, sheet, chosen, reading=reading)
    do = request.POST.get("do")
    if do == "zip":
        return kept_file(tidy_zip(reading.patient), ZIP, "cimara-visits.zip")
    compared = do in ("compare", "csv-compare")
    made = shown.work_out(reading.patient, COMPARED if compared else (chosen,))
    if do in ("csv", "csv-compare"):
        return kept_file(
            results_csv([(one.policy, one.result) for one in made.worked]), CSV, "cimara-response.csv"
        )
    return _page(request, sheet, chosen, made=made, left_out=_left_out(request.POST))


def opened(request: HttpRequest, sheet: Worksheet, chosen: str, left_out: Iterable[LeftOut]) -> HttpResponse:
    """A patient of an uploaded file, in the grid and worked out."""
    reading = read_sheet(sheet)
    made = None if reading.patient is None else shown.work_out(reading.patient, (chosen,))
    return _page(request, sheet, chosen, reading=reading, made=made, left_out=tuple(left_out))


def _first(request: HttpRequest) -> HttpResponse:
    example = request.GET.get("example")
    if not example:
        return _page(request, Worksheet.blank(), USUAL)
    reading = read_sheet(demo_sheet())
    assert reading.patient is not None
    made = shown.work_out(reading.patient, COMPARED if example == "compare" else (USUAL,))
    return _page(request, demo_sheet(), USUAL, made=made)


def _sheet(sent: QueryDict) -> Worksheet:
    """The grid as it was sent, or as a button of the upload page holds it; never without a line to fill."""
    fields = sent.dict()
    try:
        held = json.loads(sent.get("sheet", "{}"))
    except (ValueError, RecursionError):
        held = {}
    if isinstance(held, dict):
        fields |= {str(name): value for name, value in held.items() if isinstance(value, str)}
    sheet, blank = Worksheet.from_fields(fields), Worksheet.blank()
    return replace(sheet, visits=sheet.visits or blank.visits, lesions=sheet.lesions or blank.lesions)


def _criterion(sent: QueryDict) -> str:
    asked = sent.get("criterion", USUAL)
    return asked if asked in words.CRITERIA else USUAL


def _left_out(sent: QueryDict) -> tuple[LeftOut, ...]:
    told = sent.get("left_out", "").split(",")
    return tuple(one for one in LeftOut if one in told)


def _changed(sheet: Worksheet, sent: QueryDict) -> Worksheet | None:
    """The grid with a column or a line more or less; None where no such button was pressed."""
    if sent.get("do") == "add-visit":
        return sheet.with_visit()
    if sent.get("do") == "add-lesion":
        return sheet.with_lesion()
    for name, without in (("remove_visit", sheet.without_visit), ("remove_lesion", sheet.without_lesion)):
        place = sent.get(name, "")
        if place.isascii() and place.isdigit():
            return without(int(place))
    return None


def _page(
    request: HttpRequest,
    sheet: Worksheet,
    chosen: str,
    *,
    reading: SheetReading | None = None,
    made: shown.Shown | None = None,
    left_out: tuple[LeftOut, ...] = (),
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    problems = {one.field: words.fault_words(one.fault) for one in (reading.problems if reading else ())}
    context = {
        "sheet": sheet,
        "chosen": chosen,
        "made": made,
        "held": json.dumps(sheet.fields()) if made else "",
        "problems": problems,
        "refused": refused,
        "left_out": left_out,
        "say": words,
        "shown": shown,
        "can_add_visit": len(sheet.visits) < MOST_VISITS,
        "can_add_lesion": len(sheet.lesions) < MOST_LESIONS,
    }
    return render(request, "response/workbench.html", context, status=status)
