"""Atlas, survey and figures of the snapshot in force: made once, kept until another takes its place."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from cimara.terms.endpoint import EndpointId
from cimara.trials.atlas import Digest, Heterogeneity, Selection, atlas, digest, heterogeneity
from cimara.trials.atlas.collect import UNSORTED
from cimara.trials.survey import Dimension, Survey, survey
from cimara_web.kept import Kept
from cimara_web.snapshot import current_snapshot

T = TypeVar("T")
_digests = Kept(most=1)
_counts = Kept(most=8)
"""Few, since each holds its measures; counting anew from the digest is quick."""
_figures = Kept(most=64)
"""A figure takes 60 to 90 KB and a quarter of a second."""


def whole() -> Digest:
    """The snapshot, read once."""
    snapshot = current_snapshot()
    return _digests.get(snapshot.identity, "digest", lambda: digest(snapshot))


def compared(population: Selection) -> Heterogeneity:
    """The endpoints that trials define, compared."""
    return _counted(("compared", population), lambda: heterogeneity(atlas(whole(), population)))


def compared_one(population: Selection, endpoint: EndpointId) -> Heterogeneity:
    """One endpoint; those that comparisons leave out are collected for themselves."""
    if endpoint not in UNSORTED:
        return compared(population)
    return _counted(
        ("one", population, endpoint), lambda: heterogeneity(atlas(whole(), population), [endpoint])
    )


def surveyed(population: Selection) -> Survey:
    """The policies by year of start."""
    return _counted(("survey", population), lambda: survey(whole(), population, by=(Dimension.YEAR,)))


def figure(question: Hashable, draw: Callable[[], str]) -> str:
    """A figure of the snapshot in force."""
    return _figures.get(current_snapshot().identity, question, draw)


def _counted(question: Hashable, count: Callable[[], T]) -> T:
    return _counts.get(current_snapshot().identity, question, count)
