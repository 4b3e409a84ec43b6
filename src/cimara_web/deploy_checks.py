"""What `cimara web check` looks for beside Django's own checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

NO_MAIL_SERVER = checks.Warning(
    "CIMARA_SMTP_URL is not set, so mails are written to files and reach nobody.",
    hint="For example CIMARA_SMTP_URL=smtp://user:password@mail.example.org:587",
    id="cimara.W001",
)


@checks.register(checks.Tags.security, deploy=True)
def mails_have_a_server(app_configs: object, **_: Any) -> list[checks.Warning]:
    """A portal that others use must be able to write to them."""
    return [] if settings.ENVIRONMENT.smtp else [NO_MAIL_SERVER]
