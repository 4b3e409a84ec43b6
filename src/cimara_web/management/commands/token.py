"""Make, list and revoke tokens of the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from cimara_web import clock
from cimara_web.api.actions.tokens import TokenError, create_token, revoke_token
from cimara_web.api.queries import all_tokens
from cimara_web.api.scopes import Scope

EXIT_BAD_INPUT = 2


class Command(BaseCommand):
    """See the module."""

    help = __doc__
    stealth_options = ("what", "name", "scopes", "days")  # `cimara web token` reads its own words

    def handle(
        self, *, what: str, name: str = "", scopes: Sequence[str] = (), days: int = 0, **_: Any
    ) -> None:
        """Do one of the three."""
        try:
            if what == "create":
                self._create(name, scopes, days)
            elif what == "revoke":
                revoke_token(name=name)
                self.stderr.write(f"Revoked: {name}")
            else:
                self._list()
        except TokenError as error:
            raise CommandError(str(error), returncode=EXIT_BAD_INPUT) from None

    def _create(self, name: str, scopes: Sequence[str], days: int) -> None:
        """The secret alone goes to stdout, so that it can be taken into a file."""
        life = timedelta(days=days)
        secret = create_token(name=name, scopes=[Scope(one) for one in scopes], life=life, now=clock.now())
        self.stderr.write("Keep this token now. It is shown once; only a hash of it is stored.")
        self.stdout.write(secret)

    def _list(self) -> None:
        self.stdout.write("name\tscopes\tmade\tends\tstate")
        for one in all_tokens():
            state = "good" if one.expires_at > clock.now() else "ended"
            days = (one.made_at.date().isoformat(), one.expires_at.date().isoformat())
            self.stdout.write("\t".join((one.name, " ".join(one.scopes), *days, state)))
