"""Pages of results: those who release them see them held, all members see them released."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from cimara.studies.bundle import PAGE
from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.reading import note_held_report_read
from cimara_web.studies.actions.reports import made_by, sign_release
from cimara_web.studies.data_queries import studies_with_reports, visible_reports
from cimara_web.studies.data_views.frame import attachment, names, page
from cimara_web.studies.data_words import ANALYSIS_TONES
from cimara_web.studies.forms.results import MoveForm
from cimara_web.studies.models import Report
from cimara_web.studies.models.analysis import SignatureFor
from cimara_web.studies.queries import visible_studies
from cimara_web.studies.results.bundles import ShownFile, content, files_of, has_page, made_of
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.studies.views.demonstration import as_stand_alone
from cimara_web.studies.views.frame import attempt, see_other

TAB = "Reports"
MOST_ROWS = 200


@require_safe
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """The reports of a study that somebody sees."""
    by = holder(request)
    study = get_object_or_404(studies_with_reports(by), slug=slug)
    rows = visible_reports(by).filter(analysis__study=study).select_related("analysis")
    context = {"rows": list(rows.order_by("-held_at")), "tones": ANALYSIS_TONES}
    return _page(request, by, "reports", study, **context)


@require_safe
def report(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """One report: its files, what it was made of, who signed for it."""
    by, one = _seen(request, slug, public_id)
    return _shown(request, by, one)


@require_POST
def release(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Sign for the release."""
    by, one = _seen(request, slug, public_id)
    form = MoveForm(request.POST)
    if form.is_valid() and attempt(form, lambda: sign_release(by=by, report=one, now=clock.now())):
        return see_other("report", slug, public_id, done="signed")
    return _shown(request, by, one, form=form, status=400)


@require_safe
@as_stand_alone
def as_page(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The page of the bundle, as it was made; it runs and asks for nothing."""
    by, one = _seen(request, slug, public_id)
    if not has_page(one):
        raise Http404
    _note(by, one)
    return HttpResponse(_content(one, PAGE), content_type="text/html; charset=utf-8")


@require_safe
@as_stand_alone
def file(request: HttpRequest, slug: str, public_id: UUID, sha256: str) -> HttpResponse:
    """A figure to show, or a table to take away."""
    by, one = _seen(request, slug, public_id)
    found = _file(one, sha256)
    if found.is_figure:
        return HttpResponse(_content(one, found.name), content_type=found.media_type)
    if found.name == PAGE:
        raise Http404
    _note(by, one)
    return attachment(_content(one, found.name), "text/csv; charset=utf-8", f"{found.stem}.csv")


@require_safe
def figure(request: HttpRequest, slug: str, public_id: UUID, sha256: str) -> HttpResponse:
    """A figure with what it was made of, and the tables of its analysis."""
    by, one = _seen(request, slug, public_id)
    found = _file(one, sha256)
    if not found.is_figure:
        raise Http404
    beside = [row for row in files_of(one) if row.name.endswith(".csv") and _is_of(row, found)]
    tables = [(row, _rows(_content(one, row.name))) for row in beside]
    context = {"one": one, "figure": found, "tables": tables, "made_of": made_of(one)}
    return _page(request, by, "figure", one.analysis.study, **context)


def _shown(
    request: HttpRequest, by: Holder, one: Report, form: MoveForm | None = None, status: int = 200
) -> HttpResponse:
    analysis = one.analysis
    signed = list(analysis.signatures.filter(what=SignatureFor.RELEASE).order_by("at"))
    may_sign = (
        analysis.state == AnalysisState.HELD
        and by.may(Permission.ANALYSIS_RELEASE, study=analysis.study_id)
        and by.account not in {*made_by(analysis, one), *(row.account for row in signed)}
    )
    return _page(
        request, by, "report", analysis.study, status,
        one=one, analysis=analysis, files=files_of(one), made_of=made_of(one), signed=signed, form=form,
        may_sign=may_sign, names=names([analysis.analyst, one.held_by, *(row.account for row in signed)]),
        tones=ANALYSIS_TONES, has_page=has_page(one),
        is_in_study=by.may(Permission.STUDY_VIEW, study=analysis.study_id),
    )  # fmt: skip


def _seen(request: HttpRequest, slug: str, public_id: UUID) -> tuple[Holder, Report]:
    by = holder(request)
    rows = visible_reports(by).select_related("analysis__study", "analysis__plan")
    return by, get_object_or_404(rows, public_id=public_id, analysis__study__slug=slug)


def _page(
    request: HttpRequest, by: Holder, template: str, study: object, status: int = 200, **context: object
) -> HttpResponse:
    """A page with the study's tabs for those who see the study, else with the one tab of its reports."""
    if visible_studies(by).filter(pk=study.pk).exists():
        return page(request, template, study, TAB, status, **context)
    alone = [(TAB, reverse("reports", args=[study.slug]))]
    context |= {"study": study, "tabs": alone, "tab": TAB, "done": ""}
    return render(request, f"studies/data/{template}.html", context, status=status)


def _note(by: Holder, one: Report) -> None:
    """Results that are not released leave a trace when they are read."""
    if one.released_at is None:
        note_held_report_read(by=by, report=one, now=clock.now())


def _content(one: Report, name: str) -> bytes:
    found = content(one, name)
    if found is None:
        raise Http404
    return found


def _file(one: Report, sha256: str) -> ShownFile:
    found = next((row for row in files_of(one) if row.sha256 == sha256), None)
    if found is None:
        raise Http404
    return found


def _is_of(table: ShownFile, drawn: ShownFile) -> bool:
    """Whether a table has the numbers of a figure: its own, or those of the same analysis."""
    return table.stem.startswith((drawn.stem, f"{drawn.stem.split('-')[0]}-"))


def _rows(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))[: MOST_ROWS + 1]
