"""The real registry records for tests, read once."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache

from tests.shared_data import shared_data


@dataclass(frozen=True)
class Record:
    """What the reader is given of one record."""

    criteria: str
    title: str
    conditions: tuple[str, ...]


@cache
def registry_records() -> dict[str, Record]:
    """All 1,536 records by registry number; skips where the shared folder is absent."""
    records = {}
    with gzip.open(shared_data("trials/studies_v2.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            section = json.loads(line)["protocolSection"]
            names = section["identificationModule"]
            records[names["nctId"]] = Record(
                criteria=section["eligibilityModule"]["eligibilityCriteria"],
                title=" ".join(filter(None, (names["briefTitle"], names.get("officialTitle")))),
                conditions=tuple(section["conditionsModule"]["conditions"]),
            )
    return records
