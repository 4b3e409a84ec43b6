"""Alerts as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Configuration of the alerts."""

    name = "cimara_web.alerts"
    label = "alerts"

    def ready(self) -> None:
        """Tell accounts which alerts are a person's."""
        from cimara_web.accounts.own_data import ERASERS, EXPORTERS
        from cimara_web.alerts import own_data

        EXPORTERS["alerts"] = own_data.exported
        ERASERS["alerts"] = own_data.erase
