"""Who asks the API: anybody, or the holder of a token with the scope that the route needs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from ninja.errors import AuthenticationError, HttpError, Throttled

from cimara_web import clock
from cimara_web.api.queries import token_of_secret
from cimara_web.api.scopes import Scope
from cimara_web.limits import PerAddress

REFUSED = PerAddress("refused-token", "60/m")
SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """The token that a request came with, by its public id; None without one."""

    token: UUID | None = None


class CallerWith:
    """Lets anybody in, since reading needs no token; a token that is sent must be good for the scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        """The caller.

        Raises
        ------
        AuthenticationError
            When the token isn't one of ours, or its time has passed.
        HttpError
            When it isn't made for this (403), or too many such tokens came from the address (429).
        """
        sent = request.headers.get("Authorization")
        if sent is None:
            return Caller()
        scheme, _space, secret = sent.partition(" ")
        token = token_of_secret(secret.strip(), now=clock.now()) if scheme.lower() == SCHEME else None
        if token is None:
            if not REFUSED.allow_request(request):
                raise Throttled(wait=60)
            raise AuthenticationError
        if self.scope not in token.scopes:
            raise HttpError(403, "scope")
        return Caller(token.public_id)


def token_id_of(request: HttpRequest) -> UUID | None:
    """The public id of the token that the request came with."""
    caller = getattr(request, "auth", None)
    return caller.token if isinstance(caller, Caller) else None
