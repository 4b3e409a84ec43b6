"""ingest of registry records, against sqlite-utils insert and enable-fts on flattened records

Ours reads JSON lines as the registry has them, checks, ranks, reads eligibility, tumours, endpoints and
sites, and keeps each record whole. The peer gets the same records flattened beforehand, which isn't timed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.measure import Figure, Options, timed
from bench.synthetic import write_registry
from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.ingest.processes import MAX_PROCESSES
from cimara.trials.snapshot import Snapshot

GOAL_PER_SECOND = 5_000
GOAL_RATIO = 1.5
GOAL_MIB = 1_024
TEXT_COLUMNS = ("title", "conditions", "interventions", "keywords", "summary", "criteria", "outcomes")


def run(options: Options) -> Iterable[Figure]:
    """Build with and without the reading of criteria and outcomes, then let the peer insert and index."""
    source = options.work / f"ingest-{options.studies}.jsonl"
    write_registry(options.studies, source)
    flat = options.work / f"ingest-{options.studies}-flat.jsonl"
    whole = _build(source, options.work / "ingest.sqlite3", reading=True)
    stored = _build(source, options.work / "ingest.sqlite3", reading=False)
    _flatten(options.work / "ingest.sqlite3", flat)
    peer = options.studies / _sqlite_utils(flat, options.work / "peer.sqlite3")
    rates = [options.studies / found["seconds"] for found in (whole, stored)]
    yield Figure("ingest, everything read", rates[0], "studies/s", detail=_memory(whole))
    yield Figure(
        "ingest, nothing read yet",
        rates[1],
        "studies/s",
        GOAL_PER_SECOND,
        at_least=True,
        detail=_memory(stored),
    )
    yield Figure("memory of all processes", whole["mib"], "MiB", GOAL_MIB)
    yield Figure("sqlite-utils insert and enable-fts", peer, "records/s")
    yield Figure("ours, everything read / sqlite-utils", rates[0] / peer, "x", GOAL_RATIO, at_least=True)
    yield Figure("ours, nothing read yet / sqlite-utils", rates[1] / peer, "x", GOAL_RATIO, at_least=True)


def unread(criteria: str, *, title: str, conditions: Sequence[str]) -> CnsEligibility:
    """Leaves every criteria text unread, so that what remains is decoding, checking, indexing and storing."""
    return CnsEligibility(brm_policy=BrmPolicy.NOT_MENTIONED, lmd_policy=LmdPolicy.NOT_MENTIONED)


def _build(source: Path, out: Path, *, reading: bool) -> dict[str, float]:
    """Seconds and memory of a build in a process of its own."""
    words = [sys.executable, "-m", "bench.ingest", str(source), str(out), "read" if reading else "unread"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _memory(found: dict[str, float]) -> str:
    return f"parent {found['parent_mib']:,.0f} MiB, largest worker {found['worker_mib']:,.0f} MiB"


def _flatten(snapshot_path: Path, out: Path) -> None:
    """The snapshot's studies as flat records of strings and numbers."""
    with Snapshot.open(snapshot_path) as snapshot, out.open("w", encoding="utf-8") as file:
        for study in snapshot.studies():
            whole = snapshot.study(study.nct_id)
            flat: dict[str, Any] = {
                "nct_id": study.nct_id,
                "title": "\n".join(filter(None, (study.brief_title, study.official_title, study.acronym))),
                "status": study.overall_status,
                "phases": "|".join(study.phases),
                "sponsor": study.sponsor,
                "start": study.start,
                "last_updated": study.last_updated,
                "min_age_days": study.min_age_days,
                "max_age_days": study.max_age_days,
                "sex": study.sex,
                "conditions": "\n".join((*study.conditions, *study.mesh_terms)),
                "interventions": "\n".join(item.name for item in study.interventions),
                "keywords": "\n".join(study.keywords),
                "summary": whole.brief_summary,
                "criteria": study.criteria,
                "outcomes": "\n".join(item.measure for item in study.outcomes),
                "sites": json.dumps([(site.facility, site.city, site.country) for site in study.sites]),
                "raw": whole.raw.decode(),
            }
            file.write(json.dumps(flat) + "\n")


def _sqlite_utils(flat: Path, out: Path) -> float:
    """Seconds of the peer's two commands."""
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sqlite_utils"]
    insert = [*command, "insert", str(out), "studies", str(flat), "--nl", "--pk", "nct_id"]
    index = [*command, "enable-fts", str(out), "studies", *TEXT_COLUMNS]
    return sum(timed(_bound(words)) for words in (insert, index))


def _bound(words: list[str]) -> Callable[[], object]:
    return lambda: subprocess.run(words, check=True)  # noqa: S603 - our own words


def main() -> int:
    """One build; prints seconds and memory as JSON."""
    import os
    import resource

    from cimara.trials.build import IngestPolicy, build_snapshot

    source, out, how = sys.argv[1:]
    reader = unread if how == "unread" else None
    policy = IngestPolicy(endpoints=how == "read")
    seconds = timed(
        lambda: build_snapshot([source], out, built_at="2026-01-01", reader=reader, policy=policy)
    )
    parent, worker = (
        resource.getrusage(who).ru_maxrss / 1_024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    workers = min(os.cpu_count() or 1, MAX_PROCESSES)
    print(
        json.dumps(
            {"seconds": seconds, "parent_mib": parent, "worker_mib": worker, "mib": parent + workers * worker}
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
