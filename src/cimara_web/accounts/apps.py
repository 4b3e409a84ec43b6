"""Accounts as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Configuration of accounts."""

    name = "cimara_web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what allauth does to accounts."""
        from cimara_web.accounts import signals
        from cimara_web.accounts.own_data import EXPORTERS
        from cimara_web.accounts.own_rows import own_rows

        signals.connect()
        EXPORTERS["account"] = own_rows
