"""Bring the database up to date and serve the portal on this machine, its regular work done beside it."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from cimara_web.beside import ticking
from cimara_web.serving import DEFAULT_BIND, EXIT_REFUSED, Bind, refuse_unsafe, serve
from cimara_web.snapshot import current_snapshot
from cimara_web.studies.making import making


class Command(BaseCommand):
    """See the module."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--bind", default=DEFAULT_BIND)
        parser.add_argument("--without-study", action="store_true")

    def handle(self, *, bind: str, without_study: bool, **_: Any) -> None:
        """Prepare, say where, serve."""
        place = Bind.parse(bind)
        if not place.is_local:
            raise CommandError(
                "the demonstration listens on this machine only; use `cimara web serve`",
                returncode=EXIT_REFUSED,
            )
        call_command("migrate", interactive=False, verbosity=0)
        refuse_unsafe(place)
        registry = current_snapshot().meta
        self.stderr.write(
            f"Registry: {registry.n_studies} studies, data of {registry.data_date or 'unknown date'}"
        )
        self.stderr.write(f"The portal is at {place.address} (Ctrl-C stops it)")
        os.environ.setdefault("CIMARA_ADDRESS", place.address if place.socket is None else "")
        with ticking(), nullcontext() if without_study else making(settings.STUDIES):
            serve(place, workers=1)
