"""Addresses of the portal: English at /, Spanish at /es/; health pages and the API have no language."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from cimara_web import errors, health, pages
from cimara_web.api import page
from cimara_web.api.portal import addresses

urlpatterns = [
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="health-ready"),
    path("api/v1/", addresses),
    *i18n_patterns(
        path("", pages.home, name="home"),
        path("about/", pages.about, name="about"),
        path("api/", page.page, name="api"),
        path("", include("cimara_web.finder.urls")),
        path("", include("cimara_web.alerts.urls")),
        path("", include("cimara_web.response.urls")),
        path("", include("cimara_web.studies.urls")),
        prefix_default_language=False,
    ),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
