"""Writes of the sheet for the doctor: put a study on it, take one off. They are never recorded elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cimara.trials.plain.sheet import MOST_STUDIES
from cimara_web.finder.actions.profiles import IDLE_LIFE
from cimara_web.finder.models import FinderProfile
from cimara_web.finder.queries import opened
from cimara_web.finder.sealing import row_key, seal
from cimara_web.writes import action


class SheetFullError(ValueError):
    """The sheet holds as many studies as fit on it."""


@action
def change_sheet(*, token: bytes, put: str | None, take_off: str | None, now: datetime) -> None:
    """Take one study off the sheet, put another on it; a row whose time has passed stays as it is.

    Raises
    ------
    SheetFullError
        When there is no room for the study; nothing is changed then.
    """
    living = FinderProfile.objects.select_for_update().filter(key=row_key(token), expires_at__gt=now)
    row = living.defer("outcome").first()
    answers = None if row is None else opened(row, token)
    if row is None or answers is None:
        return
    chosen = tuple(one for one in answers.chosen if one != take_off)
    if put is not None and put not in chosen:
        chosen = (*chosen, put)
    if len(chosen) > MOST_STUDIES:
        raise SheetFullError
    row.body = seal(token, replace(answers, chosen=chosen).to_bytes())
    row.expires_at = now + IDLE_LIFE
    row.save()
