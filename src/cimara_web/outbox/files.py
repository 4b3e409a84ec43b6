"""Mails as files, for a portal without a mail server: in a folder that its owner alone can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend

OWNER_ONLY = 0o700


class MailFiles(EmailBackend):
    """One file a tick, in the folder `mail` of `CIMARA_VAR`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        Path(settings.EMAIL_FILE_PATH).mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        super().__init__(*args, **options)
