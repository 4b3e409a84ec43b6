"""Folders in memory: jobs write to the disk at every step, which a test need not wait for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cimara.federation.transport.local import MEMORY
from tests.federated.engine.small_job import House


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture
def house(folder: Path) -> House:
    return House(folder)
