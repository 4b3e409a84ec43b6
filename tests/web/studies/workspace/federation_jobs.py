"""Job folders of a federated study, as the coordinating centre writes them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

HASH = "d" * 64
"""Of the study file of these tests."""


def status(**fields: Any) -> dict[str, Any]:
    """What `status.json` says; a running job of one analysis and no site unless told otherwise."""
    return {
        "job": "0042",
        "study": "demo-brm",
        "study_hash": HASH,
        "state": "round",
        "analyses": [{"id": "A1", "state": "round", "step": 3, "code": "", "words": ""}],
        "sites": [],
        "done": 3,
        "planned": 8,
        "started": "2026-11-20T11:00:00+00:00",
        **fields,
    }


def site_status(code: str, **fields: Any) -> dict[str, Any]:
    """What a job says of a site."""
    return {
        "id": code,
        "last_seen": "2026-11-20T11:58:00+00:00",
        "step": 2,
        "waiting": "",
        "seconds": 1.5,
        "bytes": 9000,
        **fields,
    }


def put_job(folder: Path, name: str, content: dict[str, Any] | bytes, *, age: int = 0) -> Path:
    """A job folder, changed so many seconds ago."""
    made = folder / name
    made.mkdir(parents=True)
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    (made / "status.json").write_bytes(raw)
    os.utime(made, (1_800_000_000 - age,) * 2)
    return made
