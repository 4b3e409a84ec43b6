"""Goes the way to the server step by step (name, port, both certificates) and says at which it ends."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from cimara.federation.provision.finding import Finding, Who, bad, good, warning

WAIT = 5.0
ANSWER = 0.5
"""Seconds in which a server says that it does not take a certificate (TLS 1.3: after the handshake)."""
NOT_YET, ENDED = 9, 10
"""OpenSSL's numbers for a certificate before its first and after its last day."""
PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def connection(host: str, port: int, startup: Path) -> Iterator[Finding]:
    """What lies between this machine and the server; certificates are shown to it, and nothing is sent."""
    if any(os.environ.get(name) for name in PROXIES):
        yield warning("proxy", "this machine is set up with a proxy, which NVFlare does not use", Who.IT,
                      f"Allow a direct outgoing connection to {host}, port {port}.")  # fmt: skip
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        yield bad("DNS", f"the name {host} is not known here", Who.IT,
                  "Ask the centre for the server's name and address; check this machine's DNS.")  # fmt: skip
        return
    try:
        raw = socket.create_connection((host, port), timeout=WAIT)
    except TimeoutError:
        yield bad("port", f"{host}, port {port}: no answer", Who.IT,
                  "A firewall on the way drops it; FIREWALL.md says what must be open.")  # fmt: skip
        return
    except OSError as error:
        yield bad("port", f"{host}, port {port}: {error.strerror or 'refused'}", Who.CENTRE,
                  "The server is not running, or a firewall refuses.")  # fmt: skip
        return
    with raw:
        yield _handshake(raw, startup)


def _handshake(raw: socket.socket, startup: Path) -> Finding:
    try:
        context = _context(startup)
        with context.wrap_socket(raw) as secured:
            secured.settimeout(ANSWER)
            try:
                if secured.recv(1) == b"":
                    return _not_taken("the server closed the connection")
            except TimeoutError:
                pass
    except ssl.SSLCertVerificationError as error:
        return _not_trusted(error)
    except (ssl.SSLError, OSError) as error:
        return _not_taken(str(getattr(error, "reason", "") or error))
    return good("server", "reached; both sides took each other's certificate")


def _context(startup: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(startup / "rootCA.pem")
    context.load_cert_chain(startup / "client.crt", startup / "client.key")
    return context


def _not_trusted(error: ssl.SSLCertVerificationError) -> Finding:
    if error.verify_code == NOT_YET:
        return bad("clock", "the server's certificate begins later than this machine's clock says", Who.IT,
                   "Set this machine's clock (NTP), then try again.")  # fmt: skip
    if error.verify_code == ENDED:
        return bad("server", "its certificate has ended, as far as this machine's clock is right", Who.CENTRE,
                   "The centre renews the server's kit; this house checks its clock.")  # fmt: skip
    return bad("server", "it shows a certificate of another project", Who.IT,
               "Is this the right kit? A proxy that opens TLS looks the same.")  # fmt: skip


def _not_taken(reason: str) -> Finding:
    """The server's view: what it says of our certificate."""
    text = reason.lower()
    if "expired" in text:
        return bad("certificate", "the server says that this kit's certificate has ended", Who.CENTRE,
                   "If the kit's own dates are good, the server's clock is wrong.")  # fmt: skip
    if "unknown_ca" in text or "unknown ca" in text or "bad_certificate" in text:
        return bad("certificate", "the server does not know this kit's project", Who.IT,
                   "Is this the kit of this federation?")  # fmt: skip
    return bad("server", f"the handshake was broken off ({reason})", Who.CENTRE,
               "The certificate, the server's clock, or something that opens TLS.")  # fmt: skip
