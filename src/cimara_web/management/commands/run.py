"""Serve the portal with its regular work beside it, both under one process."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser

from cimara_web.beside import EVERY_MINUTE, words
from cimara_web.serving import DEFAULT_BIND, Bind, refuse_unsafe
from cimara_web.supervising import supervise

SERVE = "from cimara.cli import main; raise SystemExit(main())"


class Command(BaseCommand):
    """See the module."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, with how many processes."""
        parser.add_argument("--bind", default=DEFAULT_BIND)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *, bind: str, workers: int, **_: Any) -> None:
        """Check, then run both until the server ends."""
        refuse_unsafe(Bind.parse(bind))
        serve = [sys.executable, "-c", SERVE, "web", "serve", "--bind", bind, "--workers", str(workers)]
        code = supervise(serve, beside=words(EVERY_MINUTE))
        if code:
            raise CommandError(f"the server ended with exit code {code}", returncode=code)
