"""How often a caller may ask the API: by address, or by token where one is sent."""

from __future__ import annotations

from django.http import HttpRequest

from cimara_web.api.callers import token_id_of
from cimara_web.limits import PerAddress


class PerCaller(PerAddress):
    """So many requests in a time from one address; of a token, wherever it asks from, its own number."""

    def __init__(self, name: str, rate: str, *, of_a_token: str) -> None:
        super().__init__(name, rate)
        self.of_an_address, self.of_a_token = rate, of_a_token

    def allow_request(self, request: HttpRequest) -> bool:
        """True while the caller's number isn't used up."""
        rate = self.of_an_address if token_id_of(request) is None else self.of_a_token
        self.num_requests, self.duration = self.parse_rate(rate)
        return super().allow_request(request)

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """What the requests of a caller are counted under."""
        token = token_id_of(request)
        return super().get_cache_key(request) if token is None else f"{self.name}:token:{token}"


READING = PerCaller("read", "60/m", of_a_token="600/m")
MATCHING = PerCaller("match", "20/m", of_a_token="20/m")
