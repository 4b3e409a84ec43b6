"""The demonstration study as strangers see it: its patients are invented."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cimara_web.studies.shown import (
    FAILED,
    FOLDER,
    MAKING,
    figure_path,
    read_study,
    report_path,
    results_path,
    site_report_path,
)

WAIT_SECONDS = 15
STAND_ALONE = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": ["allow-popups", "allow-downloads"],
}
"""A report is one page with its style and figures inside; it runs and asks for nothing."""
as_stand_alone: Callable[[Any], Any] = csp(STAND_ALONE)


@login_not_required
@require_safe
def demonstration(request: HttpRequest) -> HttpResponse:
    """The demonstration study: question, sites, flow, results beside what was planted."""
    if folder().is_dir():
        return render(request, "studies/demonstration.html", {"study": read_study(folder())})
    making, failed = beside(MAKING).exists(), beside(FAILED).exists()
    response = render(request, "studies/not_made.html", {"making": making, "failed": failed})
    if making:
        response["Refresh"] = str(WAIT_SECONDS)
    return response


@login_not_required
@require_safe
@as_stand_alone
def report(request: HttpRequest) -> HttpResponse:
    """The report of the study, as it was written."""
    return _file(report_path(folder()), "text/html; charset=utf-8")


@login_not_required
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """The results for programs."""
    return _file(results_path(folder()), "application/json")


@login_not_required
@require_safe
def figure(request: HttpRequest, drawn: str) -> HttpResponse:
    """A figure."""
    return _file(figure_path(folder(), drawn), "image/svg+xml")


@login_not_required
@require_safe
@as_stand_alone
def site_report(request: HttpRequest, site: str) -> HttpResponse:
    """What a site was told of its first export."""
    return _file(site_report_path(folder(), site), "text/html; charset=utf-8")


def folder() -> Path:
    """Where the study is shown from."""
    return Path(settings.STUDIES) / FOLDER


def beside(name: str) -> Path:
    """A file beside that folder."""
    return Path(settings.STUDIES) / name


def _file(path: Path, kind: str) -> HttpResponse:
    if not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), content_type=kind)
