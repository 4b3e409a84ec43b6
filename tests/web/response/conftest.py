"""Each test begins as the first of its network."""

from __future__ import annotations

import pytest
from django.core.cache import caches


@pytest.fixture(autouse=True)
def no_limits_yet() -> None:
    caches["limits"].clear()
