"""`kill -9` at random moments of uploads: what was acknowledged is there, and nothing is there by half.

Every other moment takes one worker instead of the whole server. `CIMARA_MANY=1` asks for 50 moments.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.many import examples
from tests.web.operations.places import Place, a_place
from tests.web.operations.serving import Server
from tests.web.operations.uploading import Uploader, some_export

MOMENTS = examples(few=4, many=50)
UPLOADERS = 3
ROWS = (10, 60_000)
LONGEST = 0.8
"""Seconds from the begin of uploads to the kill."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An empty portal with its schema."""
    with a_place(tmp_path_factory.mktemp("killed") / "var") as made:
        assert made.cimara("migrate").returncode == 0
        yield made


def told(place: Place, *words: str) -> Any:
    done = place.python("tests.web.operations.content", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def uploads(people: list[Uploader], draw: random.Random) -> Iterator[None]:
    """All send file after file until the block ends; a server that went away is no error of theirs."""
    over = threading.Event()
    wrong: list[BaseException] = []

    def send(one: Uploader, seed: int) -> None:
        own = random.Random(seed)
        while not over.is_set():
            try:
                with one.client() as client:
                    while not over.is_set():
                        one.send(client, some_export(own, own.randint(*ROWS)))
            except httpx.TransportError:
                over.wait(0.02)
            except BaseException as error:
                wrong.append(error)
                return

    threads = [threading.Thread(target=send, args=(one, draw.random())) for one in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not wrong, wrong


def test_no_accepted_submission_is_lost_and_none_is_there_by_half(place: Place, capsys: Any) -> None:
    draw, server = random.Random(7), Server(place)
    people = [Uploader(server.address, **one) for one in told(place, "sites", str(UPLOADERS))]
    starts = [server.start()]
    try:
        for number in range(MOMENTS):
            with uploads(people, draw):
                time.sleep(draw.uniform(0, LONGEST))
                if number % 2:
                    server.kill_a_worker()
                else:
                    server.kill()
                    starts.append(server.start())
    finally:
        server.stop()
    found = told(place, "submissions")
    acknowledged = {key: value for one in people for key, value in one.acknowledged.items()}
    assert len(acknowledged) >= MOMENTS
    rows = found["rows"]
    assert acknowledged == {key: rows[key]["sha256"] for key in acknowledged if key in rows}
    assert all(row["whole"] for row in rows.values())
    assert found["told"] == sorted(rows), "one event for each, and each for one"
    assert found["chain"]
    with capsys.disabled():
        counted = f"{len(acknowledged)} acknowledged, {len(rows)} kept"
        print(f"\n{MOMENTS} kills, {counted}, slowest start {max(starts):.1f} s")


def test_what_was_on_its_way_lies_under_no_hash(place: Place) -> None:
    """After the kills above: what never came whole keeps its passing name, which the sweep removes."""
    store = place.store / "bytes"
    named = [one for one in store.rglob("*") if one.is_file() and not one.name.startswith(".")]
    assert named
    assert all(len(one.name) == 64 and one.parent.name == one.name[:2] for one in named)
