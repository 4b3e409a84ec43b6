"""How often an address may ask: counted in this process, so the whole is this times the workers."""

from __future__ import annotations

from django.core.cache import caches
from django.http import HttpRequest
from ninja.throttling import SimpleRateThrottle


class PerAddress(SimpleRateThrottle):
    """So many requests a minute from one address, which is forgotten with the minute."""

    cache = caches["limits"]

    def __init__(self, name: str, per_minute: int) -> None:
        self.name = name
        super().__init__(f"{per_minute}/m")

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """What the requests of an address are counted under."""
        return f"{self.name}:{self.get_ident(request)}"


READING = PerAddress("read", 60)
MATCHING = PerAddress("match", 20)
