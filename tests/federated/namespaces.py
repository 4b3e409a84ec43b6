"""A federation in which each house has a network of its own, on a bridge whose ports do not see each other.

Run by `unshare -Urnm python -m tests.federated.namespaces FOLDER`; what was found is one line of JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cimara.federation.demonstration.houses import Houses, set_up
from cimara.federation.demonstration.running import REGISTERED
from cimara.federation.demonstration.study_file import ANALYSES, STUDY
from cimara.federation.transport.nvflare.processes import LOG, Start, server_start, site_start
from cimara.federation.transport.nvflare.session import OVER, status, submit
from tests.federated.live import THREE

HOST, PORT = "centre.example.org", 8002
ADDRESSES = {"server": "10.77.0.1", "NL01": "10.77.0.2", "UT02": "10.77.0.3", "DE03": "10.77.0.4",
             "analyst": "10.77.0.5"}  # fmt: skip
OTHER_PORTS = (22, 80, 443, PORT - 1, PORT + 1)
IP = shutil.which("ip") or "ip"
NETWORK = 0x40000000
"""CLONE_NEWNET of setns(2)."""
START_WITHIN, JOB_WITHIN = 60.0, 90.0
WAIT = 1.5


def main(folder: Path) -> None:
    """Build the networks, run the federation in them, look, and end everything."""
    _networks(folder)
    asked = {"A2": ANALYSES["A2"]}
    houses = set_up(folder / "houses", THREE, analyses=asked, at=datetime.now(UTC), port=PORT, host=HOST)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        processes.append(_started("server", server_start(houses.server)))
        processes += [_started(site, site_start(houses.site(site))) for site in THREE]
        _await(houses)
        found = {"idle": _sites(), "analyst": _inside("analyst", lambda: _reached("analyst"))}
        found["without_certificate"] = _inside("analyst", lambda: _dropped(houses))
        print(json.dumps(found | _job(houses)))
    finally:
        for one in processes:
            os.killpg(one.pid, 9)
            one.wait()


def _networks(folder: Path) -> None:
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{ADDRESSES['server']} {HOST}\n")
    _run(f"mount --bind {hosts} /etc/hosts")
    _run("mount -t tmpfs none /run")
    _run("ip link add bridge0 type bridge")
    _run("ip link set bridge0 up")
    for number, (name, address) in enumerate(ADDRESSES.items()):
        _run(f"ip netns add {name}")
        _run(f"ip link add port{number} type veth peer name eth0 netns {name}")
        _run(f"ip link set port{number} master bridge0 up")
        if name != "server":
            _run(f"bridge link set dev port{number} isolated on")
        _run(f"ip -n {name} addr add {address}/24 dev eth0")
        _run(f"ip -n {name} link set eth0 up")
        _run(f"ip -n {name} link set lo up")


def _run(command: str) -> None:
    subprocess.run(command.split(), check=True)  # noqa: S603  (iproute2 and mount, as written above)


def _started(name: str, start: Start) -> subprocess.Popen[bytes]:
    with (start.folder / LOG).open("ab") as log:
        return subprocess.Popen(  # noqa: S603  (our own Python and NVFlare's program)
            [IP, "netns", "exec", name, *start.command], cwd=start.folder, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _await(houses: Houses) -> None:
    until = time.monotonic() + START_WITHIN
    for site in THREE:
        log = houses.site(site) / LOG
        while REGISTERED not in log.read_text(errors="replace"):
            if time.monotonic() > until:
                raise TimeoutError(f"{site} did not reach the server")
            time.sleep(0.1)


def _inside(name: str, ask: Callable[[], Any]) -> Any:
    """The answer of a child process that lives in that house's network."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with open(f"/run/netns/{name}", "rb") as network:
            ctypes.CDLL(None).setns(network.fileno(), NETWORK)
        os.write(writing, json.dumps(ask()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        content = answer.read()
    os.waitpid(child, 0)
    return json.loads(content)


def _sites() -> dict[str, Any]:
    return {site: _inside(site, lambda site=site: _reached(site) | _sockets()) for site in THREE}


def _reached(own: str) -> dict[str, Any]:
    """What a house can connect to: the server's ports, and any port of the other houses."""
    return {
        "server": [port for port in (PORT, *OTHER_PORTS) if _connects(ADDRESSES["server"], port)],
        "others": [
            name for name, address in ADDRESSES.items()
            if name not in ("server", own) and _answers(address)
        ],
    }  # fmt: skip


def _connects(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=WAIT):
            return True
    except OSError:
        return False


def _answers(address: str) -> bool:
    """Whether there is anybody: one who refuses a connection has been reached, too."""
    try:
        with socket.create_connection((address, PORT), timeout=WAIT):
            return True
    except ConnectionRefusedError:
        return True
    except OSError:
        return False


def _sockets() -> dict[str, Any]:
    """Addresses that are listened on in this network, and the far ends of connections that leave it."""
    listening, out = set(), []
    for line in Path("/proc/thread-self/net/tcp").read_text().splitlines()[1:]:
        own, far, state = line.split()[1:4]
        if state == "0A":
            listening.add(_address(own)[0])
        elif state == "01" and not _address(far)[0].startswith("127."):
            out.append(list(_address(far)))
    return {"listening": sorted(listening), "out": out}


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return socket.inet_ntoa(bytes.fromhex(host)[::-1]), int(port, 16)


def _dropped(houses: Houses) -> bool:
    """Whether the server drops who shows no certificate (TLS 1.3: after the handshake)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(houses.researcher / "startup" / "rootCA.pem")
    try:
        raw = socket.create_connection((ADDRESSES["server"], PORT), timeout=5)
        with raw, context.wrap_socket(raw) as secured:
            secured.settimeout(5)
            return secured.recv(1) == b""
    except (ssl.SSLError, ConnectionError):
        return True


def _job(houses: Houses) -> dict[str, Any]:
    """How a job of the analyst's ended, and the most that a site was seen to have open while it ran."""
    sent = _inside("analyst", lambda: submit(houses.researcher, STUDY, ("A2",)))
    seen: list[dict[str, Any]] = []
    until = time.monotonic() + JOB_WITHIN
    while time.monotonic() < until:
        seen += [_inside(site, _sockets) for site in THREE]
        ended = _inside("analyst", lambda: status(houses.researcher, sent)["nvflare"])
        if ended.startswith(OVER):
            break
    return {
        "ended": ended,
        "listening_in_a_job": sorted({host for one in seen for host in one["listening"]}),
        "out_in_a_job": sorted({tuple(far) for one in seen for far in one["out"]}),
        "most_out_in_a_job": max(len(one["out"]) for one in seen),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
