"""Addresses of the finder. No address ever holds a health answer."""

from __future__ import annotations

from django.urls import path

from cimara_web.finder.views import bundle, clinician, endpoints, keeping, results, sheet, survey, trials
from cimara_web.finder.views import path as patient

urlpatterns = [
    path("find/", patient.start, name="find"),
    path("find/q/<slug:step>/", patient.question, name="question"),
    path("find/check/", patient.check, name="check"),
    path("find/results/", results.results, name="results"),
    path("find/results/<slug:number>/", results.result, name="result"),
    path("find/sheet/", sheet.sheet, name="sheet"),
    path("find/keep/", keeping.keep, name="keep"),
    path("find/continue/", keeping.go_on, name="continue"),
    path("find/forget/", patient.forget, name="forget"),
    path("clinician/match/", clinician.profile, name="clinician"),
    path("clinician/match/fhir/", bundle.bundle, name="clinician-bundle"),
    path("clinician/match/results/", clinician.results, name="clinician-results"),
    path("clinician/match/results/<slug:number>/", clinician.result, name="clinician-result"),
    path("clinician/match/results.csv", clinician.table, name="clinician-table"),
    path("trials/", trials.search, name="trials"),
    path("trials/<slug:number>/", trials.trial, name="trial"),
    path("registry/", trials.registry, name="registry"),
    path("endpoints/", endpoints.endpoints, name="endpoints"),
    path("endpoints/figure.svg", endpoints.endpoints_figure, name="endpoints-figure"),
    path("endpoints/endpoints.csv", endpoints.endpoints_csv, name="endpoints-csv"),
    path("endpoints/<slug:slug>/", endpoints.endpoint, name="endpoint"),
    path("endpoints/<slug:slug>/measures.csv", endpoints.endpoint_csv, name="endpoint-csv"),
    path("survey/", survey.survey, name="survey"),
    path("survey/figure.svg", survey.survey_figure, name="survey-figure"),
    path("survey/survey.csv", survey.survey_csv, name="survey-csv"),
]
