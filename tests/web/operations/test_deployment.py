"""The example deployment is what its tools accept, and its parts fit each other and the portal."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cimara.cli import AREAS
from cimara_web.environment import read_environment
from cimara_web.variables import VARIABLES
from tests.web.operations.ports import free_port

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
CANARY = "canary-5e2d"
START_SECONDS = 20
SHUT_OFF = ("Protect", "Private", "Restrict", "NoNew", "Capability", "SystemCall", "Lock")


def tool(name: str) -> str:
    """The program; a test that needs it is skipped where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: tools/system_packages {name}")
    return found


def settings() -> dict[str, str]:
    lines = (DEPLOY / "web.env.example").read_text().splitlines()
    pairs = (line.removeprefix("# ").partition("=") for line in lines if re.match(r"(# )?[A-Z_]+=", line))
    return {name: value.strip('"') for name, _, value in pairs}


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    verify = tool("systemd-analyze")
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/cimara/bin/cimara", "/bin/true"))
    done = subprocess.run(  # noqa: S603 (systemd's own tool)
        [verify, "verify", *(str(tmp_path / unit.name) for unit in UNITS)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_each_timer_has_its_service_and_each_command_exists() -> None:
    assert {one.stem for one in UNITS if one.suffix == ".timer"} < {one.stem for one in UNITS}
    for unit in (one for one in UNITS if one.suffix == ".service"):
        found = re.search(r"^ExecStart=/opt/cimara/bin/cimara (\w+) ([\w-]+)", unit.read_text(), re.MULTILINE)
        assert found is not None
        assert found[2] in AREAS[found[1]][1]


def test_the_work_is_done_often_enough() -> None:
    assert "OnCalendar=*:0/5" in (DEPLOY / "cimara-tick.timer").read_text()
    assert "Persistent=true" in (DEPLOY / "cimara-backup.timer").read_text()


def test_the_services_share_no_right_that_one_lacks() -> None:
    kept = [
        {
            line
            for line in unit.read_text().splitlines()
            if line.startswith(("Protect", "Restrict", "NoNew", "Cap"))
        }
        for unit in UNITS
        if unit.suffix == ".service"
    ]
    assert all(one == kept[0] for one in kept)
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="} <= kept[0]


def test_the_example_settings_are_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("0123456789" * 6)
    given = settings()
    assert set(given) <= {one.name for one in VARIABLES}
    read = read_environment({**given, "CIMARA_SECRET_KEY_FILE": str(secret), "CIMARA_ORCID_SECRET": "x"})
    assert read.behind_proxy
    assert read.database["NAME"] == "cimara"


def test_the_proxy_and_the_portal_meet_at_one_socket() -> None:
    socket = "/run/cimara/web.sock"
    assert f"--bind unix:{socket}" in (DEPLOY / "cimara-web.service").read_text()
    assert f"reverse_proxy unix/{socket}" in (DEPLOY / "Caddyfile").read_text()


def test_caddy_accepts_its_file() -> None:
    done = subprocess.run(  # noqa: S603 (caddy)
        [tool("caddy"), "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "Valid configuration" in done.stdout + done.stderr) == (0, True), done.stderr


@contextmanager
def proxy(folder: Path) -> Iterator[str]:
    """Caddy with the shipped file on this machine, before a portal that is away; gives its address."""
    port, text = free_port(), (DEPLOY / "Caddyfile").read_text()
    for shipped, here in (
        ("portal.example.org", f"http://127.0.0.1:{port}"),
        ("/run/cimara/web.sock", str(folder / "web.sock")),
        ("/var/log/caddy/portal.log", str(folder / "portal.log")),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    (folder / "Caddyfile").write_text(text.replace("{\n\t#", "{\n\tadmin off\n\t#", 1))
    with (folder / "errors.log").open("w") as errors:
        running = subprocess.Popen(  # noqa: S603 (caddy)
            [tool("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"],
            env={"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            stderr=errors,
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


def test_no_log_of_the_proxy_holds_a_link_a_header_or_a_whole_address(tmp_path: Path) -> None:
    """Neither that of requests nor, when the portal is away, that of errors."""
    with proxy(tmp_path) as address:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                answer = httpx.get(f"{address}/join/{CANARY}/?q={CANARY}", headers={"X-Word": CANARY})
                break
            except httpx.TransportError:
                time.sleep(0.05)
    assert answer.status_code == 502
    told = (tmp_path / "portal.log").read_text() + (tmp_path / "errors.log").read_text()
    assert told.count('"status":502') == 2
    assert CANARY not in told
    assert '"remote_ip":"127.0.0.1"' not in told
    assert '"remote_ip":"127.0.0.0"' in told
