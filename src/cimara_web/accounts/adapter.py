"""How allauth works here: our words, our outbox, our clock; and what it may not do."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cimara_web import clock
from cimara_web.accounts import notices, security_log
from cimara_web.accounts.actions.making import drop_unconfirmed
from cimara_web.accounts.fresh import ask_again, is_fresh
from cimara_web.accounts.mails import CHANGES, LETTERS
from cimara_web.accounts.models import Account
from cimara_web.outbox.actions.messages import put_in

WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code of your app, or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use a key or passkey"),
}
KEY_BYTES = 16


class AccountAdapter(DefaultAccountAdapter):
    """What allauth asks of us about accounts."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is your address already. Type another one."),
        "email_password_mismatch": _(
            "The address and the password do not go together. Check both; capital letters count."
        ),
        "email_taken": _("There is an account with this address."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password. Capital letters count."),
        "invalid_password_reset": _("This link no longer works. Ask for a new one."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait five minutes, then try again."),
    }

    def new_user(self, request: HttpRequest) -> Account:
        """An account of somebody who signs up."""
        return Account(joined_at=clock.now(), language=translation.get_language() or settings.LANGUAGE_CODE)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """A notice by its name; a message that is given as text is an error of a key or a limit."""
        if message is not None:
            is_limit = message == self.error_messages["too_many_login_attempts"]
            notices.leave(request, "too-many" if is_limit else "key-refused")
        elif message_template in notices.OF_ALLAUTH:
            notices.leave(request, notices.OF_ALLAUTH[message_template])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox, in the language of whoever gets it; nothing of the visitor's browser is told."""
        owner = context.get("user") or _owner(email)
        if template_prefix in CHANGES:
            template, told = "changed", {"what": CHANGES[template_prefix]}
        else:
            template, keys = LETTERS[template_prefix]
            told = {key: context[key] for key in keys}
        put_in(
            dedupe_key=f"{template}:{secrets.token_hex(KEY_BYTES)}",
            about=owner.public_id if owner else uuid.uuid4(),
            to=email,
            template=template,
            language=owner.language if owner else translation.get_language(),
            context=told,
            now=clock.now(),
        )

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Whoever proves an address gets it: an account on it that nobody ever confirmed goes."""
        drop_unconfirmed(email=email_address.email, keep=email_address.user_id)
        return bool(super().confirm_email(request, email_address))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password, or no such account: the log doesn't say which."""
        security_log.note(request, "sign_in.failed", way="password")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not when the sign-in itself is fresh. Who has nothing to be asked for here signs in anew."""
        request = allauth_context.request
        if is_fresh(request):
            return False
        if request.user.is_authenticated and not get_reauthentication_flows(request.user):
            raise ImmediateHttpResponse(ask_again(request))
        return True

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """The ways to prove who it is, in our words."""
        ways = super().get_reauthentication_methods(user)
        return [{**one, "description": WAYS.get(one["id"], one["description"])} for one in ways]


def _owner(email: str) -> Account | None:
    return Account.objects.filter(email__iexact=email).first()
