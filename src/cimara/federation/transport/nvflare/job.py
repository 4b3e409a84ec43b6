"""A job of ours as NVFlare wants it: two fixed configurations and, as data, the signed order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cimara.cohort.study.keys import PublicKey
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Order, read
from cimara.federation.transport.nvflare.carriage import TASK

APP = "cimara"
CLIENT, SERVER = "config_fed_client.json", "config_fed_server.json"
PARTS = "cimara.federation.transport.nvflare"
POLLING = 0.05
ASK = "controller.StudyController"
LONGEST_ORDER = 1 << 20
"""Hexadecimal digits of the longest order."""


def client_config() -> dict[str, Any]:
    """`config_fed_client.json`: the same in every job; a site refuses any other."""
    return {
        "format_version": 2,
        "default_task_fetch_interval": POLLING,
        "task_check_interval": 0.5,
        "job_heartbeat_interval": 3.0,
        "executors": [{"tasks": [TASK], "executor": {"path": f"{PARTS}.executor.SiteExecutor", "args": {}}}],
        "task_data_filters": [],
        "task_result_filters": [],
        "components": [],
    }


def server_config(order: bytes) -> dict[str, Any]:
    """`config_fed_server.json`; but for the order the same in every job."""
    return {
        "format_version": 2,
        "server": {"heart_beat_timeout": 12, "task_request_interval": POLLING},
        "dead_client_grace_period": 5.0,
        "dead_client_check_lead_time": 2.0,
        "workflows": [{"id": "study", "path": f"{PARTS}.{ASK}", "args": {"order": order.hex()}}],
        "task_data_filters": [],
        "task_result_filters": [],
        "components": [],
    }


def write_job(folder: Path, order: bytes, keys: Mapping[str, PublicKey]) -> Path:
    """Write the folder that is submitted for an order; `keys` are those of who may sign one."""
    told = read(order, Order, keys)
    config = folder / APP / "config"
    config.mkdir(parents=True)
    _write(config / CLIENT, client_config())
    _write(config / SERVER, server_config(order))
    _write(
        folder / "meta.json",
        {
            "name": told.job,
            "resource_spec": {},
            "min_clients": len(told.roster),
            "mandatory_clients": list(told.roster),
            "deploy_map": {APP: ["server", *told.roster]},
        },
    )
    return folder


def order_of_config(content: Any) -> bytes:
    """The order in a server's configuration, which must be ours in all else.

    Raises FederationError (FOREIGN_CODE) for any other.
    """
    order = _order(content)
    if content != server_config(order):
        raise _foreign(SERVER)
    return order


def order_of_app(app: Path, keys: Mapping[str, PublicKey]) -> Order:
    """The signed order that a deployed app carries; the house has checked the rest of it before it ran.

    Raises FederationError: FOREIGN_CODE where there is none; as `messages.read`.
    """
    return read(_order(json.loads((app / "config" / SERVER).read_bytes())), Order, keys)


def _order(content: Any) -> bytes:
    try:
        text = content["workflows"][0]["args"]["order"]
        return bytes.fromhex(text) if len(text) <= LONGEST_ORDER else b""
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _foreign(SERVER) from error


def _foreign(name: str) -> FederationError:
    return FederationError(
        Code.FOREIGN_CODE, "a job that asks for more than a registered analysis", where=name,
        expected="the configuration that `cimara federation submit` writes",
    )  # fmt: skip


def _write(path: Path, content: object) -> None:
    path.write_text(f"{json.dumps(content, indent=1)}\n", encoding="utf-8")
