"""What is dear to make from a snapshot is kept for the next request: few things, and of one snapshot only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """The last used results, by snapshot and question; those of a replaced snapshot are let go.

    One result is made at a time: two threads that ask the same do the work once, and matplotlib, whose
    settings are the process's, draws one figure at a time. What is kept is given without waiting for that.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._snapshot: Hashable = None
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._reading = threading.Lock()
        self._making = threading.RLock()

    def get(self, snapshot: Hashable, question: Hashable, make: Callable[[], T]) -> T:
        """The result for a question to a snapshot, made if it isn't kept."""
        found, result = self._find(snapshot, question)
        if found:
            return result
        with self._making:
            found, result = self._find(snapshot, question)
            if not found:
                result = make()
                self._keep(snapshot, question, result)
        return result

    def __len__(self) -> int:
        return len(self._results)

    def _find(self, snapshot: Hashable, question: Hashable) -> tuple[bool, Any]:
        with self._reading:
            if snapshot != self._snapshot or question not in self._results:
                return False, None
            self._results.move_to_end(question)
            return True, self._results[question]

    def _keep(self, snapshot: Hashable, question: Hashable, result: object) -> None:
        with self._reading:
            if snapshot != self._snapshot:
                self._results.clear()
                self._snapshot = snapshot
            self._results[question] = result
            while len(self._results) > self._most:
                self._results.popitem(last=False)
