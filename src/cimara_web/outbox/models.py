"""One mail, to whom and with what: sealed, since it holds an address and links that open things."""

from __future__ import annotations

from django.db import models

from cimara_web.outbox.schedule import State
from cimara_web.writes import GuardedModel


class OutboxMessage(GuardedModel):
    """A mail that is made once for its `dedupe_key`, and sent by `cimara web tick`.

    `about` is the public id of what it tells of, so that it goes when that goes. `claim` is drawn anew by
    each process that takes the mail: what it says of the mail counts only as long as it still holds it.
    """

    dedupe_key = models.CharField(max_length=150, unique=True)
    about = models.UUIDField(db_index=True)
    to = models.BinaryField()
    template = models.CharField(max_length=30)
    language = models.CharField(max_length=5)
    context = models.BinaryField()
    state = models.CharField(max_length=7, default=State.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["state", "due_at"], name="outbox_due"),)

    class Privacy:
        """What each column holds, and for how long."""

        id = "internal"
        dedupe_key = "internal"
        about = "internal"
        to = "secret"
        template = "internal"
        language = "personal"
        context = "secret"
        state = "internal"
        attempts = "internal"
        due_at = "internal"
        claim = "internal"
        made_at = "internal"
        retention = (
            "address and text 30 days, then the empty row to one year; at once when its alert is stopped"
        )
