"""What a backup says of itself: when, of what software, the heads, the rows of each table, the hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cimara_web.audit.queries import Head
from cimara_web.backing_up.errors import BackupError

FORMAT = "cimara-backup-1"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The SHA-256 of a file as 64 hex digits, and its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What the copied database holds: the audit head, the last migration of each app, rows by table."""

    head: Head
    migrations: Mapping[str, str]
    tables: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that a restore checks. `files` are in the tar; `store` lists the study store by hash."""

    backup: UUID
    made_at: datetime
    software: str
    database: str
    registry: str
    contents: Contents
    files: Mapping[str, FileFacts]
    store: Mapping[str, FileFacts]

    def text(self) -> str:
        """As JSON, keys sorted, so that two manifests can be compared by eye."""
        told = asdict(self) | {"format": FORMAT}
        told |= {"backup": str(self.backup), "made_at": self.made_at.isoformat()}
        return json.dumps(told, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, text: bytes) -> Manifest:
        """The manifest of a backup.

        Raises
        ------
        BackupError
            When it is none that this version can read.
        """
        try:
            told = json.loads(text)
            if told["format"] != FORMAT:
                raise BackupError(
                    "this backup is of a kind that this version can't read", expected=f"format {FORMAT}"
                )
            return cls(
                backup=UUID(told["backup"]),
                made_at=datetime.fromisoformat(told["made_at"]),
                software=told["software"],
                database=told["database"],
                registry=told["registry"],
                contents=_contents(told["contents"]),
                files=_files(told["files"]),
                store=_files(told["store"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupError("the manifest of this file can't be read, so it is no sound backup") from None


def _contents(told: dict[str, Any]) -> Contents:
    return Contents(Head(**told["head"]), dict(told["migrations"]), dict(told["tables"]))


def _files(told: dict[str, Any]) -> dict[str, FileFacts]:
    return {name: FileFacts(**facts) for name, facts in told.items()}
