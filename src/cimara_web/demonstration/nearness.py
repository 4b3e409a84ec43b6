"""Whether somebody sits at the machine that the portal runs on."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port


def is_on_this_machine(request: HttpRequest) -> bool:
    """Whether the portal is asked under a name of this machine, from this machine, with no proxy between."""
    if settings.ENVIRONMENT.behind_proxy:
        return False
    try:
        name, _port = split_domain_port(request.get_host())
    except DisallowedHost:
        return False
    return (name == "localhost" or _is_loopback(name)) and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text.strip("[]")).is_loopback
    except ValueError:
        return False
