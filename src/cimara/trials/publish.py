"""A registry folder: snapshots side by side, and a pointer file that names the one in use."""

from __future__ import annotations

from pathlib import Path

from cimara.terms.errors import CimaraError
from cimara.trials.durable import move_into_place, write_durably
from cimara.trials.snapshot import POINTER, Snapshot, current

__all__ = ["PublishError", "current", "point_to", "publish", "published"]

HASH_DIGITS = 8


class PublishError(CimaraError):
    """A snapshot that can't be published."""


def publish(folder: Path, snapshot: Path, *, name: str = "registry") -> Path:
    """Move a snapshot into the folder as `<name>-<data date>-<hash8>.sqlite3` and point to it.

    Both steps are renames, so that a reader finds the old snapshot or the new one, never a part of one.
    Older snapshots stay. The same content gets the same name.
    """
    with Snapshot.open(snapshot) as opened:
        meta = opened.meta
    date = meta.data_date or "undated"
    target = folder / f"{name}-{date}-{meta.content_hash[:HASH_DIGITS]}.sqlite3"
    folder.mkdir(parents=True, exist_ok=True)
    move_into_place(snapshot, target)
    point_to(folder, target.name)
    return target


def point_to(folder: Path, file: str) -> None:
    """Make a snapshot of the folder the current one, such as an older one to go back to.

    Raises
    ------
    PublishError
        When the folder has no such file.
    """
    if Path(file).name != file or not (folder / file).is_file():
        raise PublishError(f"no snapshot {file}", where=str(folder), hint="`published` lists them.")
    write_durably(folder / POINTER, f"{file}\n".encode())


def published(folder: Path) -> tuple[Path, ...]:
    """The snapshots of a folder, the latest written first."""
    files = (file for file in folder.glob("*.sqlite3") if not file.name.startswith("."))
    return tuple(sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True))
