"""Registry records made for tests: small, whole, and changed one field at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.build import BuildReport, build_snapshot
from cimara.trials.eligibility.model import CnsEligibility, Confidence, Evidence
from cimara.trials.ingest.report import IngestPolicy
from cimara.trials.snapshot import Snapshot

BUILT_AT = "2026-03-01T12:00:00+00:00"
CRITERIA = (
    "Inclusion Criteria:\n\n* Adults with stable brain metastases\n\nExclusion Criteria:\n\n* Pregnancy"
)

_RECORD: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT00000001",
            "briefTitle": "Brain radiotherapy with drug A",
            "officialTitle": "A phase 2 study of brain radiotherapy with drug A",
            "acronym": "BRAINA",
        },
        "statusModule": {
            "overallStatus": "RECRUITING",
            "startDateStruct": {"date": "2024-05-01"},
            "completionDateStruct": {"date": "2028-05-01"},
            "studyFirstPostDateStruct": {"date": "2024-04-02"},
            "lastUpdatePostDateStruct": {"date": "2026-02-01"},
        },
        "sponsorCollaboratorsModule": {
            "leadSponsor": {"name": "Example Hospital", "class": "OTHER"},
            "collaborators": [{"name": "Example Company", "class": "INDUSTRY"}],
        },
        "descriptionModule": {
            "briefSummary": "Drug A beside radiotherapy.",
            "detailedDescription": "In two arms.",
        },
        "conditionsModule": {"conditions": ["Breast Cancer"], "keywords": ["SRS"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "enrollmentInfo": {"count": 40},
        },
        "armsInterventionsModule": {
            "interventions": [{"type": "DRUG", "name": "Drug A", "otherNames": ["A-1"]}]
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": "Intracranial response", "timeFrame": "24 weeks"}]
        },
        "eligibilityModule": {
            "eligibilityCriteria": CRITERIA,
            "sex": "FEMALE",
            "minimumAge": "18 Years",
            "healthyVolunteers": False,
        },
        "contactsLocationsModule": {
            "locations": [
                {
                    "facility": "Example Hospital",
                    "city": "Athens",
                    "country": "Greece",
                    "status": "RECRUITING",
                    "geoPoint": {"lat": 37.98, "lon": 23.73},
                }
            ]
        },
    },
    "derivedSection": {
        "miscInfoModule": {"versionHolder": "2026-02-10"},
        "conditionBrowseModule": {"meshes": [{"id": "D001943", "term": "Breast Neoplasms"}]},
    },
}

MISSING = object()


def record(nct_id: str = "NCT00000001", **changes: Any) -> dict[str, Any]:
    """An API v2 record. `status__overallStatus="COMPLETED"` sets a field of a module; MISSING drops it."""
    made = copy.deepcopy(_RECORD)
    sections = made["protocolSection"]
    sections["identificationModule"]["nctId"] = nct_id
    for name, value in changes.items():
        module, _, field = name.partition("__")
        holder = made if not field else sections.setdefault(f"{module}Module", {})
        key = field or module
        if value is MISSING:
            holder.pop(key, None)
        else:
            holder[key] = value
    return made


def raw(made: Any) -> bytes:
    """A record as the bytes of one JSON line."""
    return json.dumps(made, ensure_ascii=False).encode()


def updated(day: str) -> dict[str, str]:
    """The module field that holds the day of the last update."""
    return {"date": day}


def write_lines(path: Path, records: Sequence[Any]) -> Path:
    """A file of JSON lines."""
    path.write_bytes(b"".join(raw(one) + b"\n" for one in records))
    return path


def quick_reader(criteria: str, *, title: str, conditions: Sequence[str]) -> CnsEligibility:
    """A reader for tests of the registry: finds the words "brain metastases" and nothing else."""
    words = "brain metastases"
    start = criteria.find(words)
    if start < 0:
        return CnsEligibility(
            brm_policy=BrmPolicy.NOT_MENTIONED,
            lmd_policy=LmdPolicy.NOT_MENTIONED,
            reader_version="quick",
            rules_hash="rules",
        )
    found = Evidence(
        field="brm_policy", start=start, end=start + len(words), quote=words, rule_id="Q1", cohort=None
    )
    return CnsEligibility(
        brm_policy=BrmPolicy.STABLE_ONLY,
        lmd_policy=LmdPolicy.NOT_MENTIONED,
        evidence=(found,),
        confidence=Confidence.MEDIUM,
        reader_version="quick",
        rules_hash="rules",
    )


def build(
    sources: Sequence[Path], out: Path, *, strict: bool = False, endpoints: bool = True, **more: Any
) -> BuildReport:
    """A snapshot built with the quick reader."""
    policy = IngestPolicy(strict=strict, endpoints=endpoints)
    return build_snapshot(sources, out, policy=policy, built_at=BUILT_AT, reader=quick_reader, **more)


def built(folder: Path, records: Sequence[Any], name: str = "registry") -> Snapshot:
    """A snapshot of some records, opened."""
    source = write_lines(folder / f"{name}.jsonl", records)
    build([source], folder / f"{name}.sqlite3")
    return Snapshot.open(folder / f"{name}.sqlite3")
