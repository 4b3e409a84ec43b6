"""The regular work on submissions: what waits to be checked, and what processes that died left behind."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from cimara_web.logs import describe_error, event
from cimara_web.studies.actions.submitting import remove_bytes, validate
from cimara_web.studies.data_queries import waiting, with_bytes_to_remove
from cimara_web.studies.kept_bytes import sweep
from cimara_web.studies.states.submission import SubmissionState

log = logging.getLogger(__name__)
AT_ONCE = timedelta(minutes=2)
"""A file that came so lately is still in the hands of the request that took it in."""
LEFT_BEHIND = timedelta(days=1)
"""An upload takes less; what is on its way for longer belongs to a process that died."""


def check_waiting(*, now: datetime) -> Mapping[str, int]:
    """Check every submission that waits. One that can't be checked now keeps no other from it."""
    checked = failed = 0
    for one in waiting(older_than=now - AT_ONCE):
        try:
            checked += validate(submission=one, now=now).state != SubmissionState.RECEIVED
        except Exception as error:
            failed += 1
            told = describe_error(type(error), error.__traceback__)
            event(log, "submission.waits", level=logging.ERROR, **told)
    for one in with_bytes_to_remove():
        remove_bytes(submission=one, now=now)
    swept = sweep(older_than=(now - LEFT_BEHIND).timestamp())
    return {"submissions_checked": checked, "submissions_failed": failed, "uploads_swept": swept}
