"""Make this portal the one of a backup; its audit trail is verified before it counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from cimara_web import clock
from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.restoring import Restored, restore

EXIT_FINDINGS, EXIT_BAD_INPUT = 1, 2
SHOWN = 20


class Command(BaseCommand):
    """See the module."""

    help = __doc__
    stealth_options = ("file", "replace")  # `cimara web restore` reads its own words

    def handle(self, *, file: str, replace: bool, **_: Any) -> None:
        """Restore, then say what is there: rows by table on stdout."""
        try:
            done = restore(Path(file), now=clock.now(), replace=replace, say=self.stderr.write)
        except BackupError as error:
            raise CommandError(str(error), returncode=EXIT_BAD_INPUT) from error
        self._tell(done)
        if done.missing:
            more = f" and {len(done.missing) - SHOWN} more" if len(done.missing) > SHOWN else ""
            raise CommandError(
                f"restored, but {len(done.missing)} files of the study store are missing or differ: "
                f"{', '.join(done.missing[:SHOWN])}{more}. Bring them from your copy of the store.",
                returncode=EXIT_FINDINGS,
            )

    def _tell(self, done: Restored) -> None:
        for table, rows in done.tables.items():
            self.stdout.write(f"{table}\t{rows}")
        self.stderr.write(f"The audit trail is whole up to event {done.head.seq}, {done.head.hash}")
