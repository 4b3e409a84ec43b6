"""Trials made for tests of the search, with policies written plainly into their criteria."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.build import build_snapshot
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.registry.records import MISSING, record, updated, write_lines

ATHENS = {"lat": 37.98, "lon": 23.73}
THESSALONIKI = {"lat": 40.64, "lon": 22.93}
PARIS = {"lat": 48.85, "lon": 2.35}

_POLICY = re.compile(r"(brm|lmd)=(\w+)")


def plain_reader(criteria: str, *, title: str, conditions: Sequence[str]) -> CnsEligibility:
    """Reads `brm=required` and `lmd=allowed` out of a criteria text."""
    found = dict(_POLICY.findall(criteria))
    return CnsEligibility(
        brm_policy=BrmPolicy(found.get("brm", "not_mentioned")),
        lmd_policy=LmdPolicy(found.get("lmd", "not_mentioned")),
        reader_version="plain",
        rules_hash="plain",
    )


def site(
    city: str = "Athens",
    country: str = "Greece",
    point: dict[str, float] | None = None,
    status: str | None = None,
    facility: str = "Hospital",
) -> dict[str, Any]:
    """One entry of the locations."""
    made: dict[str, Any] = {"facility": facility, "city": city, "country": country}
    if point:
        made["geoPoint"] = point
    if status:
        made["status"] = status
    return made


def country_only(country: str) -> dict[str, Any]:
    """A site of which the registry tells the country alone."""
    return {"country": country}


def trial(
    number: int,
    title: str,
    *,
    conditions: Sequence[str] = ("Melanoma",),
    drug: str = "Drug A",
    brm: str = "not_mentioned",
    lmd: str = "not_mentioned",
    status: str = "RECRUITING",
    day: str | None = "2026-01-01",
    posted: str | None = "2025-01-01",
    phases: Sequence[str] = ("PHASE2",),
    sites: Sequence[dict[str, Any]] = (),
    criteria: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A registry record with a few words of its own."""
    return record(
        f"NCT{number:08d}",
        identification__briefTitle=title,
        identification__officialTitle=MISSING,
        identification__acronym=MISSING,
        conditions__conditions=list(conditions),
        conditions__keywords=MISSING,
        armsInterventions__interventions=[{"type": "DRUG", "name": drug}],
        outcomes__primaryOutcomes=MISSING,
        description__briefSummary=MISSING,
        description__detailedDescription=MISSING,
        design__phases=list(phases),
        status__overallStatus=status,
        status__lastUpdatePostDateStruct=updated(day) if day else MISSING,
        status__studyFirstPostDateStruct=updated(posted) if posted else MISSING,
        eligibility__eligibilityCriteria=f"Inclusion Criteria: brm={brm} lmd={lmd} {criteria}",
        contactsLocations__locations=list(sites),
        derivedSection={},
        **{"eligibility__sex": "ALL", **more},
    )


def snapshot_of(folder: Path, records: Iterable[dict[str, Any]]) -> Snapshot:
    """A snapshot of made trials, opened."""
    source = write_lines(folder / "trials.jsonl", list(records))
    out = folder / "trials.sqlite3"
    build_snapshot([source], out, built_at="2026-03-01", reader=plain_reader)
    return Snapshot.open(out)


def found(snapshot: Snapshot, **asked: Any) -> list[int]:
    """Numbers of the trials that a query finds, in order."""
    from cimara.trials.search import Query

    return [int(hit.nct_id[3:]) for hit in snapshot.search(Query(**asked)).hits]
