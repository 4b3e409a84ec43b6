"""A coordinator's browser without a browser: reads the form, sends a file, keeps what was acknowledged."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
ACCEPTED = re.compile(r"/submissions/([0-9a-f-]{36})/")
SECONDS = 30
WORDS = ("stable", "grew", "shrank", "none", "unknown", "resolved", "left", "right", "frontal", "other")


@dataclass
class Uploader:
    """Somebody of one site; `acknowledged` is public id -> SHA-256 of what the portal said that it has."""

    address: str
    page: str
    cookies: Mapping[str, str]
    acknowledged: dict[str, str] = field(default_factory=dict)

    def client(self) -> httpx.Client:
        """A new connection with the session of this person."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return httpx.Client(base_url=self.address, headers={"Cookie": kept}, timeout=SECONDS)

    def send(self, client: httpx.Client, content: bytes) -> None:
        """Send a file; what is not acknowledged raises.

        Raises
        ------
        httpx.TransportError
            When the server went away before it answered.
        """
        form = client.get(self.page)
        form.raise_for_status()
        token = re.search(r"csrf=([^;]+)", form.headers["set-cookie"])
        assert token is not None
        sent = client.post(
            self.page,
            data=dict(HIDDEN.findall(form.text)),
            files={"file": ("export.csv", content, "text/csv")},
            headers={"Cookie": f"{client.headers['Cookie']}; __Host-csrf={token[1]}"},
        )
        found = ACCEPTED.search(sent.headers.get("location", ""))
        assert (sent.status_code, bool(found)) == (303, True), (sent.status_code, sent.text[:400])
        assert found is not None
        self.acknowledged[found[1]] = hashlib.sha256(content).hexdigest()


def some_export(draw: random.Random, rows: int) -> bytes:
    """A table that hardly any other upload is equal to."""
    lines = (f"DEMO-{number:04},{draw.choice(WORDS)} {draw.choice(WORDS)}" for number in range(rows))
    return "\n".join(("patient_id,answer", *lines)).encode()
