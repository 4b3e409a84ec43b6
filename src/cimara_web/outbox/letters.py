"""Writes a mail from its template: plain text, in its reader's language, with links to this portal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara_web.templating import Words, day, number, with_query

MAIL = Path(__file__).parent.parent / "mail"
ALERTS = ("confirm", "manage", "digest", "notice")
NETWORK = ("invitation", "contact")
ACCOUNTS = ("sign_up", "sign_up_again", "no_account", "new_address", "reset", "changed", "leaving")
TEMPLATES = (*ALERTS, *NETWORK, *ACCOUNTS, "tasks")
"""Each is a file of this name in the folder of each language; its first line is the subject."""


def letter(
    *,
    template: str,
    language: str,
    to: str,
    context: Mapping[str, Any],
    key: str,
    connection: BaseEmailBackend,
) -> EmailMessage:
    """The mail. One key always gives one Message-ID, so that a mail sent twice can be seen as one."""
    with translation.override(language):
        text = mail_environment().get_template(f"{language}/{template}.txt").render(context)
        headers = _headers(context, key)
    subject, _, body = text.partition("\n")
    return EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers=headers,
        connection=connection,
    )


def address_of(name: str, *args: object, **query: object) -> str:
    """The whole address of a page, in the language in use."""
    return settings.ADDRESS + with_query(reverse(name, args=args), **query)


def _headers(context: Mapping[str, Any], key: str) -> dict[str, str]:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if "stop" in context:  # RFC 8058: the reader's mail program offers to unsubscribe by one POST
        headers["List-Unsubscribe"] = f"<{address_of('alert-stop', context['stop'])}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


@cache
def mail_environment() -> Environment:
    """Plain text: nothing is escaped, and nothing of it is ever a page."""
    env = Environment(
        loader=FileSystemLoader(MAIL),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.globals.update(
        words=Words(), brm=BrmPolicy, lmd=LmdPolicy, address_of=address_of, site_name=settings.SITE_NAME
    )
    env.filters.update(day=day, number=number)
    return env
