"""Security events in the log: who tried what from which network, never an address of mail or a whole IP."""

from __future__ import annotations

import ipaddress
import logging
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest

from cimara_web.logs import event

log = logging.getLogger("cimara_web.security")
KEPT_BITS = {4: 24, 6: 48}


def note(request: HttpRequest | None, name: str, *, account: UUID | None = None, **fields: object) -> None:
    """Write one event such as `sign_in.failed`."""
    told = {"network": network_of(request), "request_id": getattr(request, "id", None), **fields}
    event(log, name, level=logging.WARNING if "." in name else logging.INFO, account=account, **told)


def network_of(request: HttpRequest | None) -> str | None:
    """The network that a request came from: /24 of IPv4, /48 of IPv6."""
    return cut(get_client_ip(request) or "") if request is not None else None


def cut(address: str) -> str | None:
    """An IP address without the part that tells one household from the next; None for what is none."""
    try:
        whole = ipaddress.ip_address(address)
    except ValueError:
        return None
    return str(ipaddress.ip_network((whole, KEPT_BITS[whole.version]), strict=False))
