"""How complete the accepted data are: all sites beside each other, one's own in counts, and as a CSV."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.reading import note_table_taken
from cimara_web.studies.completeness import Heat, heat, own_row
from cimara_web.studies.data_queries import own_sites, sees_all_counts, visible_submissions
from cimara_web.studies.data_views.frame import attachment, csv_table, page
from cimara_web.studies.models import SiteCompleteness, Study
from cimara_web.studies.queries import visible_sites
from cimara_web.studies.states.submission import SubmissionState
from cimara_web.studies.views.frame import own_study

TAB = "Completeness"
HEAD = (
    "site", "variable", "needed", "told", "percent",
    "present", "applicable", "unknown", "not_done", "missing",
)  # fmt: skip


@require_safe
def completeness(request: HttpRequest, slug: str) -> HttpResponse:
    """The table of variables by sites."""
    by, study = own_study(request, slug)
    shown = _heat(by, study)
    mine = {one.public_id for one in shown.sites if _counts_seen(by, study, one.public_id)}
    return page(request, "completeness", study, TAB, heat=shown, mine=mine)


@require_safe
def as_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same cells, with the same ones left out."""
    by, study = own_study(request, slug)
    rows = list(_lines(_heat(by, study)))
    now = clock.now()
    note_table_taken(by=by, study=study, kind="completeness", rows=len(rows), now=now)
    name = f"completeness-{study.slug}-{now.date().isoformat()}.csv"
    return attachment(csv_table(HEAD, rows), "text/csv; charset=utf-8", name)


@require_safe
def of_site(request: HttpRequest, slug: str, site: UUID) -> HttpResponse:
    """One site in counts: for itself and for the lead of the study."""
    by = holder(request)
    rows = visible_sites(by).select_related("study", "institution")
    of = get_object_or_404(rows, public_id=site, study__slug=slug)
    if not by.may(Permission.SUBMISSION_VIEW, study=of.study_id, site=of.public_id):
        raise Http404
    accepted = visible_submissions(by).filter(study_site=of, state=SubmissionState.ACCEPTED).first()
    counts = SiteCompleteness.objects.filter(submission=accepted) if accepted else ()
    context = {
        "site": of,
        "accepted": accepted,
        "rows": own_row(counts),
        "needed": set(of.study.needed_fields),
    }
    return page(request, "site_completeness", of.study, TAB, **context)


def _heat(by: Holder, study: Study) -> Heat:
    return heat(study, counted=None if sees_all_counts(by, study) else own_sites(by))


def _counts_seen(by: Holder, study: Study, site: UUID) -> bool:
    return sees_all_counts(by, study) or site in own_sites(by)


def _lines(shown: Heat) -> Iterator[tuple[object, ...]]:
    for row in shown.rows:
        for site, cell in zip(shown.sites, row.cells, strict=True):
            yield (
                site.code, row.variable, "yes" if row.is_needed else "no", cell.kind.value, cell.percent,
                cell.present, cell.applicable, cell.unknown, cell.not_done, cell.missing,
            )  # fmt: skip
