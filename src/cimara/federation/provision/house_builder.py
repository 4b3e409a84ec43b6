"""The part of provisioning that is ours: policies in `local/`, the house of a site, texts for its people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nvflare.lighter.constants import CtxKey, ParticipantType  # type: ignore[import-untyped]
from nvflare.lighter.spec import Builder  # type: ignore[import-untyped]
from nvflare.lighter.utils import sign_folders  # type: ignore[import-untyped]

from cimara.federation.provision import settings
from cimara.federation.provision import texts as pages
from cimara.federation.provision.project import Bind, Project

HOUSE = "house"
"""The folder of a kit that is the house's own: policy, key, studies, ledger, work."""
UNUSED = (
    "start.sh", "sub_start.sh", "stop_fl.sh", "fl_admin.sh", "system_info.ipynb", "readme.txt",
)  # fmt: skip
"""NVFlare's scripts: one command starts a kit, with our settings, and no second way is left lying about."""


class HouseBuilder(Builder):  # type: ignore[misc]
    """Replaces NVFlare's default policies by ours and signs the start-up files with the project's root."""

    def __init__(self, plan: Project) -> None:
        super().__init__()
        self._plan = plan

    def build(self, project: Any, ctx: Any) -> None:
        """Called by NVFlare after its own builders; `ctx` knows the folders and the root key."""
        for participant in project.get_all_participants():
            startup, local = Path(ctx.get_kit_dir(participant)), Path(ctx.get_local_dir(participant))
            kit = Path(ctx.get_ws_dir(participant))
            for one in (*(startup / name for name in UNUSED), kit / "readme.txt", *local.glob("*.sample")):
                one.unlink(missing_ok=True)
            if participant.type == ParticipantType.SERVER:
                self._server(kit, startup, local)
            elif participant.type == ParticipantType.CLIENT:
                self._site(kit, local, participant.name)
            else:
                self._researcher(kit, participant.name)
            sign_folders(str(startup), ctx.get(CtxKey.ROOT_PRI_KEY), signature_file="signature.json")

    def _server(self, kit: Path, startup: Path, local: Path) -> None:
        _policies(
            local,
            {"authorization": settings.authorization(server=True), "resources": settings.server_resources()},
        )
        if self._plan.server.bind is Bind.LOOPBACK:
            start = startup / "fed_server.json"
            content = json.loads(start.read_text())
            content["servers"][0]["service"]["target"] = f"127.0.0.1:{self._plan.server.port}"
            _write(start, content)
        house = kit / HOUSE
        (house / "studies").mkdir(parents=True)
        _texts(kit, pages.of_server(self._plan))

    def _site(self, kit: Path, local: Path, site: str) -> None:
        _policies(
            local,
            {
                "authorization": settings.authorization(server=False),
                "resources": settings.site_resources(),
                "privacy": settings.privacy(),
            },
        )
        house = kit / HOUSE
        (house / "studies").mkdir(parents=True)
        _texts(kit, pages.of_site(self._plan, site))

    def _researcher(self, kit: Path, name: str) -> None:
        house = kit / HOUSE
        (house / "studies").mkdir(parents=True)
        _texts(kit, pages.of_researcher(self._plan, name))


def _policies(local: Path, policies: Mapping[str, Mapping[str, Any]]) -> None:
    """Write each policy under the name that NVFlare reads before its default, and take the default away."""
    for name, content in policies.items():
        (local / f"{name}.json.default").unlink(missing_ok=True)
        _write(local / f"{name}.json", content)


def _texts(kit: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = kit / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if name.endswith(".sh"):
            path.chmod(0o755)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(f"{json.dumps(content, indent=2)}\n", encoding="utf-8")
