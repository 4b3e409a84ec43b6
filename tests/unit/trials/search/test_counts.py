"""Counts of each choice of a filter: what one sees is what a click gives."""

from __future__ import annotations

import pytest

from cimara.trials.search import Near, Query
from cimara.trials.search.counts import facet_counts
from cimara.trials.snapshot import Snapshot

QUERIES = (
    Query(),
    Query(text="melanoma"),
    Query(brm="required"),
    Query(brm=["required", "stable_only"], phase="PHASE2"),
    Query(near=Near("Athens, GR", 250)),
    Query(near=Near("Athens, GR", 400), lmd="allowed"),
    Query(text="breast cancer spread to my brain", status=()),
)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize("field", ["status", "brm", "lmd", "phase"])
def test_a_count_is_what_a_click_gives(trials: Snapshot, query: Query, field: str) -> None:
    counted = getattr(facet_counts(trials, query), field)
    assert counted
    for value, count in counted.items():
        assert trials.search(query.with_field(**{field: {value}})).total.value == count


def test_a_choice_that_finds_nothing_is_left_out(trials: Snapshot) -> None:
    assert set(facet_counts(trials, Query(text="olaparib")).brm) == {"not_mentioned"}
