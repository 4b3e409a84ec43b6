"""Every setting that the portal takes from its environment: name, meaning, example, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cimara.terms.errors import CimaraError

MIN_SECRET_LENGTH = 50
"""As Django's own deploy check (security.W009) asks."""
MIN_SECRET_LETTERS = 5
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class SettingError(CimaraError):
    """A setting that is missing or can't be read; the process ends with exit code 10."""

    exit_code = 10

    @classmethod
    def missing(cls, variable: Variable) -> SettingError:
        return cls(
            f"{variable.name} is not set: {variable.meaning}",
            hint=f"For example {variable.name}={variable.example}",
        )

    @classmethod
    def malformed(cls, variable: Variable, expected: str) -> SettingError:
        return cls(
            f"{variable.name} can't be read",
            expected=expected,
            hint=f"Example: {variable.name}={variable.example}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One setting; `default` None means that a running portal can't do without it."""

    name: str
    meaning: str
    example: str
    default: str | None


VARIABLES = (
    Variable(
        name="CIMARA_SECRET_KEY",
        meaning="secret that signs forms and links: 50 or more random characters",
        example='$(python3 -c "import secrets; print(secrets.token_urlsafe(48))")',
        default=None,
    ),
    Variable(
        name="CIMARA_SECRET_KEY_FILE",
        meaning="file that holds the secret, read when CIMARA_SECRET_KEY is not set",
        example="/etc/cimara/secret",
        default="",
    ),
    Variable(
        name="DATABASE_URL",
        meaning="database of the portal, SQLite or PostgreSQL; by default portal.sqlite3 in CIMARA_VAR",
        example="postgresql://cimara:password@localhost:5432/cimara",
        default="",
    ),
    Variable(
        name="CIMARA_VAR",
        meaning="folder that the portal writes to: SQLite database, static files, the demo's secret",
        example="/var/lib/cimara",
        default="var",
    ),
    Variable(
        name="CIMARA_SNAPSHOT",
        meaning="registry snapshot, a file or a registry folder; by default the starter registry",
        example="/var/lib/cimara/registry",
        default="",
    ),
    Variable(
        name="CIMARA_HOSTS",
        meaning="host names that the portal answers to, with commas between",
        example="trials.example.org,www.trials.example.org",
        default=",".join(LOOPBACK_HOSTS),
    ),
    Variable(
        name="CIMARA_BEHIND_PROXY",
        meaning="1 when a proxy speaks HTTPS and sets X-Forwarded-Proto; plain HTTP is then redirected",
        example="1",
        default="0",
    ),
    Variable(
        name="CIMARA_INSECURE_COOKIES",
        meaning="1 for a browser that refuses Secure cookies over HTTP on this machine; never in production",
        example="1",
        default="0",
    ),
    Variable(
        name="CIMARA_SITE_NAME",
        meaning="name of the site in its header and titles",
        example="CIMARa",
        default="CIMARa",
    ),
    Variable(
        name="CIMARA_DEBUG",
        meaning="1 shows Django's error pages to a developer; refused unless the portal listens on loopback",
        example="1",
        default="0",
    ),
)
_BY_NAME = {variable.name: variable for variable in VARIABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalEnvironment:
    """The settings, read and checked. `secret_key` is empty when none was given."""

    secret_key: str
    database: dict[str, Any]
    var: Path
    snapshot: Path | None
    hosts: tuple[str, ...]
    behind_proxy: bool
    insecure_cookies: bool
    site_name: str
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
    return PortalEnvironment(
        secret_key=take("CIMARA_SECRET_KEY", lambda _, text: text)
        or take("CIMARA_SECRET_KEY_FILE", _secret_of_file),
        database=take("DATABASE_URL", lambda variable, text: _database(variable, text, var)),
        var=var,
        snapshot=take("CIMARA_SNAPSHOT", lambda _, text: Path(text).absolute() if text else None),
        hosts=take("CIMARA_HOSTS", _hosts),
        behind_proxy=take("CIMARA_BEHIND_PROXY", _switch),
        insecure_cookies=take("CIMARA_INSECURE_COOKIES", _switch),
        site_name=take("CIMARA_SITE_NAME", lambda _, text: text),
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


def _hosts(variable: Variable, text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    if not hosts or any(set(host) & set("/ *") for host in hosts):
        raise SettingError.malformed(variable, "host names without scheme, path or star, with commas between")
    return hosts


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
