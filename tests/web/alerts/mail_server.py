"""A mail server of a few lines on loopback: real sockets, real SMTP, and it can be told to misbehave."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

REFUSED = "refused@example.org"
"""The server refuses mail for this address, and repeats it in what it says."""


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it was given. `hang_at` is a point of the talk at which it says no more."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, hang_at: str = "", seconds_a_mail: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.hang_at, self.seconds_a_mail = hang_at, seconds_a_mail
        self.received: list[EmailMessage] = []
        self.is_hanging = threading.Event()
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def pause(self, point: str) -> None:
        """Say no more from here on, when told so."""
        if self.hang_at == point:
            self.is_hanging.set()
            self.closing.wait(60)

    def people(self) -> list[str]:
        """To whom the mails were, in alphabetical order."""
        return sorted(str(one["To"]) for one in self.received)


class Talk(socketserver.StreamRequestHandler):
    """One talk with a client."""

    server: MailServer

    def handle(self) -> None:
        """Answer until the client leaves."""
        self.server.pause("greeting")
        self.say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                return self.say("221 bye")
            if verb == b"DATA":
                self.take()
            elif verb == b"RCPT" and REFUSED.encode() in line:
                self.say(f"550 no mailbox {REFUSED}")
            else:
                self.say("250 ok")
        return None

    def take(self) -> None:
        """One mail; it is kept before the client hears so."""
        self.server.pause("before the mail")
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.received.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.server.pause("after the mail")
        time.sleep(self.server.seconds_a_mail)
        self.say("250 kept")

    def say(self, text: str) -> None:
        """One line of answer."""
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(hang_at: str = "", seconds_a_mail: float = 0.0) -> Iterator[MailServer]:
    """A server that runs as long as the block."""
    with MailServer(hang_at, seconds_a_mail) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
