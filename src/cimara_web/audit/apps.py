"""The audit trail as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Configuration of the audit trail."""

    name = "cimara_web.audit"
    label = "audit"

    def ready(self) -> None:
        """Tell accounts what is kept of a person here."""
        from cimara_web.accounts.own_data import EXPORTERS, STAYING
        from cimara_web.audit import own_data

        EXPORTERS["audit"] = own_data.exported
        STAYING["audit"] = own_data.staying
