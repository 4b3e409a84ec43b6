"""The JSON API as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Configuration of the API."""

    name = "cimara_web.api"
    label = "api"
