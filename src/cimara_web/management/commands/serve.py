"""Serve the portal; refuses a weak secret, pending migrations, and debug pages off loopback."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cimara_web.serving import DEFAULT_BIND, Bind, refuse_unsafe, serve


class Command(BaseCommand):
    """See the module."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, with how many processes."""
        parser.add_argument("--bind", default=DEFAULT_BIND)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *, bind: str, workers: int, **_: Any) -> None:
        """Check, then serve."""
        place = Bind.parse(bind)
        refuse_unsafe(place)
        serve(place, workers=workers)
