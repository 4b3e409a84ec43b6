"""Addresses of the studies' pages."""

from __future__ import annotations

from django.urls import path

from cimara_web.studies import views

urlpatterns = [
    path("studies/", views.studies, name="studies"),
    path("studies/demonstration/", views.demonstration, name="demonstration"),
    path("studies/demonstration/report/", views.report, name="demonstration-report"),
    path("studies/demonstration/results.json", views.results, name="demonstration-results"),
    path("studies/demonstration/figures/<slug:drawn>.svg", views.figure, name="demonstration-figure"),
    path("studies/demonstration/sites/<slug:site>/", views.site_report, name="demonstration-site"),
]
