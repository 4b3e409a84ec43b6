"""Killed at 50 random moments, a submission is stored whole or not at all, and the next one goes through."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cimara.cohort.store.store import Store
from tests.generative.cohort.store.killed_writers import Workshop, workshop
from tests.many import examples
from tests.unit.cohort.store.small import CLEAN, REPORT, SITE, STUDY, WHO, patients

KILLS = {"submit": examples(15, 50), "restore": examples(8, 50), "withdraw": examples(8, 50)}
LONGEST_DELAY = 0.004


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with workshop() as made:
        yield made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "store"
    for count in (2, 3):
        Store(str(folder)).submit(patients(count), CLEAN, REPORT, **WHO)
    return folder


@pytest.mark.parametrize("act", KILLS)
def test_a_writer_killed_at_any_moment_leaves_before_or_after(
    act: str, shop: Workshop, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # of this process; a killed one needs none
    events = shop.act(act, shutil.copytree(filled, tmp_path / "whole")).events
    whole = Store(str(tmp_path / "whole"))
    expected = {one.number: one.content_hash for one in whole.versions(STUDY)[-2:]}
    chance = random.Random(20260301)
    kills = tries = 0
    ends: set[int] = set()
    while kills < KILLS[act]:
        tries += 1
        assert tries < 4 * KILLS[act], "too many writers were done before they were killed"
        folder = shutil.copytree(filled, tmp_path / f"{tries}")
        killed = shop.act(
            act,
            folder,
            event=chance.randint(1, events),
            half=chance.random() < 0.5,
            delay=chance.choice([0.0, 0.0, chance.uniform(0.0001, LONGEST_DELAY)]),
        ).killed
        store = Store(str(folder))
        current = store.version(STUDY, SITE)
        assert expected[current.number] == current.content_hash
        assert killed or current.number == 3
        assert store.check(STUDY).problems == ()
        assert store.submit(patients(5), CLEAN, REPORT, **WHO).version == current.number + 1
        assert store.check(STUDY).problems == ()
        assert store.read(STUDY, SITE, current.number).frame("Site").height == 1
        kills += killed
        ends.add(current.number)
        shutil.rmtree(folder)
    assert ends == {2, 3}
