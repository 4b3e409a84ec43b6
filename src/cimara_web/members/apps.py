"""Members as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Configuration of members."""

    name = "cimara_web.members"
    label = "members"

    def ready(self) -> None:
        """Tell accounts what is kept of a person here."""
        from cimara_web.accounts.own_data import ERASERS, EXPORTERS, STAYING
        from cimara_web.members import own_data

        EXPORTERS["members"] = own_data.exported
        ERASERS["members"] = own_data.erase
        STAYING["members"] = own_data.staying
