"""A house's own look at every job before it runs: it holds our two configurations and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nvflare.apis.app_validation import AppValidator  # type: ignore[import-untyped]

from cimara.federation.centre.refusals import words_of
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Order, read
from cimara.federation.transport.nvflare.house import House, kit_of_app
from cimara.federation.transport.nvflare.job import CLIENT, SERVER, client_config, order_of_config

SIGNATURES = (".__nvfl_sig.json", ".__nvfl_submitter.crt")
LARGEST = 4 << 20


class OurJobsOnly(AppValidator):  # type: ignore[misc]
    """Refuses code in a job, classes that are not ours, data paths, anything: a job is an order and no more.

    NVFlare asks it at the server and at each site when a job is deployed; each refusal is a ledger line.
    """

    def __init__(self, side: str) -> None:
        super().__init__()
        self._side = side

    def validate(self, app_folder: str) -> tuple[str, dict[str, Any]]:
        """The reason why not ("" for none), and what NVFlare wants to know of an app (nothing)."""
        app = Path(app_folder)
        house = House(kit_of_app(app))
        try:
            check_app(app, house)
        except FederationError as error:
            house.ledger.write(
                decision="refused job", job=app.parent.name, code=str(error.code), words=words_of(error)
            )
            return str(error), {}
        return "", {}


def check_app(app: Path, house: House) -> Order:
    """The order of a deployed app that holds nothing else.

    Raises FederationError: FOREIGN_CODE for anything that is not ours; as `messages.read` for the order.
    """
    found = {one.relative_to(app).as_posix() for one in app.rglob("*")}
    allowed = {"config", f"config/{CLIENT}", f"config/{SERVER}"}
    allowed |= {f"{place}{one}" for place in ("", "config/") for one in SIGNATURES}
    if found - allowed or any(one.is_symlink() for one in app.rglob("*")):
        raise _foreign("a job that brings files of its own")
    if _content(app / "config" / CLIENT) != client_config():
        raise _foreign("a job that asks a site for other classes than ours")
    order = order_of_config(_content(app / "config" / SERVER))
    return read(order, Order, house.coordinators())


def _content(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise _foreign("a job of an unheard-of size")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _foreign("a job whose configuration cannot be read") from error


def _foreign(problem: str) -> FederationError:
    return FederationError(
        Code.FOREIGN_CODE, problem, expected="the two files that `cimara federation submit` writes"
    )
