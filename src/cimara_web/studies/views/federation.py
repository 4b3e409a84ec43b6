"""The page of a federated study: which sites are ready, how far its jobs are, what was released."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cimara_web.studies.data_queries import visible_reports
from cimara_web.studies.federation.job_files import jobs_of
from cimara_web.studies.federation.readiness import readiness
from cimara_web.studies.federation.shown_jobs import shown
from cimara_web.studies.models.study import Mode
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.studies.views.frame import FEDERATION, own_study, page


@require_safe
def federation(request: HttpRequest, slug: str) -> HttpResponse:
    """Sites, jobs and results of a study whose rows stay at the sites."""
    by, study = own_study(request, slug)
    if study.mode == Mode.POOLED:
        raise Http404
    jobs = jobs_of(study.dictionary_hash, settings.FEDERATION_JOBS)
    rows = readiness(study, by, jobs)
    released = visible_reports(by).filter(
        analysis__study=study, analysis__mode=Mode.FEDERATED, analysis__state=AnalysisState.RELEASED
    )
    context = {
        "rows": rows,
        "ready": sum(one.is_ready for one in rows),
        "jobs": [shown(one) for one in jobs],
        "reports": list(released.select_related("analysis").order_by("-released_at")),
    }
    return page(request, "federation", study, FEDERATION, **context)
