"""Which registry snapshot a command reads: the one named, the one of the environment, or the starter."""

from __future__ import annotations

import hashlib
import os
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

from cimara import __version__
from cimara.trials.snapshot import Snapshot

ENVIRONMENT = "CIMARA_SNAPSHOT"
_STARTER = files("cimara.data") / "starter_registry.jsonl"
_SCHEMA = [files("cimara.trials") / name for name in ("schema.sql", "indexes.sql")]
_HASH_DIGITS = 16


def add_registry_argument(parser: ArgumentParser) -> None:
    """The `--registry` argument of every verb that reads a snapshot."""
    parser.add_argument(
        "--registry",
        type=Path,
        metavar="PATH",
        help=f"snapshot file or registry folder (default: ${ENVIRONMENT}, else the starter registry)",
    )


def open_registry(args: Namespace) -> Snapshot:
    """The snapshot that the arguments name, opened."""
    return Snapshot.open(args.registry or default_registry())


def default_registry() -> Path:
    """The snapshot of the environment, else the starter registry, built once for each version of it."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    path = _cache_folder() / f"starter-{_starter_hash()}.sqlite3"
    if not path.is_file():
        _build_starter(path)
    return path


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cimara"


def _starter_hash() -> str:
    """Of the records, and of everything that reads them, so that a new version builds its own file."""
    from cimara.trials.ingest.readers import reader_identity

    readers = f"{__version__} {reader_identity()}"
    parts = [_STARTER.read_bytes(), *(path.read_bytes() for path in _SCHEMA), readers.encode()]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:_HASH_DIGITS]


def _build_starter(path: Path) -> None:
    from cimara.trials.build import build_snapshot

    print("cimara: preparing the starter registry (once)", file=sys.stderr)
    with as_file(_STARTER) as records:
        build_snapshot([records], path, built_at=datetime.now(UTC).isoformat(timespec="seconds"))
