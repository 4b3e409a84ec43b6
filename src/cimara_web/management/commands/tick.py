"""The regular work: mails, digests, and what time ends. Safe to run twice at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from cimara_web import clock
from cimara_web.accounts.tending import tend_accounts
from cimara_web.alerts.actions.ageing import age_alerts
from cimara_web.alerts.digests import send_digests
from cimara_web.audit.daily import log_head
from cimara_web.finder.actions.profiles import purge_expired
from cimara_web.logs import describe_error, event
from cimara_web.members.actions.purging import age_members
from cimara_web.outbox.actions.messages import purge_old
from cimara_web.outbox.delivery import send_due
from cimara_web.outbox.queries import count_dead
from cimara_web.snapshot import current_snapshot
from cimara_web.studies.digest import send_task_digests
from cimara_web.studies.submissions.rounds import check_waiting

log = logging.getLogger("cimara_web.tick")

PARTS: dict[str, Callable[[], Mapping[str, int]]] = {
    "submissions": lambda: check_waiting(now=clock.now()),
    "answers": lambda: {"profiles_purged": purge_expired(now=clock.now())},
    "alerts": lambda: age_alerts(now=clock.now()),
    "digests": lambda: {
        f"alerts_{key}": n for key, n in send_digests(current_snapshot(), now=clock.now()).items()
    },
    "accounts": lambda: tend_accounts(clock.now()),
    "tasks": lambda: send_task_digests(now=clock.now()),
    "mails": lambda: {f"mails_{key}": n for key, n in send_due().items()},
    "members": lambda: age_members(now=clock.now()),
    "outbox": lambda: {"mails_emptied": purge_old(now=clock.now()), "mails_given_up": count_dead()},
    "audit": lambda: log_head(now=clock.now()),
}
"""Each part for itself: a registry that can't be read keeps no mail from being sent."""


class Command(BaseCommand):
    """See the module."""

    help = __doc__

    def handle(self, **_: Any) -> None:
        """Do every part, log how much was done, and end with 1 when a part failed."""
        done: dict[str, int] = {}
        failed = [name for name in PARTS if not _works(name, done)]
        event(log, "tick", **done)
        if failed:
            raise CommandError(f"tick: {', '.join(failed)} failed; the log says where", returncode=1)


def _works(name: str, done: dict[str, int]) -> bool:
    try:
        done.update(PARTS[name]())
    except Exception as error:  # the other parts go on; the log has the place, never the message
        event(
            log,
            "tick.failed",
            level=logging.ERROR,
            part=name,
            **describe_error(type(error), error.__traceback__),
        )
        return False
    return True
