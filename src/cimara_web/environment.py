"""How the portal's settings (`variables.py`) are read from its environment, and what is refused."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cimara_web.mail_settings import read_address, read_sender, read_smtp
from cimara_web.variables import VARIABLES, SettingError, Variable

MIN_SECRET_LENGTH = 50
"""As Django's own deploy check (security.W009) asks."""
MIN_SECRET_LETTERS = 5


_BY_NAME = {variable.name: variable for variable in VARIABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalEnvironment:
    """The settings, read and checked. `secret_key` is empty when none was given."""

    secret_key: str
    database: dict[str, Any]
    var: Path
    snapshot: Path | None
    study_store: Path
    scan_command: tuple[str, ...]
    federation_jobs: Path
    hosts: tuple[str, ...]
    address: str
    smtp: dict[str, Any]
    mail_from: str
    behind_proxy: bool
    insecure_cookies: bool
    site_name: str
    orcid_id: str
    orcid_secret: str
    debug: bool


def read_environment(environ: Mapping[str, str]) -> PortalEnvironment:
    """Read every setting of `VARIABLES`.

    Raises
    ------
    SettingError
        When a setting is malformed. A missing secret is for `require_secret` to refuse.
    """

    def take(name: str, parse: Callable[[Variable, str], Any]) -> Any:
        variable = _BY_NAME[name]
        return parse(variable, environ.get(name, "").strip() or variable.default or "")

    var = take("CIMARA_VAR", lambda _, text: Path(text).absolute())
    hosts = take("CIMARA_HOSTS", _hosts)
    address = take("CIMARA_ADDRESS", lambda variable, text: read_address(variable, text, hosts[0]))
    orcid_id = take("CIMARA_ORCID_ID", _orcid_id)
    return PortalEnvironment(
        secret_key=take("CIMARA_SECRET_KEY", lambda _, text: text)
        or take("CIMARA_SECRET_KEY_FILE", _secret_of_file),
        database=take("DATABASE_URL", lambda variable, text: _database(variable, text, var)),
        var=var,
        snapshot=take("CIMARA_SNAPSHOT", lambda _, text: Path(text).absolute() if text else None),
        study_store=take("CIMARA_STUDY_STORE", lambda _, text: Path(text or var / "studies").absolute()),
        scan_command=take("CIMARA_SCAN_COMMAND", _command),
        federation_jobs=take(
            "CIMARA_FEDERATION_JOBS", lambda _, text: Path(text or var / "federation-jobs").absolute()
        ),
        hosts=hosts,
        address=address,
        smtp=take("CIMARA_SMTP_URL", read_smtp),
        mail_from=take("CIMARA_MAIL_FROM", lambda variable, text: read_sender(variable, text, address)),
        behind_proxy=take("CIMARA_BEHIND_PROXY", _switch),
        insecure_cookies=take("CIMARA_INSECURE_COOKIES", _switch),
        site_name=take("CIMARA_SITE_NAME", lambda _, text: text),
        orcid_id=orcid_id,
        orcid_secret=take("CIMARA_ORCID_SECRET", lambda variable, text: _pair(variable, text, orcid_id)),
        debug=take("CIMARA_DEBUG", _switch),
    )


def require_secret(environment: PortalEnvironment) -> None:
    """Refuse to go on without a strong secret.

    Raises
    ------
    SettingError
        When it is missing, short or made of a few letters only.
    """
    secret, variable = environment.secret_key, _BY_NAME["CIMARA_SECRET_KEY"]
    if not secret:
        raise SettingError.missing(variable)
    if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_SECRET_LETTERS:
        raise SettingError.malformed(variable, f"at least {MIN_SECRET_LENGTH} characters chosen at random")


def _switch(variable: Variable, text: str) -> bool:
    if text not in ("0", "1"):
        raise SettingError.malformed(variable, "0 or 1")
    return text == "1"


def _command(variable: Variable, text: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        raise SettingError.malformed(variable, "a command with its options, as in a shell") from None
    if words and shutil.which(words[0]) is None:
        raise SettingError.malformed(variable, "a program that is there and may be run")
    return words


def _hosts(variable: Variable, text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    if not hosts or any(set(host) & set("/ *") for host in hosts):
        raise SettingError.malformed(variable, "host names without scheme, path or star, with commas between")
    return hosts


def _orcid_id(variable: Variable, text: str) -> str:
    if text and not re.fullmatch(r"APP-[0-9A-Z]{16}", text):
        raise SettingError.malformed(variable, "APP- and 16 letters or digits, as ORCID shows it")
    return text


def _pair(variable: Variable, text: str, orcid_id: str) -> str:
    """The secret goes with the id: one alone is a slip."""
    if bool(text) != bool(orcid_id):
        raise SettingError.malformed(variable, "both CIMARA_ORCID_ID and CIMARA_ORCID_SECRET, or neither")
    return text


def _secret_of_file(variable: Variable, text: str) -> str:
    if not text:
        return ""
    try:
        return Path(text).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingError.malformed(variable, "a readable text file") from None


_DATABASE_SHAPE = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
CONNECTION_SECONDS = 60
"""A worker's thread keeps its connection this long, so that a page needn't open one."""
SQLITE_OPTIONS = {
    # With BEGIN DEFERRED a transaction that reads, then writes, fails at once under load, timeout or not.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def _database(variable: Variable, text: str, var: Path) -> dict[str, Any]:
    if not text:
        return _sqlite(var / "portal.sqlite3")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise SettingError.malformed(variable, _DATABASE_SHAPE) from None
    name = unquote(url.path.removeprefix("/"))
    if not name:
        raise SettingError.malformed(variable, _DATABASE_SHAPE)
    if url.scheme == "sqlite" and not url.netloc:
        return _sqlite(Path(name).absolute())
    if url.scheme in ("postgres", "postgresql"):
        options = dict(parse_qsl(url.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": options.pop("host", url.hostname or ""),
            "PORT": str(port or ""),
            "OPTIONS": options,
            "CONN_HEALTH_CHECKS": True,
            "CONN_MAX_AGE": CONNECTION_SECONDS,
        }
    raise SettingError.malformed(variable, _DATABASE_SHAPE)


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "OPTIONS": dict(SQLITE_OPTIONS),
    }
