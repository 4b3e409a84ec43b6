"""Walk the chain of the audit trail, and name the first event that is not as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from cimara_web.audit.verifying import HeadFileError, head_in, verify
from cimara_web.commands import EXIT_FINDINGS

EXIT_BAD_INPUT = 2


class Command(BaseCommand):
    """See the module."""

    help = __doc__
    stealth_options = ("heads",)  # `cimara web verify-audit` reads its own words

    def handle(self, *, heads: Sequence[str] = (), **_: Any) -> None:
        """Print the head of a chain that holds; end with 1 at the first event that does not."""
        try:
            found = verify(head_in(Path(file)) for file in heads)
        except HeadFileError as error:
            raise CommandError(str(error), returncode=EXIT_BAD_INPUT) from None
        if found.broken:
            raise CommandError(
                f"the audit trail breaks at event {found.broken.seq}: {found.broken.what}",
                returncode=EXIT_FINDINGS,
            )
        self.stdout.write(f"{found.head.seq} events, each as it was written; head {found.head.hash}")
