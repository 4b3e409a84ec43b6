"""How the settings of mail are read: the portal's own address, the mail server, the sender."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from cimara_web.variables import LOOPBACK_HOSTS, SettingError, Variable

MAIL_PORTS = {"smtp": 587, "smtps": 465}


def read_address(variable: Variable, text: str, host: str) -> str:
    """Scheme, host and port of the portal, without a slash at the end."""
    if not text:
        return "http://127.0.0.1:8000" if host in LOOPBACK_HOSTS else f"https://{host}"
    url = urlsplit(text)
    plain_path = not (url.path.strip("/") or url.query or url.fragment)
    if url.scheme not in ("http", "https") or not url.hostname or not plain_path:
        raise SettingError.malformed(variable, "https://HOST, without a path")
    return text.rstrip("/")


def read_smtp(variable: Variable, text: str) -> dict[str, Any]:
    """Django's settings for the mail server; none for files. On loopback alone mails travel unlocked."""
    if not text:
        return {}
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    if url.scheme not in MAIL_PORTS or not url.hostname or url.path.strip("/") or url.query:
        raise SettingError.malformed(variable, "smtp://USER:PASSWORD@HOST:PORT or smtps://...")
    is_local = url.hostname in ("127.0.0.1", "localhost", "::1")
    return {
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": port or MAIL_PORTS[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_USE_TLS": url.scheme == "smtp" and not is_local,
    }


def read_sender(variable: Variable, text: str, address: str) -> str:
    """The sender as mails name it."""
    host = urlsplit(address).hostname or "localhost"
    sender = text or f"no-reply@{'localhost' if host in ('127.0.0.1', '::1') else host}"
    name, mailbox = parseaddr(sender)
    if mailbox.count("@") != 1 or mailbox.startswith("@") or mailbox.endswith("@") or "\n" in name:
        raise SettingError.malformed(variable, "NAME <MAILBOX@HOST> or MAILBOX@HOST")
    return sender
