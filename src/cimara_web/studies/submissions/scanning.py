"""Hands a kept file to the operator's virus scanner, where one is set; without its word nothing is read."""

from __future__ import annotations

import logging
import subprocess
from enum import StrEnum

from django.conf import settings

from cimara_web.logs import event
from cimara_web.studies.kept_bytes import path_of

log = logging.getLogger(__name__)
SECONDS = 600
CLEAN, FOUND = 0, 1
"""Exit codes, as clamscan and clamdscan have them; any other one means that it could not scan."""


class Word(StrEnum):
    """What the scanner said."""

    CLEAN = "clean"
    FOUND = "found"
    NOT_SCANNED = "not scanned"


def scanned(sha256: str) -> Word:
    """What the scanner says of kept bytes; clean where none is set."""
    if not settings.SCAN_COMMAND:
        return Word.CLEAN
    try:
        code = subprocess.run(  # noqa: S603 (the operator's own command)
            [*settings.SCAN_COMMAND, str(path_of(sha256))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        event(log, "scan.failed", level=logging.ERROR, error=type(error).__name__)
        return Word.NOT_SCANNED
    if code in (CLEAN, FOUND):
        return Word.CLEAN if code == CLEAN else Word.FOUND
    event(log, "scan.failed", level=logging.ERROR, code=code)
    return Word.NOT_SCANNED
