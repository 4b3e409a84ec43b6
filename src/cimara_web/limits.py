"""How often an address may ask: counted in this process, so the whole is this times the workers."""

from __future__ import annotations

from threading import local

from django.core.cache import caches
from django.http import HttpRequest
from ninja.throttling import SimpleRateThrottle


class PerAddress(SimpleRateThrottle, local):
    """So many requests in a time from one network address, which is forgotten with that time.

    `rate` is a count and a unit, such as `60/m` or `20/h`. Ninja's class keeps the request at hand in itself,
    so each thread has its own.
    """

    cache = caches["limits"]

    def __init__(self, name: str, rate: str) -> None:
        self.name = name
        super().__init__(rate)

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """What the requests of an address are counted under."""
        return f"{self.name}:{self.get_ident(request)}"
