"""Write a backup of the portal into a folder while it serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from cimara_web import clock
from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.taking import back_up

EXIT_FINDINGS, EXIT_BAD_INPUT = 1, 2


class Command(BaseCommand):
    """See the module."""

    help = __doc__
    stealth_options = ("folder", "with_store")  # `cimara web backup` reads its own words

    def handle(self, *, folder: str, with_store: bool, **_: Any) -> None:
        """Back up; the file's name alone goes to stdout."""
        try:
            taken = back_up(Path(folder), now=clock.now(), with_store=with_store, say=self.stderr.write)
        except BackupError as error:
            raise CommandError(str(error), returncode=EXIT_BAD_INPUT) from error
        self.stdout.write(str(taken.file))
        self.stderr.write(
            f"Audit head: event {taken.head.seq}, {taken.head.hash} (in {taken.head_file.name})"
        )
        if taken.damaged:
            names = ", ".join(taken.damaged)
            raise CommandError(
                f"the backup was made, but the study store is damaged: {names}", returncode=EXIT_FINDINGS
            )
