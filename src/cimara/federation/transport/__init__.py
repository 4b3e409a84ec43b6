"""How messages reach the sites: in process, over NVFlare, or as files that a person carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Transport(Protocol):
    """Takes one signed frame to every site and brings back a signed frame of each.

    A transport knows nothing of what it carries. `send` raises FederationError: SITE_LOST or NO_ANSWER
    with the site in `where`; SERVER_LOST; CERTIFICATE; WAITS_FOR_STEWARD where a person has not released an
    answer yet.
    """

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the sites that it reaches."""
        ...

    def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
        """One frame to each of `sites`; their answers by site."""
        ...
