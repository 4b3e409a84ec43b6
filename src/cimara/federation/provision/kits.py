"""Kits of a federation, made with NVFlare's own provisioning: a folder for each server, site, researcher.

OUT/project.toml            what was provisioned
OUT/authority/              the project's certificate authority: keep it secret, back it up, never send it
OUT/server/                 OUT/sites/NL01/          OUT/researchers/MAIL/
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nvflare.lighter.constants import CtxKey  # type: ignore[import-untyped]
from nvflare.lighter.entity import Project as FlareProject  # type: ignore[import-untyped]
from nvflare.lighter.impl.cert import CertBuilder  # type: ignore[import-untyped]
from nvflare.lighter.impl.static_file import StaticFileBuilder  # type: ignore[import-untyped]
from nvflare.lighter.impl.workspace import WorkspaceBuilder  # type: ignore[import-untyped]
from nvflare.lighter.provisioner import Provisioner  # type: ignore[import-untyped]

from cimara.federation.errors import Code, FederationError
from cimara.federation.provision.house_builder import HouseBuilder
from cimara.federation.provision.project import Member, Project, member, read_project, write_site
from cimara.federation.provision.settings import RESEARCHER

AUTHORITY = "authority"
PROJECT = "project.toml"
RENEWED = ("startup", "local")
"""Parts of a kit that are NVFlare's; `house/` is its people's, and a new certificate leaves it alone."""
SCHEME = "tcp"
"""NVFlare's transport inside TLS: plain TCP, which needs no further library at a site."""


def provision(project: Path, out: Path) -> Path:
    """Make the kits of a project.

    Parameters
    ----------
    project
        `project.toml`.
    out
        A folder that does not exist yet, or is empty.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    FederationError
        BAD_KIT: the project cannot be read, the folder is in use, or NVFlare made no kits.
    """
    plan = read_project(project)
    if out.exists() and any(out.iterdir()):
        raise FederationError(
            Code.BAD_KIT, "the folder is in use", where=out.name,
            hint="A second run would make new certificates for everybody. Use add-site for one more site.",
        )  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(project, out / PROJECT)
    _make(plan, out, plan.sites, plan.researchers)
    return out


def add_site(out: Path, site: str, organisation: str) -> Path:
    """Make the kit of one more site; certificates and files of all others stay as they are, byte for byte.

    Raises FederationError (BAD_KIT) where the site is there already, or the authority's folder is lost.
    """
    plan = read_project(out / PROJECT)
    one = member("site", site, organisation)
    plan.with_site(one)
    _authority(out, plan)
    _make(plan, out, (one,), ())
    write_site(out / PROJECT, one)
    return out / "sites" / one.id


def renew(out: Path, name: str) -> Path:
    """Make a new certificate and kit for a site or a researcher; `house/` stays as it is.

    Raises FederationError (BAD_KIT) where there is nobody of that name, or the authority's folder is lost.
    """
    plan = read_project(out / PROJECT)
    sites = tuple(one for one in plan.sites if one.id == name)
    researchers = tuple(one for one in plan.researchers if one.id == name)
    if not sites and not researchers:
        raise FederationError(Code.BAD_KIT, "there is nobody of that name in the project", where=name)
    state = _authority(out, plan)
    known = json.loads(state.read_text())
    known.pop(name, None)
    state.write_text(json.dumps(known))
    kit = out / ("sites" if sites else "researchers") / name
    for part in RENEWED:
        shutil.rmtree(kit / part, ignore_errors=True)
    _make(plan, out, sites, researchers)
    return kit


def _authority(out: Path, plan: Project) -> Path:
    """The state of NVFlare's certificate authority."""
    state = out / AUTHORITY / plan.name / "state" / "cert.json"
    if not state.is_file():
        raise FederationError(
            Code.BAD_KIT, "the folder of the certificate authority is lost", where=AUTHORITY,
            hint="Bring it back from its backup. Without it everybody needs a new kit.",
        )  # fmt: skip
    return state


def _make(plan: Project, out: Path, sites: tuple[Member, ...], researchers: tuple[Member, ...]) -> None:
    """Run NVFlare's builders for the server and these members, and move what they made to its places."""
    context = _provisioner(plan, out / AUTHORITY).provision(
        _flare_project(plan, sites, researchers), logger=_Quiet()
    )
    made = context.get_result_location()
    if context.get(CtxKey.BUILD_ERROR) or not made:
        raise FederationError(Code.BAD_KIT, "NVFlare could not make the kits", where=plan.name)
    places = {plan.server.host: out / "server"}
    places |= {one.id: out / "sites" / one.id for one in sites}
    places |= {one.id: out / "researchers" / one.id for one in researchers}
    for name, place in places.items():
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(Path(made) / name, place)
        for part in RENEWED:
            if not (place / part).exists():
                shutil.move(Path(made) / name / part, place / part)
    shutil.rmtree(made)
    _forget_keys(out, plan)


def _provisioner(plan: Project, root: Path) -> Any:
    return Provisioner(
        str(root),
        [
            WorkspaceBuilder(),
            StaticFileBuilder(config_folder="config", scheme=SCHEME, require_signed_jobs=True),
            CertBuilder(root_valid_days=plan.root_valid_days),
            HouseBuilder(plan),
        ],
    )


def _flare_project(plan: Project, sites: tuple[Member, ...], researchers: tuple[Member, ...]) -> Any:
    flare = FlareProject(plan.name, "made by cimara federation provision")
    server = plan.server
    flare.set_server(
        server.host,
        server.organisation,
        {
            "fed_learn_port": server.port,
            "admin_port": server.port,
            "default_host": server.host,
            "host_names": list(server.also),
        },
    )
    for one in sites:
        flare.add_client(one.id, one.organisation, {"allow_log_streaming": False})
    for one in researchers:
        flare.add_admin(one.id, one.organisation, {"role": RESEARCHER})
    return flare


def _forget_keys(out: Path, plan: Project) -> None:
    """Take the private keys of sites and researchers out of the authority's state: kits alone have them."""
    state = _authority(out, plan)
    known = json.loads(state.read_text())
    for name, held in known.items():
        if isinstance(held, dict) and name != plan.server.host:
            held.pop("pri_key", None)
    with _private(state) as stream:
        json.dump(known, stream)


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    path.touch(mode=0o600)
    path.chmod(0o600)
    with path.open("w", encoding="utf-8") as stream:
        yield stream


class _Quiet:
    """What NVFlare logs while it makes kits; errors end in an exception of ours."""

    def info(self, text: str) -> None: ...
    def debug(self, text: str) -> None: ...
    def warning(self, text: str) -> None: ...
    def error(self, text: str) -> None: ...
