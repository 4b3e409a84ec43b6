"""What a digest tells: new and changed studies of an alert's kind, those that say yes first."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from cimara.trials.matching.judge import eligibility_of
from cimara.trials.news import numbers_found, study_marks
from cimara.trials.search import QueryError
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study
from cimara_web.alerts.actions.digests import tell
from cimara_web.alerts.actions.editions import record_edition
from cimara_web.alerts.facets import Facets, Lining
from cimara_web.alerts.models import Alert
from cimara_web.alerts.queries import changed_since, due_for_digest
from cimara_web.sealed import SealedError

MOST_STUDIES = 20


def send_digests(snapshot: Snapshot, *, now: datetime) -> Counter[str]:
    """Record the snapshot if it is new, and queue a digest for each alert that has news in it."""
    content_hash = snapshot.meta.content_hash
    edition = record_edition(content_hash=content_hash, marks=study_marks(snapshot), now=now)
    news, counts = News(snapshot), Counter[str]()
    for public_id in due_for_digest(edition, now=now):
        counts[_digest(public_id, edition, news, now)] += 1
    return counts


Context = dict[str, object]


class News:
    """What is new in a snapshot; alerts that ask the same and were told the same are answered once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._changed: dict[int, dict[str, bool]] = {}
        self._told: dict[tuple[int, Facets], Context | None] = {}

    def since(self, edition: int, facets: Facets) -> Context | None:
        """The context of a digest; None when nothing is new."""
        if (edition, facets) not in self._told:
            self._told[edition, facets] = self._gather(edition, facets)
        return self._told[edition, facets]

    def _gather(self, edition: int, facets: Facets) -> Context | None:
        if edition not in self._changed:
            self._changed[edition] = changed_since(edition)
        changed = self._changed[edition]
        if not changed:
            return None
        numbers = [one for one in numbers_found(self.snapshot, facets.query()) if one in changed]
        if not numbers:
            return None
        studies = sorted(self.snapshot.studies_of(numbers), key=lambda one: _rank(one, facets, changed))
        return {
            "studies": [_told(one, facets, is_new=changed[one.nct_id]) for one in studies[:MOST_STUDIES]],
            "more": max(len(studies) - MOST_STUDIES, 0),
            "search": facets.search(),
        }


def _digest(public_id: UUID, edition: int, news: News, now: datetime) -> str:
    alert = Alert.objects.filter(public_id=public_id).first()
    if alert is None:
        return "gone"
    before = alert.last_snapshot
    try:
        found = None if before is None else news.since(before, Facets.of_row(alert.facets))
        is_told = tell(
            public_id=public_id,
            told_before=before,
            edition=edition,
            content_hash=news.snapshot.meta.content_hash,
            news=found,
            now=now,
        )
    except (SealedError, QueryError):  # another secret, or a choice that a newer library doesn't know
        return "unreadable"
    return "digests" if is_told else "no_news"


def _rank(study: Study, facets: Facets, changed: dict[str, bool]) -> tuple[bool, bool]:
    """Those that say yes, then new ones; what is equal stays in the library's order."""
    rules = eligibility_of(study)
    return not facets.says_yes(rules.brm_policy, rules.lmd_policy), not changed[study.nct_id]


def _told(study: Study, facets: Facets, *, is_new: bool) -> dict[str, object]:
    rules = eligibility_of(study)
    return {
        "number": study.nct_id,
        "title": study.brief_title,
        "status": study.overall_status,
        "is_new": is_new,
        "brm": rules.brm_policy,
        "lmd": rules.lmd_policy if facets.lining is not Lining.ANY else None,
    }
