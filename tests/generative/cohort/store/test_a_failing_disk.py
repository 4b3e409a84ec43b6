"""A disk that fails at any call leaves the store as before or as after, and the next submission works."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.store import Store
from tests.unit.cohort.store.small import CLEAN, NOW, REPORT, SITE, STUDY, WHO, patients

CALLS = ("open", "write", "fsync", "replace", "ftruncate")
ORDER: dict[str, Any] = {"author": "curator-3", "now": NOW, "reason": "consent was taken back"}
ACTS: dict[str, Callable[[Store], object]] = {
    "submit": lambda store: store.submit(patients(4), CLEAN, REPORT, **WHO),
    "restore": lambda store: store.restore(STUDY, SITE, 1, **ORDER),
    "withdraw": lambda store: store.withdraw(STUDY, SITE, f"{SITE}-P0001", **ORDER),
}


HARMLESS = {False: 6, True: 7}
"""The last six calls note which line is last, when it stands. A line that was written, and can neither be
flushed nor taken back, stands, too."""


class FailingSystem:
    """The `os` of the store, whose n-th writing call fails; a write that fails has written half."""

    def __init__(self, fail_at: int, *, for_ever: bool) -> None:
        self.calls, self.fail_at, self.for_ever = 0, fail_at, for_ever

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._watched(name, real) if name in CALLS else real

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.fail_at or (self.for_ever and self.calls > self.fail_at):
                if name == "write":
                    real(args[0], args[1][: len(args[1]) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **kwargs)

        return call


def outcome(act: str, store: Store) -> str:
    """What the error says; nothing where it went through."""
    try:
        ACTS[act](store)
    except StoreError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "store"
    for number in (2, 3):
        Store(str(folder)).submit(patients(number), CLEAN, REPORT, **WHO)
    return folder


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "from-then-on"])
@pytest.mark.parametrize("act", ACTS)
def test_a_call_that_fails_leaves_before_or_after(
    act: str, for_ever: bool, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # guards against a power cut; slow on a busy disk
    whole = Store(str(shutil.copytree(filled, tmp_path / "whole")))
    ACTS[act](whole)
    before, after = (whole.version(STUDY, SITE, number) for number in (2, 3))
    ended_before = 0
    for fail_at in count(1):
        store = Store(str(shutil.copytree(filled, tmp_path / f"{fail_at}")))
        system = FailingSystem(fail_at, for_ever=for_ever)
        with monkeypatch.context() as patched:
            patched.setattr("cimara.cohort.store.folder.os", system)
            said = outcome(act, store)
        assert "No space left" in said or not said
        current = store.version(STUDY, SITE)
        assert current.content_hash == (before if current.number == before.number else after).content_hash
        assert said or current.number == after.number
        ended_before += current.number == before.number
        assert store.check(STUDY).problems == ()
        assert store.submit(patients(5), CLEAN, REPORT, **WHO).version == current.number + 1
        if system.calls < fail_at:
            break
    assert ended_before == fail_at - 1 - HARMLESS[for_ever]
