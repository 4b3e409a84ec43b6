"""Portals in places of their own, one of them with something in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.web.operations.places import Place, a_place

Another = Callable[[], Place]
StandingIn = Callable[[Place], AbstractContextManager[None]]


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Another]:
    """Makes an empty place."""
    with ExitStack() as places:
        count = iter(range(100))
        yield lambda: places.enter_context(a_place(tmp_path / f"place-{next(count)}"))


@pytest.fixture
def standing_in(settings: Any, django_db_blocker: Any) -> StandingIn:
    """This process becomes the portal of a place for a while, which is quicker than a process of its own."""

    @contextmanager
    def stand(place: Place) -> Iterator[None]:
        connection = connections["default"]
        before = connection.settings_dict["NAME"]
        settings.STUDY_STORE = place.store
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, var=place.folder)
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = place.database
            try:
                yield
            finally:
                connection.close()
                connection.settings_dict["NAME"] = before

    return stand


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A portal with a study, people, files and events. Tests that change it make one of their own."""
    with a_place(tmp_path_factory.mktemp("filled") / "var") as place:
        fill(place)
        yield place


@pytest.fixture(scope="session")
def backup(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    return back_up(filled, tmp_path_factory.mktemp("backups"))


@pytest.fixture(scope="session")
def full_backup(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it with the bytes of the study store."""
    return back_up(filled, tmp_path_factory.mktemp("full"), "--with-store")


def fill(place: Place) -> None:
    """Bring the database up to date and put something in."""
    for done in (place.cimara("migrate"), place.python("tests.web.operations.content", "make")):
        assert done.returncode == 0, done.stderr


def back_up(place: Place, folder: Path, *words: str) -> Path:
    """The file of a new backup."""
    done = place.cimara("backup", str(folder), *words)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())
