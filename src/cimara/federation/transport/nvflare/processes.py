"""Starts the process of a kit, with NVFlare's own program and our settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimara.federation.errors import Code, FederationError

BEAT = 3.0
"""Seconds between two heartbeats of a site."""
LOG = "process.log"


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a kit: the command, and the folder that it runs in."""

    command: tuple[str, ...]
    folder: Path


def site_start(kit: Path) -> Start:
    """How a site's kit is started. Raises FederationError (BAD_KIT) where it is no site's kit."""
    told = _startup(kit, "fed_client.json")["client"]
    settings = (
        f"uid={told['fqsn']}",
        f"org={_organisation(kit, 'client.crt')}",
        f"heart_beat_interval={BEAT}",
    )
    return Start(_command("client.client_train", kit, "fed_client.json", settings), kit.resolve())


def server_start(kit: Path) -> Start:
    """How the server's kit is started. Raises FederationError (BAD_KIT) where it is not the server's."""
    _startup(kit, "fed_server.json")
    settings = (f"org={_organisation(kit, 'server.crt')}",)
    return Start(_command("server.server_train", kit, "fed_server.json", settings), kit.resolve())


def serve_site(kit: Path) -> None:
    """Become the process of a site; returns only where that cannot be started. Ctrl-C or SIGTERM ends it."""
    _become(site_start(kit))


def serve_server(kit: Path) -> None:
    """Become the process of the server."""
    _become(server_start(kit))


def started(start: Start) -> subprocess.Popen[bytes]:
    """The process of a kit beside this one, in a session of its own; its output goes to `process.log`."""
    with (start.folder / LOG).open("ab") as log:
        return subprocess.Popen(  # noqa: S603  (our own Python and NVFlare's program)
            start.command, cwd=start.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _become(start: Start) -> None:
    os.chdir(start.folder)
    os.execv(start.command[0], start.command)  # noqa: S606  (no shell is wanted)


def _command(program: str, kit: Path, config: str, settings: tuple[str, ...]) -> tuple[str, ...]:
    return (
        sys.executable, "-u", "-m", f"nvflare.private.fed.app.{program}", "-m", str(kit.resolve()),
        "-s", config, "--set", "secure_train=true", "config_folder=config", *settings,
    )  # fmt: skip


def _startup(kit: Path, name: str) -> Any:
    try:
        return json.loads((kit / "startup" / name).read_bytes())
    except (OSError, ValueError) as error:
        raise FederationError(
            Code.BAD_KIT, "this is no kit of that kind, or it is not whole", where=kit.name,
            expected=f"a folder with startup/{name}",
            hint="Unpack the kit anew; the coordinating centre can send it again.",
        ) from error  # fmt: skip


def _organisation(kit: Path, certificate: str) -> str:
    from cimara.federation.provision.certificates import read_certificate

    return read_certificate(kit / "startup" / certificate).organisation
