"""Times, percentiles, and the line that each benchmark prints: ours, the peer's, the ratio, the goal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True)
class Spread:
    """Median, 95th percentile and maximum, in milliseconds."""

    p50: float
    p95: float
    worst: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f}  p95 {self.p95:.2f}  max {self.worst:.2f} ms"


@dataclass(frozen=True)
class Figure:
    """One measured number against its goal; `at_least` tells which side of the goal is good."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False
    detail: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None when there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"  goal {'>=' if self.at_least else '<='} {self.goal:g}"
        verdict = {None: "", True: "  ok", False: "  MISSED"}[self.holds]
        detail = f"  ({self.detail})" if self.detail else ""
        return f"{self.name}: {self.value:,.2f} {self.unit}{goal}{verdict}{detail}"


@dataclass(frozen=True)
class Options:
    """What every benchmark is told: how many studies or replicates, and where it may write."""

    studies: int
    work: Path
    replicates: int = 200


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def spread(calls: Iterable[Callable[[], object]], *, rounds: int = 7) -> Spread:
    """Percentiles over the calls, each timed by the best of a few rounds after the first, which warms."""
    times = sorted(1_000 * min([timed(call) for _ in range(rounds + 1)][1:]) for call in calls)
    return Spread(times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))], times[-1])


@contextmanager
def working_folder(chosen: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or one that is removed afterwards."""
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen
        return
    with TemporaryDirectory(prefix="cimara-bench-") as name:
        yield Path(name)
