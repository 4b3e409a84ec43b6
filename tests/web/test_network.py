"""No test reaches another machine."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.network import NetworkBlockedError

ELSEWHERE = "192.0.2.1"
"""An address set aside for documentation (RFC 5737): nobody answers there."""


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as one, pytest.raises(NetworkBlockedError):
        one.connect((ELSEWHERE, 443))


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(NetworkBlockedError):
        one.sendto(b"?", (ELSEWHERE, 53))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(NetworkBlockedError):
        socket.getaddrinfo("example.org", 443)


def test_an_http_client_reaches_nothing() -> None:
    with pytest.raises(NetworkBlockedError):
        httpx.get(f"http://{ELSEWHERE}/")


def test_this_machine_may_be_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as one,
    ):
        assert one.getpeername() == server.getsockname()
