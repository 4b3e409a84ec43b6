"""The 1,536 shared records as one snapshot, built once in a process."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cimara.trials.build import build_snapshot
from cimara.trials.snapshot import Snapshot
from tests.shared_data import shared_data


@cache
def shared_snapshot() -> Snapshot:
    """The snapshot; skips the test where the shared folder is absent."""
    records = shared_data("trials/studies_v2.jsonl.gz")
    folder = TemporaryDirectory(prefix="cimara-shared-")
    path = Path(folder.name) / "shared.sqlite3"
    build_snapshot([records], path, built_at="2026-11-20T00:00:00+00:00")
    snapshot = Snapshot.open(path)
    atexit.register(folder.cleanup)
    atexit.register(snapshot.close)
    return snapshot
