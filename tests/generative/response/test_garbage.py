"""100 MB of garbage: a clear error, in bounded memory, whatever the garbage is."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
SIZE = 100 * MEGABYTE
MEMORY_MB = 400
HEADER = b"patient_id,start_date\n"


def noise(block: int = MEGABYTE) -> Iterator[bytes]:
    source = random.Random(4)
    one = source.randbytes(block)
    while True:
        yield one


def texts(line: bytes) -> Iterator[bytes]:
    one = line * (MEGABYTE // len(line))
    while True:
        yield one


GARBAGE: dict[str, tuple[bytes, Callable[[], Iterator[bytes]], str]] = {
    "random bytes": (b"", noise, "binary"),
    "random bytes under the header": (HEADER, noise, "binary"),
    "one endless line": (b"", lambda: texts(b"x"), "a line of more than 1,000,000 bytes"),
    "an endless line of cells": (HEADER, lambda: texts(b"x,"), "a line of more than 1,000,000 bytes"),
    "a quotation that never ends": (
        HEADER + b'"',
        lambda: texts(b"P1,x\n"),
        "quotation marks that don't close",
    ),
    "rows of another width": (HEADER, lambda: texts(b"a,b,c,d,e\n"), "rows can't be read"),
    "rows without a readable cell": (HEADER, lambda: texts(b"P1,soon\n"), "rows can't be read"),
    "another delimiter": (b"patient_id;start_date\n", lambda: texts(b"P1;2024-01-01\n"), "semicolons"),
    "no header": (b"", lambda: texts(b"P1,2024-01-01\n"), "no header"),
    "another encoding": (HEADER, lambda: texts(b"M\xfcller,2024-01-01\n"), "not UTF-8"),
    "the start of a compressed file": (b"\x1f\x8b\x08\x00", noise, "damaged"),
    "the start of a Parquet file": (b"PAR1", noise, "damaged"),
}

READ = """
import re, sys
from pathlib import Path
from cimara.response.reading.schema import PATIENTS
from cimara.terms.table_files import TableError
from cimara.terms.tables import read_table
try:
    read_table(Path(sys.argv[1]), PATIENTS)
except TableError as error:
    print(error)
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(int(peak[1]) // 1024, file=sys.stderr)  # ru_maxrss would be that of the process that forked
"""


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_refused_in_bounded_memory(tmp_path: Path, kind: str) -> None:
    start, blocks, told = GARBAGE[kind]
    path = tmp_path / "patients.csv"
    with path.open("wb") as out:
        out.write(start)
        for block in blocks():
            out.write(block)
            if out.tell() >= SIZE:
                break
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True, timeout=300
    )
    path.unlink()
    assert told in done.stdout
    assert len(done.stdout) < 1_000
    assert int(done.stderr) < MEMORY_MB
