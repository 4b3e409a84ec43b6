"""Addresses of what sites send and of what is found: submissions, completeness, analyses, reports."""

from __future__ import annotations

from django.urls import path

from cimara_web.studies.data_views import analyses, completeness, reports, submissions, uploading

OF_STUDY = "studies/<study:slug>/"
SUBMISSION = f"{OF_STUDY}submissions/<uuid:public_id>/"
ANALYSIS = f"{OF_STUDY}analyses/<uuid:public_id>/"
REPORT = f"{OF_STUDY}reports/<uuid:public_id>/"
urlpatterns = [
    path(f"{OF_STUDY}submissions/", submissions.submissions, name="submissions"),
    path(f"{OF_STUDY}submissions/new/<uuid:site>/", uploading.upload, name="submission-new"),
    path(SUBMISSION, submissions.submission, name="submission"),
    path(f"{SUBMISSION}move/<slug:on>/", submissions.move, name="submission-move"),
    path(f"{SUBMISSION}files/<str:name>", submissions.report, name="submission-report"),
    path(f"{OF_STUDY}completeness/", completeness.completeness, name="completeness"),
    path(f"{OF_STUDY}completeness.csv", completeness.as_csv, name="completeness-csv"),
    path(f"{OF_STUDY}completeness/<uuid:site>/", completeness.of_site, name="completeness-site"),
    path(f"{OF_STUDY}analyses/", analyses.analyses, name="analyses"),
    path(f"{OF_STUDY}analyses/new/", analyses.new, name="analysis-new"),
    path(ANALYSIS, analyses.analysis, name="analysis"),
    path(f"{ANALYSIS}move/<slug:on>/", analyses.move, name="analysis-move"),
    path(f"{ANALYSIS}results/", analyses.results, name="analysis-results"),
    path(f"{OF_STUDY}reports/", reports.reports, name="reports"),
    path(REPORT, reports.report, name="report"),
    path(f"{REPORT}release/", reports.release, name="report-release"),
    path(f"{REPORT}page/", reports.as_page, name="report-page"),
    path(f"{REPORT}files/<slug:sha256>/", reports.file, name="report-file"),
    path(f"{REPORT}figures/<slug:sha256>/", reports.figure, name="report-figure"),
]
