"""From a number in an address to its study: spelling and older numbers lead to the one address of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cimara.terms.ids import NctId
from cimara.trials.snapshot import UnknownStudyError
from cimara.trials.study import Study
from cimara_web.snapshot import current_snapshot


def study_or_redirect(request: HttpRequest, number: str, view_name: str) -> Study | HttpResponse:
    """The study; or a redirect to its own address; or a page that says how a number is read."""
    snapshot = current_snapshot()
    try:
        study = snapshot.study(number)
    except UnknownStudyError:
        return unknown_study(request, number)
    return study if study.nct_id == number else redirect(view_name, number=study.nct_id)


def unknown_study(request: HttpRequest, number: str) -> HttpResponse:
    """404 with what a registry number looks like, and where to find it."""
    nct_id = NctId.parse(number)
    removed = next((gone for gone in current_snapshot().removed() if gone.nct_id == nct_id), None)
    return render(request, "finder/unknown_study.html", {"nct_id": nct_id, "removed": removed}, status=404)
