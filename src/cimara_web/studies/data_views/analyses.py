"""Pages of analyses: planned, approved by two, run elsewhere, their results uploaded."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.analyses import APPROVERS, move_analysis, plan_analysis, sign_analysis
from cimara_web.studies.actions.reports import hold_report, require_running
from cimara_web.studies.data_queries import visible_analyses, visible_reports
from cimara_web.studies.data_views.frame import names, page
from cimara_web.studies.data_words import ANALYSIS_NEXT, ANALYSIS_TONES, BUTTONS
from cimara_web.studies.forms.results import TOO_BIG, AnalysisForm, BundleForm, MoveForm
from cimara_web.studies.forms.uploading import CUT_OFF
from cimara_web.studies.models import Analysis
from cimara_web.studies.models.analysis import SignatureFor
from cimara_web.studies.results.bundles import MOST
from cimara_web.studies.states.analysis import MACHINE, AnalysisHappening, AnalysisState
from cimara_web.studies.submissions.coming import END, CutOffError, coming_in, is_too_long, whole_form
from cimara_web.studies.views.frame import attempt, own_study, see_other

TAB = "Analyses"
H = AnalysisHappening
FILES = {"bundle": MOST}


@require_safe
def analyses(request: HttpRequest, slug: str) -> HttpResponse:
    """All analyses of a study, the newest first."""
    by, study = own_study(request, slug)
    rows = list(visible_analyses(by).filter(study=study).order_by("-made_at"))
    context = {"rows": rows, "tones": ANALYSIS_TONES, "names": names([one.analyst for one in rows])}
    return page(request, "analyses", study, TAB, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan an analysis."""
    by, study = own_study(request, slug)
    require(by, Permission.ANALYSIS_PLAN, study=study.public_id)
    form = AnalysisForm(request.POST if request.method == "POST" else None, study=study)
    made: list[Analysis] = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        plan = UUID(told["plan"]) if told["plan"] else None
        given = {"title": told["title"], "code_version": told["code_version"], "mode": told["mode"]}
        if attempt(
            form, lambda: made.append(plan_analysis(by=by, study=study, plan=plan, now=clock.now(), **given))
        ):
            return see_other("analysis", slug, made[0].public_id, done="added")
    status = 400 if form.errors else 200
    return page(request, "analysis_new", study, TAB, status, form=form)


@require_safe
def analysis(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """One analysis: plan, signatures, inputs, results, and what can be done."""
    by, one = _seen(request, slug, public_id)
    return _shown(request, by, one)


@require_POST
def move(request: HttpRequest, slug: str, public_id: UUID, on: str) -> HttpResponse:
    """Approve, start or withhold."""
    by, one = _seen(request, slug, public_id)
    happening = next((row for row in (H.APPROVE, H.START, H.WITHHOLD) if row.name.lower() == on), None)
    if happening is None:
        raise Http404
    form = MoveForm(request.POST, prefix=on)
    if form.is_valid() and attempt(form, lambda: _done(by, one, happening, form)):
        return see_other("analysis", slug, public_id, done="signed" if happening is H.APPROVE else "moved")
    return _shown(request, by, one, bad=(happening, form), status=400)


@csrf_exempt  # as the page of uploads: the check reads the form, and the store must be ready before
@require_http_methods(["GET", "HEAD", "POST"])
def results(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Upload the result bundle."""
    by, one = _seen(request, slug, public_id)
    require(by, Permission.ANALYSIS_RUN, study=one.study_id)
    if request.method != "POST":
        return _form(request, one, BundleForm())
    if is_too_long(request, FILES):
        return _form(request, one, _said(TOO_BIG), 413)
    with coming_in(request, FILES):
        return _uploaded(request, by, one)


@csrf_protect
def _uploaded(request: HttpRequest, by: Holder, one: Analysis) -> HttpResponse:
    try:
        whole_form(request)
    except CutOffError:
        return _form(request, one, _said(CUT_OFF), 400)
    form = BundleForm(request.POST, request.FILES)
    if form.is_valid() and attempt(form, lambda: require_running(one)):
        kept = form.cleaned_data["bundle"].keep()
        if attempt(form, lambda: hold_report(by=by, analysis=one, kept=kept, now=clock.now())):
            return see_other("analysis", one.study.slug, one.public_id, done="held")
    return _form(request, one, form, 400)


def _said(words: str) -> BundleForm:
    form = BundleForm({}, {})
    form.full_clean()
    form.errors.clear()
    form.add_error("bundle", words)
    return form


def _form(request: HttpRequest, one: Analysis, form: BundleForm, status: int = 200) -> HttpResponse:
    return page(request, "results", one.study, TAB, status, one=one, form=form, end=END)


def _seen(request: HttpRequest, slug: str, public_id: UUID) -> tuple[Holder, Analysis]:
    by = holder(request)
    rows = visible_analyses(by).select_related("study", "plan")
    return by, get_object_or_404(rows, public_id=public_id, study__slug=slug)


def _done(by: Holder, one: Analysis, on: AnalysisHappening, form: MoveForm) -> Analysis:
    if on is H.APPROVE:
        return sign_analysis(by=by, analysis=one, now=clock.now())
    return move_analysis(by=by, analysis=one, on=on, now=clock.now(), reason=form.cleaned_data["reason"])


def _shown(
    request: HttpRequest,
    by: Holder,
    one: Analysis,
    bad: tuple[AnalysisHappening, MoveForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    signed = list(one.signatures.order_by("at"))
    report = visible_reports(by).filter(analysis=one).first()
    people = names([one.planned_by, one.analyst, *(row.account for row in signed)])
    offered = [
        AnalysisHappening(row.on)
        for row in MACHINE.offered(AnalysisState(one.state), lambda p: by.may(p, study=one.study_id))
    ]
    moves = [_button(row, bad) for row in offered if row in (H.START, H.WITHHOLD)]
    if H.APPROVE in offered and _may_approve(by, one, signed):
        moves.append(_button(H.APPROVE, bad))
    return page(
        request, "analysis", one.study, TAB, status,
        one=one, report=report, names=people, moves=moves, bad_form=bad[1] if bad else None,
        approvals=[row for row in signed if row.what == SignatureFor.APPROVAL],
        releases=[row for row in signed if row.what == SignatureFor.RELEASE],
        may_hold=H.HOLD in offered, tones=ANALYSIS_TONES, next=ANALYSIS_NEXT[AnalysisState(one.state)],
    )  # fmt: skip


def _may_approve(by: Holder, one: Analysis, signed: list) -> bool:
    role = by.role_for(Permission.ANALYSIS_PLAN, study=one.study_id)
    return role in APPROVERS and all(
        row.account != by.account and row.role != role for row in signed if row.what == SignatureFor.APPROVAL
    )


def _button(
    on: AnalysisHappening, bad: tuple[AnalysisHappening, MoveForm] | None
) -> tuple[str, str, MoveForm | None]:
    name = on.name.lower()
    form = bad[1] if bad and bad[0] is on else MoveForm(prefix=name)
    return name, BUTTONS[on], form if on is H.WITHHOLD else None
