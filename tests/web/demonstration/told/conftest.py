"""The demonstration, told once for all tests of this folder; what a test changes is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from cimara_web.demonstration.story import tell
from tests.web.demonstration.telling import NOW


@pytest.fixture(scope="package")
def told(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The whole story, but for what most sites sent."""
    store = tmp_path_factory.mktemp("store")
    folders = {"STUDY_STORE": store, "FEDERATION_JOBS": store / "jobs"}
    with django_db_blocker.unblock(), override_settings(**folders), transaction.atomic():
        tell(NOW, lambda words: None, short=True)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def story(told: None, db: None, settings: Any) -> Any:
    """The told story, and a portal that knows of it."""
    settings.DEMONSTRATION = True
    return settings
