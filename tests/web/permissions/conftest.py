"""The small world of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.walk import stage
from tests.web.world import World


@pytest.fixture
def w(db: None, tmp_path: Path) -> Iterator[World]:
    """A thing of every kind in every state, and somebody of every role; nothing is later than that."""
    with stage(tmp_path / "store") as made:
        yield made
