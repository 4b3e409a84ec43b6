"""The outbox as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Configuration of the outbox."""

    name = "cimara_web.outbox"
    label = "outbox"
