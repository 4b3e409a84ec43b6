"""Kits of a demonstration, filled as their people would fill them: keys, the signed study, the data file."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cimara.cohort.study.keys import new_key, write_key
from cimara.federation.demonstration.rows import site_rows
from cimara.federation.demonstration.study_file import RESEARCHER, STUDY, write_study
from cimara.federation.provision.project import Bind
from cimara.federation.site.policy import FILE, policy_text
from cimara.federation.tables.studies import TableStudy

MAIL = "member014@example.org"
DATA = "rows.csv"
LOOPBACK = "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """The kits of a demonstration and the study that they all hold."""

    folder: Path
    study: TableStudy
    port: int

    @property
    def kits(self) -> Path:
        """What `provision` wrote."""
        return self.folder / "kits"

    @property
    def server(self) -> Path:
        """The server's kit."""
        return self.kits / "server"

    @property
    def researcher(self) -> Path:
        """The researcher's kit."""
        return self.kits / "researchers" / MAIL

    def site(self, name: str) -> Path:
        """The kit of a site."""
        return self.kits / "sites" / name


def set_up(
    folder: Path,
    sites: tuple[str, ...],
    *,
    analyses: Mapping[str, str],
    at: datetime,
    port: int | None = None,
    host: str = LOOPBACK,
) -> Houses:
    """Provision a federation on this machine's loopback, or another host, and fill its kits.

    Parameters
    ----------
    sites
        Ids out of `rows.SITES`.
    analyses
        Bodies of `[[analysis]]` of the study file, by id.
    port
        The server's; None for one that is free.
    host
        The server's name; it listens on all addresses where that is not the loopback's.
    """
    from cimara.federation.provision import provision

    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    project = folder / "project.toml"
    project.write_text(_project(sites, host, port), encoding="utf-8")
    provision(project, folder / "kits")
    keys = {name: new_key() for name in sites}
    centre = {"coordinator": new_key(), RESEARCHER: new_key()}
    study = write_study(folder / "study", keys, centre, analyses, at)
    houses = Houses(folder=folder, study=study, port=port)
    write_key(centre["coordinator"], houses.server / "house" / "coordinator_key.pem")
    write_key(centre[RESEARCHER], houses.researcher / "house" / "researcher_key.pem")
    for kit in (houses.server, houses.researcher, *(houses.site(name) for name in sites)):
        shutil.copytree(folder / "study", kit / "house" / "studies" / STUDY)
    for name, key in keys.items():
        house = houses.site(name) / "house"
        write_key(key, house / "site_key.pem")
        site_rows(name).write_csv(house / DATA)
        text = policy_text(data=DATA, allowed=(study.hash,), allow_plain=True, steward="Demo Member 014")
        (house / FILE).write_text(text, encoding="utf-8")
    return houses


def free_port() -> int:
    """A TCP port of the loopback that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _project(sites: tuple[str, ...], host: str, port: int) -> str:
    own = f'also = ["127.0.0.1"]\nbind = "{Bind.LOOPBACK}"' if host == LOOPBACK else f'bind = "{Bind.ALL}"'
    listed = "\n".join(
        f'[[site]]\nid = "{name}"\norganisation = "institution_{place:02d}"'
        for place, name in enumerate(sites, start=1)
    )
    return (
        f'name = "demonstration"\n\n[server]\nhost = "{host}"\nport = {port}\n{own}\n'
        f'organisation = "demo_centre"\n\n{listed}\n\n'
        f'[[researcher]]\nid = "{MAIL}"\norganisation = "demo_centre"\n'
    )
