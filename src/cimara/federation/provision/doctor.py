"""Looks at a kit and at the way to the server, and says what is wrong and who must act."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nvflare.fuel.sec.security_content_service import (  # type: ignore[import-untyped]
    LoadResult,
    SecurityContentManager,
)

from cimara.federation.errors import FederationError
from cimara.federation.provision import settings
from cimara.federation.provision.certificates import Certificate, read_certificate
from cimara.federation.provision.connection import connection
from cimara.federation.provision.finding import Finding, Who, bad, good, warning
from cimara.federation.reports.chart_study import ChartStudy
from cimara.federation.reports.site_folder import SiteFolder
from cimara.federation.site.policy import Policy
from cimara.federation.study import FederatedStudy
from cimara.federation.transport.nvflare.house import House

WARN_BEFORE = timedelta(days=60)
CHECKED_VERSIONS = ("2.9.0",)
"""Versions of NVFlare that the red-team tests have passed on."""
UNSAFE_BELOW = (2, 9)
"""Earlier ones let others run code through messages (two reports of 2022, one of 2026)."""


class Kind(StrEnum):
    """What a kit is for."""

    SITE = "site"
    SERVER = "server"
    RESEARCHER = "researcher"


CONFIGS: Mapping[Kind, str] = {
    Kind.SITE: "fed_client.json",
    Kind.SERVER: "fed_server.json",
    Kind.RESEARCHER: "fed_admin.json",
}


@dataclass(frozen=True, slots=True)
class _Kit:
    folder: Path
    kind: Kind
    now: datetime

    @property
    def startup(self) -> Path:
        return self.folder / "startup"

    @property
    def certificate(self) -> Path:
        return self.startup / ("server.crt" if self.kind is Kind.SERVER else "client.crt")

    @property
    def config(self) -> Any:
        return json.loads((self.startup / CONFIGS[self.kind]).read_bytes())

    @property
    def address(self) -> tuple[str, int]:
        """Name and port of the server."""
        if self.kind is Kind.RESEARCHER:
            admin = self.config["admin"]
            return str(admin["host"]), int(admin["port"])
        host, _, port = str(self.config["servers"][0]["service"]["target"]).partition(":")
        return host, int(port)


def doctor(kit: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[Finding]:
    """What can be found about a kit, in the order in which it should be mended; nothing is changed.

    Parameters
    ----------
    now
        This machine's clock.
    """
    kind = next((kind for kind, name in CONFIGS.items() if (kit / "startup" / name).is_file()), None)
    if kind is None:
        return [bad("kit", "this folder is no kit, or not whole", Who.IT, "Unpack the kit anew.")]
    one = _Kit(kit, kind, now())
    checks = (_version, _certificates, _untouched, _policies, _keys, _house, _way)
    return [finding for check in checks for finding in check(one)]


def _version(kit: _Kit) -> Iterator[Finding]:
    try:
        found = version("nvflare")
    except PackageNotFoundError:
        yield bad("NVFlare", "is not installed", Who.IT, "`make federation` in the clone of CIMARa")
        return
    parts = tuple(int(one) for one in found.split(".")[:2] if one.isdecimal())
    if parts != UNSAFE_BELOW:
        older = "has known holes" if parts < UNSAFE_BELOW else "was never tried with this program"
        yield bad("NVFlare", f"version {found} {older}", Who.IT, 'pip install "nvflare>=2.9,<2.10"')
    elif found not in CHECKED_VERSIONS:
        yield warning("NVFlare", f"version {found} is not among those that were checked", Who.CENTRE,
                      f"Checked: {', '.join(CHECKED_VERSIONS)}.")  # fmt: skip
    else:
        yield good("NVFlare", f"version {found}")


def _certificates(kit: _Kit) -> Iterator[Finding]:
    for path, what in ((kit.certificate, "certificate"), (kit.startup / "rootCA.pem", "root certificate")):
        try:
            yield from _lasting(read_certificate(path), what, kit.now)
        except FederationError as error:
            yield bad(what, error.problem, Who.CENTRE, error.hint or "")
    try:
        own, root = read_certificate(kit.certificate), read_certificate(kit.startup / "rootCA.pem")
    except FederationError:
        return
    if not own.signed_by(root):
        yield bad("certificate", "belongs to another project than the rest of this kit", Who.IT,
                  "Unpack the kit of this project into an empty folder.")  # fmt: skip


def _lasting(one: Certificate, what: str, now: datetime) -> Iterator[Finding]:
    if now < one.begins:
        yield bad("clock", f"the {what} begins on {one.begins:%Y-%m-%d %H:%M} UTC; this machine's clock "
                  f"says {now:%Y-%m-%d %H:%M}", Who.IT, "Set the clock (NTP), then try again.")  # fmt: skip
    elif now > one.ends:
        yield bad(what, f"ended on {one.ends:%Y-%m-%d}; this machine's clock says {now:%Y-%m-%d}",
                  Who.CENTRE, "If the clock is right: the centre renews the kit.")  # fmt: skip
    elif one.ends - now < WARN_BEFORE:
        yield warning(what, f"ends on {one.ends:%Y-%m-%d}, in {(one.ends - now).days} days", Who.CENTRE,
                      "The centre renews the kit before that day.")  # fmt: skip
    else:
        yield good(what, f"lasts until {one.ends:%Y-%m-%d}")


def _untouched(kit: _Kit) -> Iterator[Finding]:
    manager = SecurityContentManager(str(kit.startup))
    if not manager.valid_config:
        yield bad("startup", "signature.json or rootCA.pem is missing", Who.IT, "Unpack the kit anew.")
        return
    names = sorted(one.name for one in kit.startup.iterdir() if one.name != "signature.json")
    edited = [name for name in names if manager.load_content(name)[1] is LoadResult.INVALID_SIGNATURE]
    strange = [name for name in names if manager.load_content(name)[1] is LoadResult.NOT_SIGNED]
    gone = sorted(set(manager.signature) - set(names))
    for name, how in ((edited, "was edited"), (strange, "is not part of the kit"), (gone, "is missing")):
        for one in name:
            yield bad("startup", f"{one} {how}; NVFlare stops with \"not secure content\"", Who.IT,
                      "Take the file from the kit again. What may be changed lies in house/.")  # fmt: skip
    if not edited and not strange and not gone:
        yield good("startup", "every file is as the centre signed it")


def _policies(kit: _Kit) -> Iterator[Finding]:
    """Whether NVFlare still has our settings: a looser one would open what the filters rely on."""
    for name, delivered in _delivered(kit.kind).items():
        path = kit.folder / "local" / name
        try:
            found = json.loads(path.read_bytes())
        except (OSError, ValueError):
            found = None
        if found != delivered:
            yield bad("local", f"{name} is not as it was delivered", Who.IT,
                      "Take local/ from the kit again; a site's own rules stand in house/.")  # fmt: skip


def _delivered(kind: Kind) -> Mapping[str, Any]:
    if kind is Kind.SITE:
        return {
            "authorization.json": settings.authorization(server=False),
            "resources.json": settings.site_resources(),
            "privacy.json": settings.privacy(),
        }
    if kind is Kind.SERVER:
        return {
            "authorization.json": settings.authorization(server=True),
            "resources.json": settings.server_resources(),
        }
    return {}


def _keys(kit: _Kit) -> Iterator[Finding]:
    for path in (*kit.startup.glob("*.key"), *(kit.folder / "house").glob("*_key.pem")):
        if path.stat().st_mode & 0o077:
            yield warning("keys", f"{path.name} can be read by other users of this machine", Who.IT,
                          f"chmod 600 {path.parent.name}/{path.name}")  # fmt: skip
    try:
        own = House(kit.folder).public_key(str(kit.kind))
    except FederationError as error:
        yield bad("keys", error.problem, Who.SITE if kit.kind is Kind.SITE else Who.CENTRE, error.hint or "")
        return
    yield good("keys", f"fingerprint {own.fingerprint}, to be compared by telephone")


def _house(kit: _Kit) -> Iterator[Finding]:
    house = House(kit.folder)
    found = list(house.read_studies())
    studies = [study for _, study, _ in found if study is not None]
    for path, study, words in found:
        if study is None:
            told = f"house/studies/{path.parent.name} cannot be used: {words}"
            yield bad("studies", told, Who.CENTRE, "The centre sends the study anew, with all its files.")
    if not found:
        yield warning("studies", "there is no study that can be read in house/studies", Who.SITE,
                      "A folder for each: study.toml, sites.toml, the signatures.")  # fmt: skip
    if kit.kind is not Kind.SITE:
        return
    name = str(kit.config["client"]["fqsn"])
    for study in studies:
        if name in study.sites and name not in study.signed:
            yield warning("studies", f"{study.id} is not signed by this site", Who.SITE,
                          "`cimara study sign` signs it, once your hospital takes part.")  # fmt: skip
    try:
        policy = Policy.read(house.policy)
    except FederationError as error:
        yield bad("policy", str(error), Who.SITE, "")
        return
    yield from _data(policy, studies, name)


def _data(policy: Policy, studies: Sequence[FederatedStudy[Any]], site: str) -> Iterator[Finding]:
    if not policy.data.exists():
        yield bad("data", f"there is no {policy.data.name} where cimara_site.toml says", Who.SITE,
                  "Correct `data` in house/cimara_site.toml.")  # fmt: skip
    else:
        yield good("data", "what cimara_site.toml names is there")
    for study in studies:
        if policy.data.exists() and isinstance(study, ChartStudy) and site in study.sites:
            yield _folder_of_charts(SiteFolder(policy.data, study), site)


def _folder_of_charts(folder: SiteFolder, site: str) -> Finding:
    try:
        folder.check_model()
        folder.read(site)
    except FederationError as error:
        return bad("data", f"{folder.study.id}: {error.problem}", Who.SITE, error.hint or "")
    return good("data", f"{folder.study.id}: the data folder is of the study as it is signed")


def _way(kit: _Kit) -> Iterator[Finding]:
    if kit.kind is Kind.SERVER:
        return
    host, port = kit.address
    yield from connection(host, port, kit.startup)
