"""Studies as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """Configuration of studies."""

    name = "cimara_web.studies"
    label = "studies"

    def ready(self) -> None:
        """Tell accounts what is kept of a person here."""
        from cimara_web.accounts.own_data import EXPORTERS, STAYING
        from cimara_web.studies import own_data

        EXPORTERS["studies"] = own_data.exported
        STAYING["studies"] = own_data.staying
