"""Maps a function over chunks in worker processes, in order, with few chunks under way at once."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.pool
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from types import TracebackType
from typing import TypeVar

Item = TypeVar("Item")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

CHUNKS_AHEAD = 2
"""Chunks waiting per process: enough to keep it busy, few enough to hold memory flat."""
MAX_PROCESSES = 8


class Workers:
    """Worker processes, started only when there are more than `at_least` chunks to map.

    They are spawned, not forked: a caller may have threads. A script that builds a big snapshot
    therefore needs the usual `if __name__ == "__main__"`.
    """

    def __init__(self, *, at_least: int, processes: int | None = None) -> None:
        self._at_least = at_least
        self._count = min(processes or os.cpu_count() or 1, MAX_PROCESSES)
        self._pool: multiprocessing.pool.Pool | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()

    def map(self, work: Callable[[Chunk], Result], chunks: Iterable[Chunk]) -> Iterator[Result]:
        """`work(chunk)` for each chunk, in order; in this process while the chunks are few."""
        iterator = iter(chunks)
        first = list(islice(iterator, self._at_least + 1))
        if self._pool is None and (len(first) <= self._at_least or self._count < 2):
            yield from map(work, chain(first, iterator))
            return
        pool = self._started()
        waiting: deque[multiprocessing.pool.AsyncResult[Result]] = deque()
        for chunk in chain(first, iterator):
            waiting.append(pool.apply_async(work, (chunk,)))
            if len(waiting) > CHUNKS_AHEAD * self._count:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()

    def _started(self) -> multiprocessing.pool.Pool:
        if self._pool is None:
            self._pool = multiprocessing.get_context("spawn").Pool(self._count, _prepare_worker)
        return self._pool


@contextmanager
def collector_paused() -> Iterator[None]:
    """Rows of a build hold no cycles, and Python's collector would walk millions of them for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items; the last may be shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _prepare_worker() -> None:
    """Leave interrupts to the parent; and leave out the cycle collector, which finds nothing in rows."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
