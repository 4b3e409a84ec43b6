"""The write of what a match came to, sealed beside the answers that it is of: it goes when they go."""

from __future__ import annotations

from datetime import datetime

from cimara_web.finder.models import FinderProfile
from cimara_web.finder.sealing import OUTCOME, row_key, seal
from cimara_web.writes import action


@action
def keep_outcome(*, token: bytes, plain: bytes, now: datetime) -> None:
    """Keep an outcome in a row that still lives; answers that were forgotten meanwhile stay forgotten."""
    living = FinderProfile.objects.filter(key=row_key(token), expires_at__gt=now)
    living.update(outcome=seal(token, plain, OUTCOME))
