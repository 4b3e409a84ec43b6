"""Writes what is known of each study when a new snapshot comes into force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cimara_web.alerts.models import Edition, KnownStudy
from cimara_web.alerts.queries import latest_edition
from cimara_web.writes import action

AT_ONCE = 1_000


@action
def record_edition(*, content_hash: str, marks: Iterable[tuple[str, str]], now: datetime) -> int:
    """The number of the edition of this snapshot, recorded if it isn't the latest already.

    `marks` are registry numbers with `cimara.trials.news.study_marks`; they are read only when needed.
    """
    Edition.objects.select_for_update().order_by("number").first()  # two recordings go one after the other
    number = latest_edition()
    if number is not None and Edition.objects.get(number=number).content_hash == content_hash:
        return number
    edition = Edition(content_hash=content_hash, recorded_at=now)
    edition.save()
    known = {study: (mark, added) for study, mark, added in _known()}
    changed = [
        KnownStudy(
            nct_id=study,
            mark=mark,
            added=known[study][1] if study in known else edition.number,
            changed=edition.number,
        )
        for study, mark in marks
        if study not in known or known[study][0] != mark
    ]
    KnownStudy.objects.bulk_create(
        changed,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["nct_id"],
        update_fields=["mark", "changed"],
    )
    return edition.number


def _known() -> Iterable[tuple[str, str, int]]:
    return KnownStudy.objects.values_list("nct_id", "mark", "added")
