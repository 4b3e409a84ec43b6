"""What a scan says: hits by column and rule with counts, and what it looked for; never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class HitKind(StrEnum):
    """A hard hit refuses the data; a soft hit needs a person's word that it is none."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One column that met one rule: how many cells, why it matters, what mends it."""

    kind: HitKind
    rule: str
    table: str
    column: str
    count: int
    message: str
    hint: str

    def __str__(self) -> str:
        where = f"{self.table} column {self.column}" if self.column else self.table
        return f"{where}: {self.message} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for. `hipaa` gives the letters of 45 CFR 164.514(b)(2)(i)."""

    id: str
    kind: HitKind
    hipaa: str
    looks_for: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierReport:
    """Hits of a scan, and what was looked at and for, also where nothing was found."""

    hits: tuple[Hit, ...]
    looked_for: tuple[Rule, ...]
    tables: tuple[tuple[str, int, int], ...]
    """Name, rows and columns of each table looked at."""

    @property
    def hard(self) -> tuple[Hit, ...]:
        """Hits that refuse the data."""
        return tuple(hit for hit in self.hits if hit.kind is HitKind.HARD)

    @property
    def soft(self) -> tuple[Hit, ...]:
        """Hits that a person has to judge."""
        return tuple(hit for hit in self.hits if hit.kind is HitKind.SOFT)

    @property
    def refused(self) -> bool:
        """Whether the data may not leave the site."""
        return bool(self.hard)

    @property
    def clean(self) -> bool:
        """Whether nothing at all was found."""
        return not self.hits

    @property
    def cells(self) -> int:
        """Cells that were looked at."""
        return sum(rows * columns for _, rows, columns in self.tables)

    def as_json(self, accepted: str = "") -> Mapping[str, object]:
        """The report for machines; `accepted` is the reason that a person gave for its soft hits."""
        return {
            "refused": self.refused,
            "accepted": accepted,
            "cells": self.cells,
            "tables": [{"table": name, "rows": rows, "columns": n} for name, rows, n in self.tables],
            "hits": [
                {
                    "kind": str(hit.kind),
                    "rule": hit.rule,
                    "table": hit.table,
                    "column": hit.column,
                    "count": hit.count,
                    "message": hit.message,
                    "hint": hit.hint,
                }
                for hit in self.hits
            ],
            "looked_for": [
                {
                    "rule": rule.id,
                    "kind": str(rule.kind),
                    "hipaa": rule.hipaa,
                    "looks_for": rule.looks_for,
                }
                for rule in self.looked_for
            ],
        }


def counted(count: int, word: str) -> str:
    """`1 cell`, `1,200 cells`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
