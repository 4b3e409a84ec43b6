"""Keeps tests off the network: sockets may reach loopback and Unix sockets only."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

LOOPBACK_NAMES = {"localhost", "", None}


class NetworkBlockedError(AssertionError):
    """A test, or the code under test, tried to reach another machine."""


def refuse_foreign(host: Any) -> None:
    """Raise unless the host is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in LOOPBACK_NAMES:
        return
    try:
        is_loopback = ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise NetworkBlockedError(f"a test tried to reach {name}")


def block_network() -> None:
    """Put the guard in front of name look-up and of every way to send on a socket."""
    guarded_methods = {"connect": -1, "connect_ex": -1, "sendto": -1}
    for name, place in guarded_methods.items():
        _guard_method(name, place)
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_foreign(host)
        return look_up(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def _guard_method(name: str, place: int) -> None:
    original = getattr(socket.socket, name)

    def guarded(self: socket.socket, *args: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse_foreign(args[place][0])
        return original(self, *args)

    setattr(socket.socket, name, guarded)
