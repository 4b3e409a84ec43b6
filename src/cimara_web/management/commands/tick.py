"""The regular work: delete answers whose time has passed. Safe to run twice at once."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cimara_web.finder.actions.profiles import purge_expired
from cimara_web.logs import event

log = logging.getLogger("cimara_web.tick")


class Command(BaseCommand):
    """See the module."""

    help = __doc__

    def handle(self, **_: Any) -> None:
        """Purge, and log how many rows went."""
        event(log, "tick", profiles_purged=purge_expired(now=timezone.now()))
