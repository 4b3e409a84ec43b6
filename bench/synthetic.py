"""Registry files of any size: real records drawn again and again, each time under a new number.

    python -m bench.synthetic STUDIES OUT.jsonl [--from studies_v2.jsonl.gz]

The shape of the records is real, and so are their words; only the registry numbers are made up.
"""

from __future__ import annotations

import gzip
import random
import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "trials" / "studies_v2.jsonl.gz"
SEED = 20_250_101
FIRST_NUMBER = 20_000_000
BUFFER_BYTES = 1 << 22

_OWN_NUMBER = re.compile(rb'"nctId":\s*"(NCT\d{8})"')


def base_records(source: Path = SHARED) -> list[tuple[bytes, bytes]]:
    """Each record of a JSONL file with the registry number that it bears."""
    opener = gzip.open if source.suffix == ".gz" else open
    with opener(source, "rb") as lines:
        found = ((_OWN_NUMBER.search(line), line.rstrip(b"\n")) for line in lines)
        return [(number[1], line) for number, line in found if number]


def drawn(n: int, records: list[tuple[bytes, bytes]], *, seed: int = SEED) -> Iterator[bytes]:
    """`n` records drawn with replacement; the same ones for the same seed. Each has a number of its own."""
    draw = random.Random(seed)
    for place in range(n):
        number, line = draw.choice(records)
        yield line.replace(number, b"NCT%08d" % (FIRST_NUMBER + place))


def write_registry(n: int, out: Path, source: Path = SHARED) -> int:
    """Write `n` records as JSONL; returns the bytes written."""
    records = base_records(source)
    with out.open("wb", buffering=BUFFER_BYTES) as file:
        for line in drawn(n, records):
            file.write(line + b"\n")
    return out.stat().st_size


def main() -> int:
    parser = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("studies", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="source", type=Path, default=SHARED)
    args = parser.parse_args()
    size = write_registry(args.studies, args.out, args.source)
    print(f"{args.studies:,} studies, {size / 1e6:,.0f} MB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
