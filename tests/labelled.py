"""The committed label files, for tests."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LABELS = Path(__file__).parent / "labels"


@dataclass(frozen=True)
class Phrase:
    """An invented criteria text with the policies and fields that the rules give it."""

    id: str
    criteria: str
    title: str
    conditions: tuple[str, ...]
    labels: dict[str, str]


@cache
def phrases() -> tuple[Phrase, ...]:
    """The 150 invented criteria texts of `labels/cns_phrases.csv`."""
    with (LABELS / "cns_phrases.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Phrase(
                id=row["id"],
                criteria=row["criteria"].replace("\\n", "\n"),
                title=row["title"],
                conditions=tuple(row["conditions"].split("|")),
                labels=row,
            )
            for row in csv.DictReader(file)
        )
