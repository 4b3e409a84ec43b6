"""A match is done once for the same answers and records, then kept sealed beside the answers."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from cimara.trials.snapshot import Snapshot
from cimara_web.finder.actions.outcomes import keep_outcome
from cimara_web.finder.outcome import Outcome, key_of
from cimara_web.finder.queries import Visit, outcome_of


def remembered(
    visit: Visit, snapshot: Snapshot, asked: tuple[object, ...], work: Callable[[], Outcome]
) -> Outcome:
    """The outcome of what was asked: the kept one while nothing has changed, else that of `work`, kept."""
    key = key_of(snapshot, *asked)
    kept = outcome_of(token=visit.token, key=key)
    if kept is not None:
        return kept
    outcome = work()
    plain = outcome.to_bytes(key, n_studies=snapshot.meta.n_studies)
    keep_outcome(token=visit.token, plain=plain, now=timezone.now())
    return outcome
