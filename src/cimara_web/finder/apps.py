"""The finder as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class FinderConfig(AppConfig):
    """Configuration of the finder."""

    name = "cimara_web.finder"
    label = "finder"
