"""Each house in a network of its own (federation.md, 9): who reaches whom, and what is open."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.federated.live import THREE
from tests.federated.namespaces import ADDRESSES, PORT
from tests.many import MANY

ROOT = Path(__file__).resolve().parents[2]
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
NEEDED = ("unshare", "mount", "ip", "bridge")
OWN = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
SERVER = [ADDRESSES["server"], PORT]
WITHIN = 240


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not MANY:
        pytest.skip("takes a minute: CIMARA_MANY=1 runs it")
    if absent := [one for one in NEEDED if shutil.which(one, path=PATH) is None]:
        pytest.skip(f"not installed: {', '.join(absent)} (Debian: iproute2, util-linux, mount)")
    settings = {**os.environ, "PATH": PATH, "PYTHONPATH": str(ROOT)}
    may = subprocess.run([*OWN, "true"], env=settings, capture_output=True, text=True)  # noqa: S603
    if may.returncode:
        pytest.skip(f"no namespaces are allowed here: {may.stderr.strip()}")
    folder = tmp_path_factory.mktemp("namespaces")
    told = subprocess.run(  # noqa: S603  (our own Python in namespaces of its own)
        [*OWN, sys.executable, "-m", "tests.federated.namespaces", str(folder)],
        env=settings, capture_output=True, text=True, timeout=WITHIN, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    return json.loads(told.stdout.splitlines()[-1])


def test_a_job_runs_over_separate_networks(found: dict[str, Any]):
    assert found["ended"] == "FINISHED:COMPLETED"


@pytest.mark.parametrize("site", THREE)
def test_a_site_reaches_the_servers_port_and_nothing_else(found: dict[str, Any], site: str):
    assert found["idle"][site]["server"] == [PORT]
    assert found["idle"][site]["others"] == []


def test_the_analyst_reaches_the_servers_port_and_no_site(found: dict[str, Any]):
    assert found["analyst"] == {"server": [PORT], "others": []}


@pytest.mark.parametrize("site", THREE)
def test_a_site_that_waits_has_one_connection_out(found: dict[str, Any], site: str):
    assert found["idle"][site]["out"] == [SERVER]


def test_a_site_in_a_job_connects_to_the_servers_port_alone(found: dict[str, Any]):
    assert found["out_in_a_job"] == [SERVER]
    assert found["most_out_in_a_job"] <= 2, "its own, and that of the job's process"


def test_sites_listen_to_nobody_but_themselves(found: dict[str, Any]):
    assert all(found["idle"][site]["listening"] == ["127.0.0.1"] for site in THREE)
    assert found["listening_in_a_job"] == ["127.0.0.1"]


def test_who_shows_no_certificate_is_dropped(found: dict[str, Any]):
    assert found["without_certificate"] is True
