"""Folders in memory, and three sites that are brought files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cimara.federation.transport.local import MEMORY
from tests.federated.filedrop.carried import Carried


@pytest.fixture
def carried() -> Iterator[Carried]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Carried(Path(name))
