"""Masks of a federated round: what they cost a site and the coordinator, and what they do to the sum

17 sites, 6,720 numbers each (60 cells of six covariates by Efron's method are 3,780). Each figure is the
median of 15 rounds in one process and one thread, with 16 pairs of keys a site; on the disk of `--work`,
fsync included. There is no peer: a round without masks is the same sum of the numbers themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bench.measure import Figure, Options, timed
from cimara.federation.masking import MaskKey, UsedRounds, masked, unmasked_sum, words_of

SITES, NUMBERS, ROUNDS, SEED = 17, 6_720, 15, 7
GOAL_SITE, GOAL_SUM, GOAL_ERROR, GOAL_KEYS = 8.0, 8.0, 1e-12, 11.0


def run(options: Options) -> Iterator[Figure]:
    """Milliseconds of each part of a round, and the largest error of the sum."""
    ids = [f"S{place:02d}" for place in range(SITES)]
    keys = {one: MaskKey.new() for one in ids}
    public = {one: key.public for one, key in keys.items()}
    values = np.random.default_rng(SEED).normal(scale=1e3, size=(SITES, NUMBERS))

    def message(site: str, step: int) -> NDArray[np.uint64]:
        return masked(
            words_of(values[ids.index(site)], SITES, "cells"), own=keys[site], site=site, roster=ids,
            keys=public, job="bench", analysis="A2", step=step, attempt=0,
        )  # fmt: skip

    sent = [message(site, 0) for site in ids]
    used = UsedRounds(Path(options.work) / "federation_masks")
    frame = sent[0].tobytes()
    yield _median("keys of a job at one site, once", lambda _: _pairs(public), GOAL_KEYS)
    yield _median("one site's message of a round", lambda step: message("S00", step), GOAL_SITE)
    yield _median("claim of the round on the disk", lambda step: used.claim("A2", step, 0, frame))
    yield _median("sum of 17 messages", lambda step: unmasked_sum(sent), GOAL_SUM)
    yield _median("the same sum without masks", lambda step: values.sum(axis=0))
    error = float(np.abs(unmasked_sum(sent) - values.sum(axis=0)).max() / np.abs(values).max())
    yield Figure(
        "largest error of a sum, of the largest number", error / 1e-16, "x 1e-16", GOAL_ERROR / 1e-16
    )
    yield Figure("bytes of a message over those of its numbers", sent[0].nbytes / values[0].nbytes, "times")


def _pairs(public: dict[str, str]) -> list[bytes]:
    """The pair keys of a site whose key is new: it keeps them for the rest of the job."""
    key = MaskKey.new()
    return [key.pair(one, job="bench", first="S00", second=site) for site, one in public.items()]


def _median(name: str, call: Callable[[int], object], goal: float | None = None) -> Figure:
    taken = [timed(partial(call, step)) for step in range(1, ROUNDS + 1)]
    return Figure(name, 1e3 * median(taken), "ms", goal)
