"""What a researcher does from their own kit: send a signed order, look how far it is, fetch the results."""

from __future__ import annotations

import io
import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cimara.cohort.study.keys import public_half
from cimara.federation.centre.status import STATUS
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Order, signed
from cimara.federation.study import FederatedStudy
from cimara.federation.transport.nvflare.carriage import TOPIC
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.job import write_job
from cimara.federation.transport.nvflare.released import RESULTS

CONNECT = 15.0
"""Seconds to reach the server in."""
ORDERS = "orders"
OVER = "FINISHED"
LOOK = 1.0


def submit(kit: Path, study: str, analyses: Iterable[str], *, lasts: timedelta = timedelta(days=30)) -> str:
    """Send an order for analyses of a study of the kit, signed with the researcher's key.

    Parameters
    ----------
    study
        Its id; the study lies in `house/studies` of the kit.
    analyses
        Ids of analyses; all of the study where none is named.
    lasts
        How long sites may answer to the order.

    Returns
    -------
    str
        NVFlare's id of the job, for `status` and `results`.

    Raises
    ------
    FederationError
        UNKNOWN_STUDY, UNKNOWN_ANALYSIS, UNKNOWN_SENDER (the key is not registered in the study),
        SERVER_LOST, CERTIFICATE, BAD_KIT.
    """
    house = House(kit)
    of = house.named(study)
    order = new_order(house, of, tuple(analyses) or tuple(of.analyses), datetime.now(UTC), lasts)
    return _send(house, order)


def resume(kit: Path, job: str) -> str:
    """Send the order of a job that stopped once more: it goes on from its last complete round.

    Returns the id of the new NVFlare job. Raises FederationError as `submit`.
    """
    house = House(kit)
    path = house.kept / ORDERS / f"{job}.msg"
    if not path.is_file():
        raise FederationError(Code.OLD_ROUND, "this kit has sent no such job", where=job)
    return _send(house, path.read_bytes())


def status(kit: Path, job: str) -> dict[str, Any]:
    """How far a job is.

    Returns
    -------
    dict
        "nvflare": its state there; "detail": what NVFlare says of its start; and, while it runs, what
        `status.json` holds (`cimara.federation.centre.status.Status`).
    """
    with session(kit) as flare:
        return _state(flare, job)


def follow(
    kit: Path, job: str, *, within: float, progress: Callable[[dict[str, Any]], None] | None = None
) -> dict[str, Any]:
    """Look at a job until it is over; its last status.

    Parameters
    ----------
    within
        Seconds; then FederationError (NO_ANSWER). The job goes on.
    progress
        Called with each status.
    """
    until = time.monotonic() + within
    with session(kit) as flare:
        while True:
            told = _state(flare, job)
            if progress is not None:
                progress(told)
            if told["nvflare"].startswith(OVER):
                return told
            if time.monotonic() > until:
                raise FederationError(Code.NO_ANSWER, "the job is not over yet", where=job)
            time.sleep(LOOK)


def results(kit: Path, job: str, out: Path) -> Path:
    """Fetch what a finished job has released into a folder; for one that failed, the reason in `status.json`.

    Raises FederationError (NO_ANSWER) while it runs, SERVER_LOST, CERTIFICATE.
    """
    with tempfile.TemporaryDirectory() as aside, session(kit) as flare:
        state = str(flare.get_job_meta(job).get("status", ""))
        if not state.startswith(OVER):
            raise FederationError(Code.NO_ANSWER, "the job is not over", where=job, expected="later")
        place = Path(flare.download_job_result(job, aside))
        found = next(iter(sorted(place.rglob(RESULTS))), None)
        out.mkdir(parents=True, exist_ok=True)
        if found is None:
            (out / STATUS).write_text(json.dumps({"job": job, "state": "failed", "nvflare": state}))
        else:
            shutil.copytree(found, out, dirs_exist_ok=True)
    return out


def new_order(
    house: House, study: FederatedStudy[Any], analyses: tuple[str, ...], now: datetime, lasts: timedelta
) -> bytes:
    """A signed order of this kit's researcher."""
    key = house.key("researcher")
    sender = next((name for name, one in study.coordinators.items() if one == public_half(key)), None)
    if sender is None:
        raise FederationError(
            Code.UNKNOWN_SENDER, "the study does not name this researcher's key", where=study.id,
            hint="The study file names whose orders its sites follow, under [federation.coordinators].",
        )  # fmt: skip
    unknown = [one for one in analyses if one not in study.analyses]
    if unknown or not analyses:
        raise FederationError(
            Code.UNKNOWN_ANALYSIS, f"no such analysis: {', '.join(unknown) or 'none was named'}",
            where=study.id, expected=", ".join(study.analyses),
        )  # fmt: skip
    order = Order(
        job=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
        sender=sender,
        study=study.id,
        study_hash=study.hash,
        analyses=analyses,
        roster=tuple(sorted(study.sites)),
        masked=study.masked,
        issued=now.isoformat(timespec="seconds"),
        expires=(now + lasts).isoformat(timespec="seconds"),
    )
    return signed(order, key)


@contextmanager
def session(kit: Path) -> Iterator[Any]:
    """A connection to the server, as the person whom the kit was made for.

    Raises FederationError: CERTIFICATE where the server does not take the kit's, SERVER_LOST.
    """
    from nvflare.fuel.flare_api.flare_api import new_secure_session  # type: ignore[import-untyped]

    admin = json.loads((kit / "startup" / "fed_admin.json").read_bytes())["admin"]
    try:
        with redirect_stdout(io.StringIO()):  # it prints that it is connecting
            flare = new_secure_session(admin["username"], str(kit.resolve()), timeout=CONNECT)
    except Exception as error:
        raise _unreached(error, kit) from error
    try:
        yield flare
    finally:
        flare.close()


def _send(house: House, order: bytes) -> str:
    with tempfile.TemporaryDirectory() as aside:
        folder = write_job(Path(aside) / "order", order, house.coordinators())
        with session(house.kit) as flare:
            job = str(flare.submit_job(str(folder)))
    kept = house.kept / ORDERS / f"{job}.msg"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(order)
    return job


def _state(flare: Any, job: str) -> dict[str, Any]:
    meta = flare.get_job_meta(job)
    told: dict[str, Any] = {"job": job, "nvflare": str(meta.get("status", ""))}
    history = meta.get("schedule_history") or []
    told["detail"] = [str(one) for one in (meta.get("job_deploy_detail") or history[-1:])]
    if told["nvflare"] == "RUNNING":
        told |= {name: value for name, value in _progress(flare, job).items() if name != "job"}
    return told


def _progress(flare: Any, job: str) -> dict[str, Any]:
    try:
        told = flare.do_app_command(job, TOPIC, {})
    except Exception:
        return {}
    return dict(told) if isinstance(told, dict) else {}


def _unreached(error: Exception, kit: Path) -> FederationError:
    kind = type(error).__name__
    if kind in ("AuthenticationError", "AuthorizationError"):
        return FederationError(
            Code.CERTIFICATE, "the server does not take this kit's certificate", where=kit.name,
            hint="`cimara federation doctor` says why; an expired one is renewed by the centre.",
        )  # fmt: skip
    return FederationError(
        Code.SERVER_LOST, f"the server cannot be reached ({kind})", where=kit.name,
        hint="`cimara federation doctor` says what is in the way, and who must act.",
    )  # fmt: skip
