"""Bring the database up to date and serve the portal on this machine, its regular work done beside it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from cimara_web import clock
from cimara_web.beside import ticking
from cimara_web.demonstration.known import holds_demonstration, is_empty
from cimara_web.demonstration.making import filling
from cimara_web.demonstration.story import begin
from cimara_web.serving import DEFAULT_BIND, EXIT_REFUSED, Bind, refuse_unsafe, serve
from cimara_web.snapshot import current_snapshot
from cimara_web.studies.making import making


class Command(BaseCommand):
    """See the module."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, and what to leave out."""
        parser.add_argument("--bind", default=DEFAULT_BIND)
        parser.add_argument("--without-study", action="store_true")
        parser.add_argument("--without-consortium", action="store_true")

    def handle(self, *, bind: str, without_study: bool, without_consortium: bool, **_: Any) -> None:
        """Prepare, say where, serve."""
        place = Bind.parse(bind)
        if not place.is_local:
            raise CommandError(
                "the demonstration listens on this machine only; use `cimara web serve`",
                returncode=EXIT_REFUSED,
            )
        call_command("migrate", interactive=False, verbosity=0)
        refuse_unsafe(place)
        if not without_consortium:
            prepare_consortium()
        registry = current_snapshot().meta
        self.stderr.write(
            f"Registry: {registry.n_studies} studies, data of {registry.data_date or 'unknown date'}"
        )
        self.stderr.write(f"The portal is at {place.address} (Ctrl-C stops it)")
        address = place.address if place.socket is None else settings.ADDRESS
        os.environ.setdefault("CIMARA_ADDRESS", address)
        with ExitStack() as beside:
            beside.enter_context(ticking())
            if not without_study:
                beside.enter_context(making(settings.STUDIES))
            if not without_consortium:
                beside.enter_context(filling(address))
            serve(place, workers=1)


def prepare_consortium() -> None:
    """Begin the demonstration in an empty database; one that is there already is left as it is.

    Raises
    ------
    CommandError
        When the database holds something else.
    """
    if is_empty():
        begin(clock.now())
    elif not holds_demonstration():
        raise CommandError(
            "this database holds a consortium already; a demonstration goes into an empty one. "
            "Set CIMARA_VAR to a new folder, or leave it out with --without-consortium",
            returncode=EXIT_REFUSED,
        )
