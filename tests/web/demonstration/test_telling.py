"""The story is the same each time, can be broken off and told on, and is told into an empty database only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from cimara_web.audit.models import AuditEvent
from cimara_web.demonstration import office_days, study_sites, study_start
from cimara_web.demonstration.chapters import play_what_is_left, played
from cimara_web.demonstration.known import holds_demonstration, is_empty, look
from cimara_web.demonstration.scenes import chapters_of
from cimara_web.demonstration.story import OPENING, begin, chapters, progress
from cimara_web.demonstration.world import World
from cimara_web.management.commands import demo
from tests.web import people
from tests.web.demonstration.dump import normalised_hash
from tests.web.demonstration.telling import NOW

SCENES = (*study_start.SCENES, *study_sites.SCENES, *office_days.SCENES)
WITHOUT_DATA = (*OPENING, *chapters_of("studies", SCENES, (200, 100)))


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def play(upto: int | None = None) -> None:
    world = World(NOW, sites_with_data=0, patients_a_site=0)
    world.__dict__["exports"] = {}
    play_what_is_left(WITHOUT_DATA[:upto], world, NOW, lambda words: None)


@pytest.mark.django_db
def test_it_is_the_same_each_time_and_when_it_was_broken_off(settings: Any, tmp_path: Path) -> None:
    settings.STUDY_STORE = tmp_path
    with undone():
        play()
        at_once = normalised_hash()
    play(4)
    play()
    assert normalised_hash() == at_once


def test_what_is_short_has_the_chapters_of_the_whole() -> None:
    whole, short = ([one.name for one in chapters(short=is_short)] for is_short in (False, True))
    assert len(set(whole)) == len(whole) > len(short)


@pytest.mark.django_db
def test_an_empty_database_is_begun(db: None) -> None:
    assert is_empty()
    demo.prepare_consortium()
    assert holds_demonstration()
    assert not is_empty()
    assert progress().played == 1
    assert not progress().is_whole


@pytest.mark.django_db
def test_what_is_there_already_is_left_as_it_is() -> None:
    begin(NOW)
    events = AuditEvent.objects.count()
    demo.prepare_consortium()
    assert AuditEvent.objects.count() == events


@pytest.mark.django_db
def test_a_database_of_somebody_else_is_refused() -> None:
    people.account()
    with pytest.raises(CommandError, match="holds a consortium already"):
        demo.prepare_consortium()
    assert not played()


@pytest.mark.django_db
def test_a_server_looks_once_whether_it_serves_a_demonstration(settings: Any) -> None:
    look()
    assert settings.DEMONSTRATION is False
    begin(NOW)
    look()
    assert settings.DEMONSTRATION is True


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """What runs beside the portal, by name; nothing is served."""
    started: list[str] = []

    @contextmanager
    def run(name: str) -> Iterator[None]:
        started.append(name)
        yield

    for name in ("ticking", "making", "filling"):
        monkeypatch.setattr(demo, name, lambda *_, name=name: run(name))
    monkeypatch.setattr(demo, "serve", lambda *_, **__: started.append("serve"))
    monkeypatch.setattr(demo, "refuse_unsafe", lambda place: None)
    monkeypatch.setenv("CIMARA_ADDRESS", "http://127.0.0.1:8000/")
    return started


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("flags", "runs"),
    [
        ((), ["ticking", "making", "filling", "serve"]),
        (("--without-study",), ["ticking", "filling", "serve"]),
        (("--without-study", "--without-consortium"), ["ticking", "serve"]),
    ],
)
def test_parts_can_be_left_out(beside: list[str], flags: tuple[str, ...], runs: list[str]) -> None:
    call_command("demo", *flags)
    assert beside == runs
    assert holds_demonstration() is ("filling" in runs)
