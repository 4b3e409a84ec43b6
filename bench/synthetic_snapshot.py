"""A snapshot of any size in the real schema, each drawn record read once: only the search is on trial.

    python -m bench.synthetic_snapshot STUDIES OUT.sqlite3

Every table holds what a build of the same records would hold, but for the raw records, which keep the
numbers they were drawn from.
"""

from __future__ import annotations

import random
import sys
import zlib
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.synthetic import FIRST_NUMBER, SEED, SHARED, base_records
from cimara import __version__
from cimara.terms.registry import OverallStatus
from cimara.terms.tumour import tumours
from cimara.trials.content_hash import SCHEMA_VERSION
from cimara.trials.facets import date_number
from cimara.trials.gazetteer import gazetteer
from cimara.trials.importers import read_study
from cimara.trials.ingest.readers import read_all
from cimara.trials.ingest.rows import Row, add_rows, facet_row
from cimara.trials.ingest.writer import SnapshotWriter
from cimara.trials.study import SourceForm

CHUNK = 2_000
_RANKED = (
    OverallStatus.RECRUITING,
    OverallStatus.NOT_YET_RECRUITING,
    OverallStatus.ENROLLING_BY_INVITATION,
)
_WITHOUT_ID = frozenset({"alias", "issue"})


@dataclass(frozen=True)
class Base:
    """One real record as rows of id 0, with what ranks it."""

    number: str
    rank: int
    updated: int
    rows: dict[str, list[Row]]


def read_base(source: Path = SHARED) -> list[Base]:
    """Every real record, read once."""
    order = tuple(tumours())
    found = []
    for number, line in base_records(source):
        study, _ = read_study(SourceForm.API_V2, line)
        reading = read_all(study)
        rows: dict[str, list[Row]] = defaultdict(list)
        add_rows(rows, 0, reading)
        rows["facet"].append(facet_row(0, reading, order))
        rows["raw"].append((0, zlib.compress(line, 1), b""))
        status = study.overall_status
        rank = _RANKED.index(status) if status in _RANKED else len(_RANKED)
        found.append(Base(number.decode(), rank, date_number(study.last_updated) or 0, dict(rows)))
    return found


def write_snapshot(n: int, out: Path, bases: list[Base]) -> None:
    """Write a snapshot of `n` drawn studies in static-rank order."""
    draw = random.Random(SEED)
    picked = [(draw.randrange(len(bases)), FIRST_NUMBER + place) for place in range(n)]
    picked.sort(key=lambda pick: (bases[pick[0]].rank, -bases[pick[0]].updated, pick[1]))
    with SnapshotWriter(out) as writer:
        writer.add({"tumour": list(enumerate(tumours()))})
        for start in range(0, n, CHUNK):
            writer.add(_rows(start, picked[start : start + CHUNK], bases))
            if start % 50_000 == 0:
                print(f"  {start:,} of {n:,} studies", file=sys.stderr)
        writer.finish()
        writer.add_meta(
            schema_version=SCHEMA_VERSION,
            built_by=f"cimara {__version__}",
            built_at="",
            data_date="",
            data_date_basis="unknown",
            sources="[]",
            attribution="synthetic",
            n_studies=n,
            reader_version="",
            rules_hash="",
            gazetteer_version=gazetteer().version,
            content_hash=f"synthetic-{n}-{SEED}",
            starter=0,
            sync="",
        )
        writer.commit()


def _rows(start: int, picks: list[tuple[int, int]], bases: list[Base]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row_id, (place, number) in enumerate(picks, start + 1):
        base = bases[place]
        for table, found in base.rows.items():
            if table not in _WITHOUT_ID:
                rows[table].extend(_renumbered(table, found, row_id, base.number, f"NCT{number:08d}"))
    return rows


def _renumbered(table: str, found: list[Row], row_id: int, old: str, new: str) -> Iterator[Row]:
    if table == "study":
        return ((row_id, new, *row[2:]) for row in found)
    if table == "card":
        return ((row_id, bytes(row[1]).replace(old.encode(), new.encode())) for row in found)  # type: ignore[call-overload]
    return ((row_id, *row[1:]) for row in found)


def main() -> int:
    parser = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("studies", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="source", type=Path, default=SHARED)
    args = parser.parse_args()
    write_snapshot(args.studies, args.out, read_base(args.source))
    print(f"{args.out.stat().st_size / 1e6:,.0f} MB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
