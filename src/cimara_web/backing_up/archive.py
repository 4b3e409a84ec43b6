"""The tar of a backup: files are hashed as they are written; the manifest is last: a cut tar has none."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.manifest import FileFacts, Manifest

MANIFEST = "manifest.json"
CHUNK = 1 << 20
OWNER_ONLY = 0o600
MOST_MANIFEST = 1 << 28


class Hashed(io.RawIOBase):
    """A file that is hashed while somebody else reads it."""

    def __init__(self, inner: BinaryIO) -> None:
        self.digest, self._inner = hashlib.sha256(), inner

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self._inner.read(size)
        self.digest.update(chunk)
        return chunk


class Writer:
    """Adds files to a tar and keeps what each of them hashed to."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, FileFacts] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file under a name."""
        with path.open("rb") as file:
            size, hashed = os.fstat(file.fileno()).st_size, Hashed(file)
            self._tar.addfile(_entry(name, size), hashed)  # type: ignore[arg-type]
        self.files[name] = FileFacts(hashed.digest.hexdigest(), size)

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, which makes the tar a backup."""
        text = manifest.text().encode()
        self._tar.addfile(_entry(MANIFEST, len(text)), io.BytesIO(text))


@contextmanager
def written(target: Path) -> Iterator[Writer]:
    """A tar that only its owner may read, under its name only when it is whole and on the disk.

    Raises
    ------
    BackupError
        When a file of that name is there.
    """
    coming = target.with_name(f".{target.name}.coming-{os.getpid()}")
    handle = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            out.flush()
            os.fsync(out.fileno())
        os.link(coming, target)
    except FileExistsError:
        raise BackupError("a backup of this second is there already", where=target.name) from None
    finally:
        coming.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """The tar of a backup.

    Raises
    ------
    BackupError
        When the file is missing or is no tar, or ends too early.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except FileNotFoundError:
        raise BackupError("there is no such file", where=str(path)) from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupError(
            f"the file can't be read as a backup ({type(error).__name__})", where=str(path)
        ) from error


def manifest_of(tar: tarfile.TarFile) -> Manifest:
    """The manifest, when the tar holds exactly the plain files that it names.

    Raises
    ------
    BackupError
        When something is missing, too much, twice, or no plain file.
    """
    entries = tar.getmembers()
    names = [one.name for one in entries]
    if not names or names[-1] != MANIFEST or entries[-1].size > MOST_MANIFEST:
        raise BackupError(
            "the tar does not end with a manifest",
            hint="It was cut, or is no backup of a portal: take another one.",
        )
    manifest = Manifest.read(_taken(tar, MANIFEST).read())
    if sorted(names) != sorted([*manifest.files, MANIFEST]) or not all(one.isfile() for one in entries):
        raise BackupError("the files of the tar are not those of its manifest")
    if any(".." in PurePosixPath(name).parts or name.startswith("/") for name in names):
        raise BackupError("a file of the tar would lie outside of its folder")
    return manifest


def unpack(tar: tarfile.TarFile, manifest: Manifest, name: str, target: Path) -> None:
    """Write one file of the tar to a place of its own, for its owner only.

    Raises
    ------
    BackupError
        When its bytes are not those that the manifest states.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    hashed = Hashed(_taken(tar, name))
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out:
        while chunk := hashed.read(CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if hashed.digest.hexdigest() != manifest.files[name].sha256:
        target.unlink()
        raise BackupError(
            f"{name} has another hash than the manifest states",
            hint="The file was damaged or changed: take another backup.",
        )


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, OWNER_ONLY
    return entry


def _taken(tar: tarfile.TarFile, name: str) -> BinaryIO:
    taken = tar.extractfile(name)
    if taken is None:
        raise BackupError(f"{name} is no plain file")
    return taken  # type: ignore[return-value]
