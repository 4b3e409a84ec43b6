"""Addresses of the portal: what anyone sees in English at / and in Spanish at /es/.

Health pages and the API have no language; the pages of members, studies and the office are in English.
"""

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
    path("", include("cimara_web.accounts.return_urls")),
    path("", include("cimara_web.accounts.office_urls")),
    path("", include("cimara_web.members.member_urls")),
    path("", include("cimara_web.studies.workspace_urls")),
    path("", include("cimara_web.studies.data_urls")),
    path("", include("cimara_web.audit.urls")),
    *i18n_patterns(
        path("", pages.home, name="home"),
        path("about/", pages.about, name="about"),
        path("api/", page.page, name="api"),
        path("", include("cimara_web.finder.urls")),
        path("", include("cimara_web.alerts.urls")),
        path("", include("cimara_web.response.urls")),
        path("", include("cimara_web.studies.urls")),
        path("", include("cimara_web.accounts.urls")),
        path("", include("cimara_web.members.urls")),
        path("", include("cimara_web.demonstration.urls")),
        prefix_default_language=False,
    ),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.server_error
