"""The status of a job as people and portals are told it: read from a job's folder, handed to a portal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import plain_name, put_json
from cimara.federation.centre.status import STATUS
from cimara.federation.errors import Code, FederationError

Told = dict[str, Any]
"""What `status.json` holds (`status.Status`); of a job at a server, also "nvflare"."""


def status_of_folder(folder: Path) -> Told:
    """The status in a job's folder. Raises FederationError (OLD_ROUND) where none can be read."""
    try:
        found = json.loads((folder / STATUS).read_bytes())
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise FederationError(
            Code.OLD_ROUND, "the folder holds no job", where=folder.name or str(folder),
            hint=f"A job's folder holds {STATUS}; a kit holds startup/.",
        )  # fmt: skip
    return found


def put_for_portal(found: Told, folder: Path) -> None:
    """Write a status where a portal looks for it, and nothing else of the job; others may read it.

    Raises FederationError (BROKEN_MESSAGE) for a job whose name is no name of a folder.
    """
    path = folder / plain_name(str(found.get("job", "")), "the job") / STATUS
    put_json(path, found)
    path.chmod(0o644)
    path.parent.chmod(0o755)
