"""Work spread over processes."""

from __future__ import annotations

import gc

import pytest

from cimara.trials.ingest.processes import Workers, collector_paused, in_chunks


def test_chunks_have_the_size_asked_for_and_a_shorter_last_one() -> None:
    assert list(in_chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_chunks([], 2)) == []


def test_few_chunks_are_mapped_in_this_process() -> None:
    with Workers(at_least=3, processes=2) as workers:
        seen: list[int] = []
        assert list(workers.map(seen.append, [1, 2, 3])) == [None, None, None]
    assert seen == [1, 2, 3]


def test_many_chunks_come_back_in_their_order() -> None:
    with Workers(at_least=2, processes=2) as workers:
        assert list(workers.map(abs, range(-20, 0))) == list(range(20, 0, -1))
        assert list(workers.map(abs, [-1])) == [1]


def test_a_fault_in_a_worker_reaches_the_caller() -> None:
    with Workers(at_least=1, processes=2) as workers, pytest.raises(ValueError, match="invalid literal"):
        list(workers.map(int, ["1", "2", "x"]))


def test_the_collector_is_left_as_it_was() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
