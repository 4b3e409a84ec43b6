"""The one address that ORCID sends people back to, without a language."""

from __future__ import annotations

from django.urls import path

from cimara_web.accounts import orcid

urlpatterns = [path("account/orcid/return/", orcid.orcid_return, name="orcid_callback")]
