"""A kept file laid out in a folder for the library to read: a safe name, a zip unpacked within limits."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from cimara_web.studies.submissions.limits import IN_A_ZIP, MB, FileRefusedError, kind_of

MOST_ENTRIES = 200
MOST_UNPACKED = 4096 * MB
MOST_RATIO = 100
CHUNK = MB
LEFTOVERS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What systems add to a zip by themselves."""
ENCRYPTED = 0x1


def laid_out(kept: Path, name: str, folder: Path) -> Path:
    """The file or folder to read, in an empty folder.

    Raises
    ------
    FileRefusedError
        A zip that breaks a limit; nothing is written outside the folder, whatever it holds.
    """
    kind = kind_of(name)
    if kind.suffix == ".zip":
        _unpack(kept, folder)
        return folder
    (folder / safe_name(name)).symlink_to(kept)
    return folder if kind.suffix == ".parquet" else folder / safe_name(name)


def safe_name(name: str) -> str:
    """A name of letters, digits and `_.-` with the same ending: the library tells tables by their names."""
    path = PurePosixPath(name)
    stem = "".join(one if one.isascii() and (one.isalnum() or one in "_-. ") else "_" for one in path.stem)
    return f"{stem.strip('. ')[:80] or 'file'}{path.suffix.lower()}"


def _unpack(kept: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(kept) as packed:
            members = _members(packed)
            _check(members)
            below = _common_folder([one.filename for one in members])
            room = MOST_UNPACKED
            for one in members:
                room -= _write(packed, one, folder / _flat(one.filename, below), room)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise FileRefusedError("The zip is damaged or locked. Pack it again, without a password.") from error


def _members(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    found = packed.infolist()
    if len(found) > MOST_ENTRIES:
        raise FileRefusedError(f"The zip holds {len(found)} files, more than {MOST_ENTRIES}.")
    files = [one for one in found if not one.is_dir()]
    return [one for one in files if not set(PurePosixPath(one.filename).parts) & set(LEFTOVERS)]


def _check(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise FileRefusedError("The zip is empty. Put the tables of the export into it.")
    for one in members:
        _check_name(one.filename)
        if stat.S_ISLNK(one.external_attr >> 16):
            raise FileRefusedError("The zip holds a link. Put the files themselves into it.")
        if one.flag_bits & ENCRYPTED:
            raise FileRefusedError("The zip is locked with a password. Pack it without one.")
    unpacked, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    if unpacked > MOST_UNPACKED:
        raise FileRefusedError("The zip holds more than 4 GB. Send it in parts that belong together.")
    if unpacked > MOST_RATIO * max(packed, 1):
        raise FileRefusedError(f"The zip unpacks to more than {MOST_RATIO} times its size. Send it as it is.")


def _check_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name:
        raise FileRefusedError("A file in the zip has a path that leads out of it. Pack the folder again.")
    if PurePosixPath(name.lower()).suffix not in IN_A_ZIP:
        raise FileRefusedError(
            "The zip holds a file that is no table. Leave in it what is .csv, .xlsx or .parquet."
        )


def _common_folder(names: list[str]) -> int:
    """How many folders all names begin with: a zip of one folder is that folder."""
    folders = {PurePosixPath(one).parent for one in names}
    if len(folders) > 1:
        raise FileRefusedError("The zip holds several folders. Put all tables side by side into one.")
    return len(next(iter(folders)).parts)


def _flat(name: str, below: int) -> str:
    return safe_name("/".join(PurePosixPath(name).parts[below:]))


def _write(packed: zipfile.ZipFile, one: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Unpack one file; what its header says of its size is not believed."""
    if target.exists():
        raise FileRefusedError("Two files in the zip have the same name. Give each its own.")
    size = 0
    with packed.open(one) as source, target.open("wb") as out:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > room or size > MOST_RATIO * max(one.compress_size, CHUNK):
                raise FileRefusedError("The zip unpacks to more than it says. Pack it again.")
            out.write(chunk)
    return size


def emptied(folder: Path) -> None:
    """Remove what was laid out; the kept bytes are only linked from there."""
    shutil.rmtree(folder, ignore_errors=True)
