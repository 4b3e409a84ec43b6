"""Addresses of the office's pages on roles."""

from __future__ import annotations

from django.urls import path

from cimara_web.accounts.views import roles

urlpatterns = [
    path("office/roles/", roles.roles, name="roles"),
    path("office/roles/<uuid:account>/<slug:role>/", roles.role, name="role"),
]
