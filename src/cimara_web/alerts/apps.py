"""Alerts as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Configuration of the alerts."""

    name = "cimara_web.alerts"
    label = "alerts"
