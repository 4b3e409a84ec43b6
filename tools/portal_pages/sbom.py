"""Everything of others that the portal runs on, as a CycloneDX list, from the locked requirements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

LOCKED = Path(__file__).parents[2] / "requirements" / "web.txt"
PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<rest>.*?)(?=^[\w.-]+==|\Z)", re.M | re.S)
DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def text() -> str:
    """The list as JSON; each file of a release that may be installed is there by its hash."""
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "cimara", "bom-ref": "cimara"}},
        "components": list(components(LOCKED.read_text(encoding="utf-8"))),
    }
    return json.dumps(told, indent=1) + "\n"


def components(locked: str) -> Iterator[dict[str, object]]:
    """One component a pinned line."""
    for one in PINNED.finditer(locked):
        name, version = one["name"], one["version"]
        yield {
            "type": "library",
            "bom-ref": f"{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in DIGEST.findall(one["rest"])],
        }
