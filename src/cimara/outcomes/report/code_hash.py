"""The hash of the code that makes a report: every source file of this package's outcomes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import cimara

PARTS = ("outcomes", "terms", "__init__.py")
SUFFIXES = (".py", ".toml", ".css")


@cache
def code_hash(parts: tuple[str, ...] = PARTS) -> str:
    """SHA-256 over names and contents of the files of some parts of the package, in the order of names."""
    root = Path(cimara.__file__).parent
    digest = hashlib.sha256()
    files = [
        path
        for part in parts
        for path in ([root / part] if (root / part).is_file() else (root / part).rglob("*"))
        if path.suffix in SUFFIXES
    ]
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
