"""Sends what is due, one mail at a time, until nothing is; a failure holds up nobody else's mail."""

from __future__ import annotations

import json
import logging
from collections import Counter
from smtplib import SMTPException

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from cimara_web import clock
from cimara_web.logs import describe_error, event
from cimara_web.outbox.actions.messages import ADDRESS, CONTEXT
from cimara_web.outbox.actions.sending import Taken, mark_failed, mark_sent, mark_unreadable, take_next
from cimara_web.outbox.letters import letter
from cimara_web.sealed import SealedError, unseal

log = logging.getLogger(__name__)


def send_due() -> Counter[str]:
    """Send every mail that is due; returns how many were sent, put off, given up."""
    counts: Counter[str] = Counter()
    connection = get_connection()
    try:
        while taken := take_next(now=clock.now()):
            counts[_send(taken, connection)] += 1
    finally:
        _close(connection)
    return counts


def _send(taken: Taken, connection: BaseEmailBackend) -> str:
    try:
        connection.open()
        connection.send_messages([_letter(taken, connection)])
    except SealedError:
        mark_unreadable(taken=taken)
        return "unreadable"
    except Exception as error:  # whatever fails, the mail is tried again later and the next one goes on
        # The type alone: a mail server's answer repeats the address.
        shape = describe_error(type(error), error.__traceback__)
        event(log, "mail.failed", level=logging.ERROR, template=taken.message.template, **shape)
        _close(connection)
        return str(mark_failed(taken=taken, now=clock.now()))
    mark_sent(taken=taken)
    return "sent"


def _letter(taken: Taken, connection: BaseEmailBackend) -> object:
    message = taken.message
    key = message.dedupe_key
    return letter(
        template=message.template,
        language=message.language,
        to=unseal(ADDRESS, message.to, row=key),
        context=json.loads(unseal(CONTEXT, message.context, row=key)),
        key=key,
        connection=connection,
    )


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (SMTPException, OSError):
        return  # the line was down already
