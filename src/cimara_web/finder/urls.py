"""Addresses of the finder. No address ever holds a health answer."""

from __future__ import annotations

from django.urls import path

from cimara_web.finder.views import path as patient
from cimara_web.finder.views import results, trials

urlpatterns = [
    path("find/", patient.start, name="find"),
    path("find/q/<slug:step>/", patient.question, name="question"),
    path("find/check/", patient.check, name="check"),
    path("find/results/", results.results, name="results"),
    path("find/results/<slug:number>/", results.result, name="result"),
    path("find/forget/", patient.forget, name="forget"),
    path("trials/", trials.search, name="trials"),
    path("trials/<slug:number>/", trials.trial, name="trial"),
    path("registry/", trials.registry, name="registry"),
]
