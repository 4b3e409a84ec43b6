"""Pages and service files of the kits, filled in: what an IT department and a steward must know and do."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from cimara.federation.provision.project import Bind, Project
from cimara.federation.site.policy import FILE, policy_text

LISTENING = {Bind.ALL: "on all addresses", Bind.LOOPBACK: "on the loopback only, behind a proxy of yours"}


def of_site(project: Project, site: str) -> dict[str, str]:
    """Texts of a site's kit by path."""
    known = _known(project) | {"site": site}
    pages = {
        "README.md": "site_readme.md",
        "IT-CHECKLIST.md": "site_checklist.md",
        "FIREWALL.md": "site_firewall.md",
        "WHAT-LEAVES.md": "what_leaves.md",
        "cimara-site.service": "site.service",
        "verify.sh": "verify.sh",
    }
    filled = {path: _filled(name, known) for path, name in pages.items()}
    return filled | {f"house/{FILE}": policy_text(data="data.csv", allowed=())}


def of_server(project: Project) -> dict[str, str]:
    """Texts of the server's kit by path."""
    server = project.server
    interface = f"RestrictNetworkInterfaces=lo {server.interface}\n" if server.interface else ""
    known = _known(project) | {"bind": LISTENING[server.bind], "interface": interface}
    pages = {
        "README.md": "server_readme.md",
        "FIREWALL.md": "server_firewall.md",
        "cimara-server.service": "server.service",
        "verify.sh": "verify.sh",
    }
    return {path: _filled(name, known) for path, name in pages.items()}


def of_researcher(project: Project, researcher: str) -> dict[str, str]:
    """Texts of a researcher's kit by path."""
    known = _known(project) | {"researcher": researcher}
    return {
        "README.md": _filled("researcher_readme.md", known),
        "verify.sh": _filled("verify.sh", known),
    }


def _known(project: Project) -> dict[str, str]:
    return {"project": project.name, "host": project.server.host, "port": str(project.server.port)}


def _filled(name: str, known: dict[str, str]) -> str:
    template = files("cimara.federation.provision").joinpath("templates", name).read_text(encoding="utf-8")
    return Template(template).substitute(known)
