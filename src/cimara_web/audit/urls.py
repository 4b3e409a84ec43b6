"""Addresses of the audit trail, in English."""

from __future__ import annotations

from django.urls import path

from cimara_web.audit import views

urlpatterns = [
    path("audit/", views.trail, name="audit"),
    path("audit/trail.csv", views.trail_csv, name="audit-csv"),
    path("audit/chain/", views.chain, name="audit-chain"),
]
