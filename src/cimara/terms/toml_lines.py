"""Where each key of a TOML text stands, which the standard library's reader does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADER = re.compile(r"\s*\[(\[)?\s*([A-Za-z0-9_.-]+)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_LONG_QUOTES = ('"""', "'''")

KeyPath = tuple[str | int, ...]


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line (from 1) of each table header and each key, by its path, such as ("event", 0, "fact")."""
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counted: dict[str, int] = {}
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if inside:
            inside = "" if inside in line else inside
            continue
        if header := _HEADER.match(line):
            name = header[2]
            table = (name,)
            if header[1]:
                counted[name] = counted.get(name, -1) + 1
                table = (name, counted[name])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
            inside = next((mark for mark in _LONG_QUOTES if line.count(mark) % 2), "")
    return found


def parted_lines(text: str) -> dict[KeyPath, int]:
    """As `key_lines`, with the parts of a table's name apart: ("endpoints", "os", "use")."""
    return {tuple(_parts(path)): line for path, line in key_lines(text).items()}


def _parts(path: KeyPath) -> Iterator[str | int]:
    for part in path:
        yield from part.split(".") if isinstance(part, str) else (part,)


def line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int:
    """Line of the key, or of the nearest table around it; 0 where nothing is known."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0
