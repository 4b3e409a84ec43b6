"""Addresses of alerts. A mailed link holds a token that does one thing."""

from __future__ import annotations

from django.urls import path

from cimara_web.alerts import views

urlpatterns = [
    path("alerts/new/", views.new, name="alert-new"),
    path("alerts/confirm/<slug:token>/", views.confirm, name="alert-confirm"),
    path("alerts/manage/", views.ask, name="alert-manage"),
    path("alerts/manage/<slug:token>/", views.manage, name="alert-change"),
    path("alerts/stop/<slug:token>/", views.stop, name="alert-stop"),
]
