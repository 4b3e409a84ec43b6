"""Where the real data for calibration lies; it is never committed."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """The path of a shared data file; skips the test plainly where the folder is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared data not here: {name}")
    return path
