"""What may be uploaded: kinds of files known by their first bytes, sizes, and what a zip may hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

MB = 1 << 20
MOST = 512 * MB
MOST_MAPPING = MB
SMALL = 5 * MB
"""Up to here a file is checked at once, before the page answers."""
HEAD = 4096
MOST_NAME = 150

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OTHER_MARKS = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x7fELF", b"MZ")


class FileRefusedError(ValueError):
    """A file can't be taken; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: how its name ends, what it is called, and whether its first bytes fit."""

    suffix: str
    called: str
    fits: Callable[[bytes], bool]


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in head and not head.startswith((*ZIP_MARKS, *OTHER_MARKS))


def _is_json(head: bytes) -> bool:
    return _is_text(head) and head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


KINDS = {
    one.suffix: one
    for one in (
        FileKind(".csv", "a table of text", _is_text),
        FileKind(".json", "a REDCap export in JSON", _is_json),
        FileKind(".xlsx", "a workbook", lambda head: head.startswith(ZIP_MARKS)),
        FileKind(".parquet", "a Parquet table", lambda head: head.startswith(b"PAR1")),
        FileKind(".zip", "a zip of tables", lambda head: head.startswith(ZIP_MARKS)),
    )
}
LISTED = ".csv, .xlsx, .json, .parquet or .zip"
ACCEPT = ",".join(KINDS)
IN_A_ZIP = frozenset({".csv", ".tsv", ".txt", ".json", ".xlsx", ".parquet"})


def shown_name(name: str) -> str:
    """A file name fit to be kept and shown: the last part, without control characters, cut to length."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = "".join(one for one in last if unicodedata.category(one)[0] != "C").strip()
    stem, dot, suffix = plain.rpartition(".")
    room = MOST_NAME - len(dot) - len(suffix)
    return (f"{stem[:room]}{dot}{suffix}" if dot and room > 0 else plain)[:MOST_NAME]


def kind_of(name: str, kinds: Iterable[str] = KINDS) -> FileKind:
    """The kind of a file by its name.

    Raises
    ------
    FileRefusedError
        When it is none that can be read.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if suffix not in kinds:
        raise FileRefusedError(f"This kind of file can't be read. Send a file that ends in {LISTED}.")
    return KINDS[suffix]


def check_content(name: str, file: BinaryIO) -> None:
    """Hold the first bytes of a file against its name.

    Raises
    ------
    FileRefusedError
        When the file is empty, or another thing than its name says.
    """
    kind, head = kind_of(name), file.read(HEAD)
    if not head:
        raise FileRefusedError("The file is empty. Export it again and look at it before you send it.")
    if not kind.fits(head):
        raise FileRefusedError(
            f"The name ends in {kind.suffix}, but the content is not {kind.called}. Export it again."
        )
