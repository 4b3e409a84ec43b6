"""What a federation consists of, as the coordinating centre writes it down in `project.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from cimara.federation.errors import Code, FederationError

DEFAULT_PORT = 8002
ROOT_YEARS = 10
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_ORGANISATION = re.compile(r"[A-Za-z0-9_]{1,40}")
"""NVFlare takes no hyphen in these."""
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")
_MAIL = re.compile(r"[A-Za-z0-9_.+-]{1,40}@[A-Za-z0-9.-]{1,40}")


class Bind(StrEnum):
    """Where the server listens. NVFlare 2.9 knows these two; a firewall narrows the first."""

    ALL = "all"
    LOOPBACK = "loopback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server of the coordinating centre.

    Parameters
    ----------
    host
        The name that sites connect to; it stands in the server's certificate.
    also
        Other names and addresses of it that the certificate holds.
    interface
        The only network interface that the service may use; "" for any.
    """

    host: str
    port: int = DEFAULT_PORT
    also: tuple[str, ...] = ()
    bind: Bind = Bind.ALL
    interface: str = ""
    organisation: str = "coordinating_centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A site (`id` as in study files) or a researcher (`id` is an e-mail address)."""

    id: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A federation: its server, its sites, and the researchers who may send orders."""

    name: str
    server: Server
    sites: tuple[Member, ...]
    researchers: tuple[Member, ...]
    root_valid_days: int = ROOT_YEARS * 365

    def with_site(self, site: Member) -> Project:
        """The project and one more site. Raises FederationError (BAD_KIT) where it has that id already."""
        if any(one.id == site.id for one in self.sites):
            raise _bad("there is a site of that id already", "site", "an id that no site has")
        return replace(self, sites=(*self.sites, site))


def read_project(path: Path) -> Project:
    """The project in a TOML file. Raises FederationError (BAD_KIT) naming the entry that cannot be used."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _bad("cannot be read as TOML", path.name, "a file as `docs/how-to` shows it") from error
    server = _table(content, "server")
    return Project(
        name=_text(content, "name", _ID),
        server=Server(
            host=_text(server, "host", _HOST),
            port=_number(server, "port", DEFAULT_PORT, 65_535),
            also=tuple(_matching(str(one), "server.also", _HOST) for one in server.get("also", [])),
            bind=_bind(server.get("bind", Bind.ALL)),
            interface=_text(server, "interface", _ID) if "interface" in server else "",
            organisation=_text(server, "organisation", _ORGANISATION),
        ),
        sites=_members(content, "site", _ID),
        researchers=_members(content, "researcher", _MAIL),
        root_valid_days=_number(content, "root_valid_days", ROOT_YEARS * 365, 20 * 365),
    )


def write_site(path: Path, site: Member) -> None:
    """Add a site to the end of a project file, which keeps its comments."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f'\n[[site]]\nid = "{site.id}"\norganisation = "{site.organisation}"\n')


def member(kind: str, name: str, organisation: str) -> Member:
    """A checked site ("site") or researcher ("researcher")."""
    pattern = _MAIL if kind == "researcher" else _ID
    return Member(
        id=_matching(name, f"{kind}.id", pattern),
        organisation=_matching(organisation, f"{kind}.organisation", _ORGANISATION),
    )


def _members(content: dict[str, Any], kind: str, pattern: re.Pattern[str]) -> tuple[Member, ...]:
    found = tuple(
        Member(id=_text(one, "id", pattern), organisation=_text(one, "organisation", _ORGANISATION))
        for one in content.get(kind, [])
    )
    if not found or len({one.id for one in found}) < len(found):
        raise _bad("each must have an id of its own, and there must be one at least", kind, f"[[{kind}]]")
    return found


def _table(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    if not isinstance(found, dict):
        raise _bad("is missing", name, f"a table [{name}]")
    return found


def _text(table: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    return _matching(str(table.get(name, "")), name, pattern)


def _matching(text: str, where: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(text):
        raise _bad("cannot be used as a name", where, "letters and digits without blanks")
    return text


def _number(table: dict[str, Any], name: str, default: int, most: int) -> int:
    found = table.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found <= most:
        raise _bad("is no number that can be used", name, f"1 to {most}")
    return found


def _bind(text: object) -> Bind:
    try:
        return Bind(str(text))
    except ValueError as error:
        raise _bad("is neither", "server.bind", " or ".join(f'"{one}"' for one in Bind)) from error


def _bad(problem: str, where: str, expected: str) -> FederationError:
    return FederationError(Code.BAD_KIT, problem, where=where, expected=expected)
