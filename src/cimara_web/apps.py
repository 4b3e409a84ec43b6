"""The portal as a Django app: its templates, static files, translations and commands."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import got_request_exception


class PortalConfig(AppConfig):
    """Configuration of the portal itself."""

    name = "cimara_web"
    label = "portal"

    def ready(self) -> None:
        """Log the shape of each failure; know our own deploy check."""
        from cimara_web import deploy_checks  # noqa: F401
        from cimara_web.middleware import log_failure

        got_request_exception.connect(log_failure, dispatch_uid="cimara_web.log_failure")
