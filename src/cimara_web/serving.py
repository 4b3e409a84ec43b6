"""What a portal needs before it is served: a strong secret, a current schema, no debug pages off loopback."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command

from cimara_web.environment import require_secret
from cimara_web.health import pending_migrations
from cimara_web.logs import configuration

DEFAULT_BIND = "127.0.0.1:8000"
THREADS_A_WORKER = 4
"""Pages are mostly Python, so more threads only wait for each other; each holds one database connection."""
EXIT_REFUSED = 2


@dataclass(frozen=True, slots=True)
class Bind:
    """Where to listen: a host and port, or a Unix socket."""

    host: str = ""
    port: int = 0
    socket: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Bind:
        """`HOST:PORT` or `unix:PATH`."""
        if text.startswith("unix:") and len(text) > len("unix:"):
            return cls(socket=Path(text.removeprefix("unix:")))
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise CommandError(
                "--bind can't be read; expected HOST:PORT or unix:PATH, such as 127.0.0.1:8000",
                returncode=EXIT_REFUSED,
            )
        return cls(host=host.strip("[]"), port=int(port))

    @property
    def is_local(self) -> bool:
        """True for loopback and for a socket file: nobody else's machine reaches it."""
        if self.socket is not None or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def address(self) -> str:
        """For people: a link, or the socket's path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.socket}" if self.socket else f"http://{host}:{self.port}/"


def refuse_unsafe(bind: Bind) -> None:
    """Raise for a weak secret, debug pages that others could reach, or a schema that is behind."""
    require_secret(settings.ENVIRONMENT)
    if settings.DEBUG and not bind.is_local:
        raise CommandError(
            "CIMARA_DEBUG=1 shows settings to strangers: listen on 127.0.0.1, or take it away",
            returncode=EXIT_REFUSED,
        )
    if pending_migrations():
        raise CommandError(
            "the database lacks steps of the schema; run `cimara web migrate`", returncode=EXIT_REFUSED
        )


def clear_dead_socket(file: Path) -> None:
    """Remove the socket file of a server that was killed, which would keep the next from starting.

    Raises
    ------
    CommandError
        When a server listens there.
    """
    if not file.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(file))
        except ConnectionRefusedError:
            file.unlink(missing_ok=True)
            return
        except OSError:
            return  # not ours: the server says what is wrong
    raise CommandError(f"a server listens at {file} already", returncode=EXIT_REFUSED)


def serve(bind: Bind, *, workers: int) -> None:
    """Collect static files, then serve until stopped. The server's own access log stays off."""
    from granian import Granian
    from granian.constants import Interfaces

    if bind.socket is not None:
        clear_dead_socket(bind.socket)
    call_command("collectstatic", interactive=False, verbosity=0)
    server = Granian(
        "cimara_web.wsgi:application",
        address=bind.host or "127.0.0.1",
        port=bind.port or 8000,
        uds=bind.socket,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS_A_WORKER,
        websockets=False,
        log_access=False,
        log_dictconfig=configuration(),
        respawn_failed_workers=True,
    )
    server.serve()
