"""Where a report came from: inputs, versions, machine and time; the only part of it that holds a time."""

from __future__ import annotations

import datetime as dt
import os
import platform
import resource
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
import scipy  # type: ignore[import-untyped]

import cimara
from cimara.outcomes.report.page import Hashes


@dataclass(frozen=True, slots=True)
class Revision:
    """The revision of the source tree, None outside of one, and whether files differ from it."""

    commit: str | None
    dirty: bool | None


def provenance(hashes: Hashes, *, seed: int, started: dt.datetime, ended: dt.datetime) -> dict[str, object]:
    """Everything but the results, ready for JSON."""
    revision = source_revision()
    return {
        "schema": "cimara-provenance/1",
        "plan": hashes.plan,
        "data": dict(hashes.data),
        "endpoints": dict(hashes.endpoints),
        "code": hashes.code,
        "cimara": {"version": hashes.version, "revision": revision.commit, "dirty": revision.dirty},
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "polars": pl.__version__,
        "blas": _blas(),
        "numba": find_spec("numba") is not None,
        "threads": {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS")}
        | {"cpus": os.cpu_count()},
        "seed": seed,
        "started": started.isoformat(timespec="seconds"),
        "ended": ended.isoformat(timespec="seconds"),
        "peak_memory_mb": round(_peak_megabytes(), 1),
    }


def source_revision() -> Revision:
    """The revision that the package was run from."""
    root = Path(cimara.__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return Revision(None, None)
    commit, status = (_git(root, *words) for words in (("rev-parse", "HEAD"), ("status", "--porcelain")))
    return Revision(commit or None, None if status is None else bool(status))


def _git(root: Path, *words: str) -> str | None:
    command = ["git", "-C", str(root), *words]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()


def _blas() -> str:
    known = np.show_config(mode="dicts")
    found = known.get("Build Dependencies", {}).get("blas", {}) if isinstance(known, dict) else {}
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
