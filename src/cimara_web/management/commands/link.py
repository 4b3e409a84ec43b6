"""Print a link that signs the account of an address in once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.urls import reverse

from cimara_web import clock
from cimara_web.accounts.actions.links import operator_link
from cimara_web.accounts.queries import account_to_sign_in
from cimara_web.environment import require_secret
from cimara_web.health import pending_migrations

EXIT_REFUSED = 2


class Command(BaseCommand):
    """See the module."""

    help = __doc__
    stealth_options = ("email",)  # `cimara web link` reads its own words

    def handle(self, *, email: str, **_: Any) -> None:
        """Check that this is the operator's portal, then print the link alone."""
        require_secret(settings.ENVIRONMENT)
        if pending_migrations():
            raise CommandError(
                "this is no portal in use: its database lacks steps of the schema", returncode=EXIT_REFUSED
            )
        account = account_to_sign_in(email)
        if account is None:
            raise CommandError("nobody signs in with this address here", returncode=EXIT_REFUSED)
        token = operator_link(account=account, now=clock.now())
        self.stdout.write(settings.ADDRESS + reverse("account-once", args=[token]))
