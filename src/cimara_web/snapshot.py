"""The registry snapshot that the pages read: opened once a thread, reopened when it is replaced."""

from __future__ import annotations

import threading
import time
from functools import cache
from pathlib import Path

from django.conf import settings

from cimara.cli.trials.registry import default_registry
from cimara.trials.snapshot import Snapshot

CHECK_EVERY_SECONDS = 5.0
"""An open file stays the old one after a rename, so inode and time are compared, at most this often."""

_opened = threading.local()


def current_snapshot() -> Snapshot:
    """The snapshot in force, for this thread (SQLite connections are not shared between threads)."""
    now = time.monotonic()
    snapshot: Snapshot | None = getattr(_opened, "snapshot", None)
    if snapshot is not None and now - _opened.checked_at < CHECK_EVERY_SECONDS:
        return snapshot
    path = snapshot_path()
    if snapshot is None or _opened.path != path or not snapshot.is_current():
        close_snapshot()
        _opened.snapshot, _opened.path = Snapshot.open(path), path
    _opened.checked_at = now
    return _opened.snapshot


def close_snapshot() -> None:
    """Close this thread's snapshot, if it has one open."""
    snapshot: Snapshot | None = _opened.__dict__.pop("snapshot", None)
    if snapshot is not None:
        snapshot.close()


def snapshot_path() -> Path:
    """What the settings name, a file or a folder; else the starter registry, built when first needed."""
    return settings.SNAPSHOT or _starter_path()


@cache
def _starter_path() -> Path:
    return default_registry()
