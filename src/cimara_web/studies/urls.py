"""Addresses of studies as strangers see them, in each language; `studies` leads members to their own."""

from __future__ import annotations

from django.urls import path

from cimara_web.studies.views import demonstration, listing

urlpatterns = [
    path("studies/", listing.studies, name="studies"),
    path("studies/", listing.studies, name="study-list"),
    path("studies/demonstration/", demonstration.demonstration, name="demonstration"),
    path("studies/demonstration/report/", demonstration.report, name="demonstration-report"),
    path("studies/demonstration/results.json", demonstration.results, name="demonstration-results"),
    path("studies/demonstration/figures/<slug:drawn>.svg", demonstration.figure, name="demonstration-figure"),
    path("studies/demonstration/sites/<slug:site>/", demonstration.site_report, name="demonstration-site"),
]
