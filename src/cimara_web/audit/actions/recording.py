"""Adds an event to the chain, in the transaction of the action that it tells of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cimara_web.audit.chain import GENESIS, next_hash, sealed_text
from cimara_web.audit.events import CONTEXT, Event
from cimara_web.audit.models import AuditEvent, ChainHead
from cimara_web.audit.request import current_request
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import Role
from cimara_web.writes import action, count_event

SYSTEM = Holder(None)
"""What time or a command does, nobody does."""


@action
def record(
    event: Event,
    *,
    by: Holder,
    about: tuple[str, UUID],
    now: datetime,
    study: UUID | None = None,
    role: Role | None = None,
    context: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add one event: what was done, by whom, about what.

    Parameters
    ----------
    about
        The kind of thing and its public id, such as `("study_submission", id)`.
    study
        The study it belongs to, whose lead may read it.
    context
        Only keys that `audit.events.CONTEXT` allows for this event.

    Raises
    ------
    ValueError
        For a key that is not allowed, or a number with a fraction.
    """
    told = _as_kept(context or {})
    if stray := told.keys() - CONTEXT[event]:
        raise ValueError(f"{event} may not tell {', '.join(sorted(stray))}")
    head = _locked_head()
    kind, thing = about
    row = AuditEvent(
        seq=head.seq + 1,
        at=now,
        event=event.value,
        actor=by.account,
        acting_role=role.value if role else "",
        about_type=kind,
        about_id=thing,
        study=study,
        context=told,
        request_id=current_request.get(),
        prev_hash=head.hash,
    )
    row.hash = next_hash(head.hash, text_of(row))
    row.save(force_insert=True)
    head.seq, head.hash = row.seq, row.hash
    head.save()
    count_event()
    return row


def text_of(row: AuditEvent) -> str:
    """The canonical JSON of a stored event."""
    return sealed_text(
        seq=row.seq,
        at=row.at,
        event=row.event,
        actor=row.actor,
        about_type=row.about_type,
        about_id=row.about_id,
        context=row.context,
        acting_role=row.acting_role,
        study=row.study,
        request_id=row.request_id,
    )


def _as_kept(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as it reads back from either database, so that its seal still fits then.

    Fractions are refused: the databases don't write each of them in the same way.
    """
    return json.loads(json.dumps(dict(context)), parse_float=_no_fraction, parse_constant=_no_fraction)


def _no_fraction(number: str) -> None:
    raise ValueError(f"the audit trail tells whole numbers, not {number}")


def _locked_head() -> ChainHead:
    """The head, locked to the end of the transaction; SQLite's one writer is locked from its beginning."""
    head, _new = ChainHead.objects.select_for_update().get_or_create(id=1, defaults={"hash": GENESIS})
    return head
