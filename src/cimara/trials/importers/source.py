"""Opens what a person points at: a file, folder or zip, gzipped or not, told apart by content."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Protocol, cast
from urllib.parse import quote

from cimara.terms.errors import CimaraError
from cimara.trials.importers.forms import is_json

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_SQLITE = b"SQLite format 3\x00"
_BLOCK = 1 << 18
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BROKEN_STREAM = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
_BROKEN_MEMBER = (*_BROKEN_STREAM, RuntimeError, NotImplementedError)
"""A member of a zip may also be encrypted, or packed in a way that Python can't undo."""


class SourceError(CimaraError):
    """A source that can't be read at all."""


@dataclass(frozen=True, slots=True)
class Document:
    """One line or file of a source. `truncated` marks the broken end of a damaged file."""

    source: str
    line: int | None
    content: bytes
    truncated: bool = False


class _Readable(Protocol):
    def read1(self, size: int = ..., /) -> bytes: ...


def source_files(path: Path) -> list[Path]:
    """The files of a source: itself, or every file of a folder in name order, hidden ones left out.

    Raises
    ------
    SourceError
        When there is no such file or folder, or the folder is empty.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        if not files:
            raise SourceError("the folder has no files", where=str(path), expected="registry records")
        return files
    if not path.is_file():
        raise SourceError("no such file or folder", where=str(path))
    return [path]


def fingerprint(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a source; of a folder, over the names and digests of its files."""
    files = source_files(path)
    if files == [path]:
        return path.stat().st_size, _digest(path)
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.relative_to(path).as_posix()} {_digest(file)}\n".encode())
    return sum(file.stat().st_size for file in files), whole.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def documents(path: Path) -> Iterator[Document]:
    """Every document of a file, folder, zip or snapshot, in order.

    A damaged gzip or zip gives what could be read, then a document marked `truncated`.
    """
    for file in source_files(path):
        name = file.name if file == path else file.relative_to(path).as_posix()
        with file.open("rb") as stream:
            if _begins(stream, _SQLITE):
                yield from _of_snapshot(file)
            else:
                yield from _of_stream(name, stream)


def _begins(stream: BinaryIO, magic: bytes) -> bool:
    head = stream.read(len(magic))
    stream.seek(0)
    return head == magic


def _of_stream(name: str, stream: BinaryIO, *, in_zip: bool = False) -> Iterator[Document]:
    """Documents of a seekable stream: plain, gzipped, or a zip of such (but no zip in a zip)."""
    if _begins(stream, _GZIP):
        with gzip.GzipFile(fileobj=stream) as inner:
            yield from _of_text(name, cast(_Readable, inner))
    elif _begins(stream, _ZIP) and not in_zip:
        yield from _of_zip(name, stream)
    else:
        yield from _of_text(name, cast(_Readable, stream))


def _of_zip(name: str, stream: BinaryIO) -> Iterator[Document]:
    try:
        archive = zipfile.ZipFile(stream)
    except zipfile.BadZipFile:
        yield Document(name, None, b"", truncated=True)
        return
    with archive:
        for member in archive.infolist():
            if member.is_dir() or Path(member.filename).name.startswith("."):
                continue
            inner = f"{name}/{member.filename}"
            try:
                with archive.open(member) as file:
                    yield from _of_stream(inner, cast(BinaryIO, file), in_zip=True)
            except _BROKEN_MEMBER:
                yield Document(inner, None, b"", truncated=True)


def _of_text(name: str, stream: _Readable) -> Iterator[Document]:
    lines = _lines(name, stream)
    opening = []
    for line in lines:
        opening.append(line)
        if not _is_blank(line):
            break
    else:
        return
    first = opening[-1].content.removeprefix(_BYTE_ORDER_MARK).strip()
    if not first.startswith(b"<"):
        if not is_json(first) and first not in (b"{", b"["):
            opening.extend(islice(lines, 1))
        if is_json(opening[-1].content.removeprefix(_BYTE_ORDER_MARK)):
            yield from _records_by_line(chain(opening, lines))
            return
    yield from _spread_over_lines(name, [*opening, *lines])


def _spread_over_lines(name: str, lines: list[Document]) -> Iterator[Document]:
    """One document written for people, such as XML; or lines whose beginning is damaged."""
    content = b"".join(line.content for line in lines)
    damaged = not content.lstrip(_BYTE_ORDER_MARK + b" \t\r\n").startswith(b"<") and not is_json(content)
    if damaged and any(line.content.startswith(b"{") and is_json(line.content) for line in lines):
        yield from _records_by_line(lines)
    else:
        yield Document(name, None, content, truncated=any(line.truncated for line in lines))


def _records_by_line(lines: Iterable[Document]) -> Iterator[Document]:
    for line in lines:
        if line.truncated or not _is_blank(line):
            yield Document(line.source, line.line, line.content.rstrip(b"\r\n"), line.truncated)


def _is_blank(line: Document) -> bool:
    return not line.content or line.content.isspace()


def _lines(name: str, stream: _Readable) -> Iterator[Document]:
    """Lines with their ends, numbered from 1; the last is marked where the stream breaks off."""
    number = 1
    held: list[bytes] = []
    try:
        while block := stream.read1(_BLOCK):
            *ended, rest = block.split(b"\n")
            for piece in ended:
                yield Document(name, number, b"".join([*held, piece, b"\n"]))
                held = []
                number += 1
            if rest:
                held.append(rest)
    except _BROKEN_STREAM:
        yield Document(name, number, b"".join(held), truncated=True)
        return
    if held:
        yield Document(name, number, b"".join(held))


def _of_snapshot(path: Path) -> Iterator[Document]:
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True)
    try:
        for row_id, deflated in connection.execute("SELECT id, deflated FROM raw ORDER BY id"):
            yield Document(path.name, row_id, zlib.decompress(deflated))
    except sqlite3.DatabaseError as error:
        raise SourceError(f"not a registry snapshot ({error})", where=str(path)) from None
    finally:
        connection.close()
