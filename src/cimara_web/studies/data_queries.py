"""Who sees which submissions, analyses and reports (portal.md section 10.3): where their pages start."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.studies.models import Analysis, Report, Study, StudySite, Submission
from cimara_web.studies.queries import visible_studies
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.studies.states.submission import SubmissionState

SEE = Permission.SUBMISSION_VIEW


def visible_submissions(by: Holder) -> QuerySet[Submission]:
    """Submissions of one's whole studies, and of one's own sites."""
    return Submission.objects.filter(
        Q(study_site__study__in=by.whole_studies(SEE)) | Q(study_site__in=by.sites(SEE))
    )


def visible_analyses(by: Holder) -> QuerySet[Analysis]:
    """Analyses of the studies that somebody has a role in: sites know what is done with their data."""
    return Analysis.objects.filter(study__in=by.studies(Permission.STUDY_VIEW))


def visible_reports(by: Holder) -> QuerySet[Report]:
    """Held: those who may release it. Released: every member."""
    seen = Q(analysis__study__in=by.studies(Permission.ANALYSIS_RELEASE))
    if by.is_member:
        seen |= Q(analysis__state=AnalysisState.RELEASED)
    return Report.objects.filter(seen)


def studies_with_reports(by: Holder) -> QuerySet[Study]:
    """Studies whose page of reports opens: those that are seen, and those with a report that is."""
    reports = visible_reports(by).filter(analysis__study=OuterRef("pk"))
    return Study.objects.filter(Q(pk__in=visible_studies(by).values("pk")) | Exists(reports))


def upload_sites(by: Holder, study: Study) -> QuerySet[StudySite]:
    """Sites of a study that somebody may upload for."""
    return (
        study.sites.filter(public_id__in=by.sites(Permission.SUBMISSION_UPLOAD))
        .select_related("institution", "ethics", "agreement", "study")
        .order_by("code")
    )


def sees_all_counts(by: Holder, study: Study) -> bool:
    """Whether somebody sees the counts of all sites of a study, or of their own only."""
    return study.public_id in by.whole_studies(SEE)


def own_sites(by: Holder) -> frozenset[UUID]:
    """Sites whose counts somebody sees because they are theirs."""
    return by.sites(SEE)


def chain_of(submission: Submission) -> QuerySet[Submission]:
    """Everything that the site of a submission sent, the newest first."""
    return Submission.objects.filter(study_site=submission.study_site_id).order_by("-received_at")


def waiting(*, older_than: object) -> QuerySet[Submission]:
    """Submissions that came before a moment and were not checked yet, the oldest first."""
    return (
        Submission.objects.filter(state=SubmissionState.RECEIVED, received_at__lt=older_than)
        .select_related("study_site__study")
        .order_by("received_at")
    )


def with_bytes_to_remove() -> QuerySet[Submission]:
    """Submissions that hold identifiers, whose bytes are still there because a process died."""
    return Submission.objects.filter(has_identifiers=True, bytes_removed_at=None)


def accepted_of(study: Study) -> QuerySet[Submission]:
    """The accepted submission of each site of a study."""
    return (
        Submission.objects.filter(study_site__study=study, state=SubmissionState.ACCEPTED)
        .select_related("study_site__institution")
        .order_by("study_site__code")
    )
