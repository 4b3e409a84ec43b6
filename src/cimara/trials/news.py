"""What makes one snapshot news after another: a mark of each study, and the studies that a query finds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from cimara.terms.ids import NctId
from cimara.trials.search.asked import read_query
from cimara.trials.search.query import Query
from cimara.trials.snapshot import Snapshot

MARK_DIGITS = 16

_MARKED = """
SELECT study.nct_id, study.last_updated, study.overall_status, eligibility.brm_policy, eligibility.lmd_policy,
    CASE WHEN study.last_updated IS NULL THEN raw.sha256 END
FROM study JOIN raw USING (id) LEFT JOIN eligibility ON eligibility.study_id = study.id ORDER BY study.nct_id
"""


def study_marks(snapshot: Snapshot) -> Iterator[tuple[NctId, str]]:
    """Registry number and mark of every study; the mark differs when a reader would want to look again.

    It is made of the date of the last update, the status, and the two policies as read. The whole record
    would not do: the registry stamps every record with the day's version. A record without a date counts
    by all of its content.
    """
    for number, updated, status, brm, lmd, digest in snapshot.connection.execute(_MARKED):
        told = "\n".join((updated or digest.hex(), status, brm or "", lmd or ""))
        yield NctId(number), hashlib.sha256(told.encode()).hexdigest()[:MARK_DIGITS]


def numbers_found(snapshot: Snapshot, query: Query) -> tuple[NctId, ...]:
    """Every study that the query's words and filters find, open and recent ones first; a place doesn't count.

    Raises
    ------
    QueryError
        When the query can't be read.
    """
    plan = read_query(query, snapshot).plan(snapshot)
    ids = plan.ids(snapshot.connection, len(snapshot))
    rows = snapshot.connection.execute(
        "SELECT study.nct_id FROM json_each(?) AS wanted JOIN study ON study.id = wanted.value "
        "ORDER BY wanted.key",
        (json.dumps(ids),),
    )
    return tuple(NctId(number) for (number,) in rows)
