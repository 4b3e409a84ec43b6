"""What a document may be: a few kinds of file, each told by its bytes as well as by its name."""

from __future__ import annotations

import codecs
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

MOST_BYTES = 50 * 1024 * 1024
PIECE = 1 << 20
ZIP_START = b"PK\x03\x04"
PDF_START = b"%PDF-"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": WORD,
    "txt": "text/plain",
    "toml": "application/toml",
    "csv": "text/csv",
    "zip": "application/zip",
}
"""Extension -> media type; nothing else is taken."""
OFFERED = ", ".join(f".{one}" for one in MEDIA_TYPES)


class PaperError(ValueError):
    """A file that is no document; the message says what would be right."""


def extension(file_name: str) -> str:
    """What a file name ends in, in small letters and without its dot."""
    return PurePosixPath(file_name).suffix.lower().lstrip(".")


def media_type_of(file: BinaryIO, file_name: str) -> str:
    """The media type of a document whose bytes are what its name says.

    Raises
    ------
    PaperError
        For an extension that isn't taken, and for bytes of another kind.
    """
    ending = extension(file_name)
    if ending not in MEDIA_TYPES:
        raise PaperError(f"Send one of {OFFERED}.")
    file.seek(0)
    start = file.read(8)
    if not start:
        raise PaperError("The file is empty.")
    if not CHECKS[ending](file, start):
        raise PaperError(f"The name ends in .{ending}, but this is another kind of file.")
    return MEDIA_TYPES[ending]


def _is_pdf(file: BinaryIO, start: bytes) -> bool:
    return start.startswith(PDF_START)


def _is_zip(file: BinaryIO, start: bytes) -> bool:
    return start.startswith(ZIP_START) and _names(file) is not None


def _is_word(file: BinaryIO, start: bytes) -> bool:
    names = _names(file) if start.startswith(ZIP_START) else None
    return names is not None and {"[Content_Types].xml", "word/document.xml"} <= names


def _names(file: BinaryIO) -> set[str] | None:
    """Names in a zip; None when it is none."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            return set(packed.namelist())
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError):
        return None


def _is_text(file: BinaryIO, start: bytes) -> bool:
    """UTF-8 without a NUL, read piece by piece."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(PIECE):
            if b"\x00" in piece:
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


CHECKS = {
    "pdf": _is_pdf,
    "docx": _is_word,
    "txt": _is_text,
    "toml": _is_text,
    "csv": _is_text,
    "zip": _is_zip,
}
