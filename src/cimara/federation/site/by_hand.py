"""Messages carried as files, or released by a person: what commands do with the `house/` of a kit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cimara.federation.centre.coordinator import Coordinator
from cimara.federation.centre.job_folder import plain_name
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import Status
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Order, read, read_any
from cimara.federation.site.kit_node import node_of
from cimara.federation.site.release_by_hand import Ask, Responded, respond
from cimara.federation.site.releases import Releases
from cimara.federation.study import FederatedStudy
from cimara.federation.transport.dropped import looked_at
from cimara.federation.transport.filedrop import FileDropTransport
from cimara.federation.transport.nvflare.house import House

JOBS, RELEASES, ORDER = "jobs", "releases", "order.msg"
Told = Callable[[Status], None]


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def begin(
    kit: Path,
    study: str,
    analyses: Iterable[str],
    drop: Path,
    *,
    progress: Told | None = None,
    now: Callable[[], datetime] = utc_now,
    lasts: timedelta = timedelta(days=90),
) -> JobResult:
    """Begin a job whose questions are files, with the researcher's key of a kit; it pauses for the answers.

    Parameters
    ----------
    study
        Id of a study in `house/studies` of the kit.
    analyses
        Ids of analyses; all of the study where none is named.
    drop
        The folder in which the job's folder is made, to be carried to the sites.
    lasts
        How long sites may answer to the order: files travel slowly.

    Raises
    ------
    FederationError
        UNKNOWN_STUDY, UNKNOWN_ANALYSIS, UNKNOWN_SENDER, BAD_KIT.
    """
    from cimara.federation.transport.nvflare.session import new_order

    house = House(kit)
    of = house.named(study)
    frame = new_order(house, of, tuple(analyses) or tuple(of.analyses), now(), lasts)
    job = read(frame, Order, of.coordinators).job
    result = _coordinator(house, of, job, drop, progress, now).run((), order=frame)
    return _reported(of, result, now)


def go_on(
    kit: Path,
    job: str,
    drop: Path,
    *,
    progress: Told | None = None,
    now: Callable[[], datetime] = utc_now,
) -> JobResult:
    """Take up a job with the answers in its folder now. Raises FederationError (OLD_ROUND) for none."""
    house = House(kit)
    path = job_folder(house, job) / ORDER
    if not path.is_file():
        raise FederationError(Code.OLD_ROUND, "this kit has begun no such job", where=job)
    order = read(path.read_bytes(), Order, house.coordinators())
    study = house.study(order.study_hash)
    return _reported(study, _coordinator(house, study, job, drop, progress, now).resume(), now)


def job_folder(house: House, job: str) -> Path:
    """Where a kit keeps what it knows of a job."""
    return house.kept / JOBS / plain_name(job, "a job")


def answer(
    kit: Path,
    folder: Path,
    ask: Ask,
    *,
    person: str,
    site: str = "",
    now: Callable[[], datetime] = utc_now,
) -> Responded:
    """Answer the questions in a job's folder as the site of a kit, after a person typed the job's number.

    Parameters
    ----------
    site
        Its id; that of the kit where none is given.

    Raises
    ------
    FederationError
        BAD_KIT: no site's kit; UNKNOWN_STUDY: the folder has no order for a study of the kit; and what
        `release_by_hand.respond` raises.
    """
    house = House(kit)
    node = node_of(house, site or site_of(kit), _study_of(house, folder), now)
    return respond(folder, node, ask, person=person)


def release(kit: Path, ask: Ask, *, person: str) -> int:
    """Ask a person about every answer that waits at the site of a kit; the number of answers released.

    Raises FederationError (NOT_RELEASED) where something else than the number of a job was typed.
    """
    house = House(kit)
    ledger = house.ledger
    study_of = {
        one["job"]: str(one["study"]) for one in ledger.entries() if one.get("job") and "study" in one
    }
    waiting = Releases(house.kept / RELEASES, ledger, "").waiting()
    for job in dict.fromkeys(one.job for one in waiting):
        own = [one for one in waiting if one.job == job]
        typed = ask(job, tuple(f"{one.analysis}, round {one.step}: {one.words}" for one in own))
        releases = Releases(house.kept / RELEASES, ledger, study_of.get(job, ""))
        releases.decide(job, own, typed=typed, person=person)
    return len(waiting)


def site_of(kit: Path) -> str:
    """The id of the site that a kit was made for. Raises FederationError (BAD_KIT) for any other kit."""
    try:
        return str(json.loads((kit / "startup" / "fed_client.json").read_bytes())["client"]["fqsn"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FederationError(
            Code.BAD_KIT, "this is no kit of a site, or it is not whole", where=kit.name,
            expected="a folder with startup/fed_client.json",
        ) from error  # fmt: skip


def _reported(study: FederatedStudy[Any], result: JobResult, now: Callable[[], datetime]) -> JobResult:
    """The result, after a report of it was written where the study has one."""
    from cimara.federation.reports.chart_study import put_report

    put_report(study, result, now)
    return result


def _coordinator(
    house: House,
    study: FederatedStudy[Any],
    job: str,
    drop: Path,
    progress: Told | None,
    now: Callable[[], datetime],
) -> Coordinator[Any]:
    return Coordinator(
        study=study,
        transport=FileDropTransport(drop, study),
        folder=job_folder(house, job),
        key=house.key("researcher"),
        now=now,
        progress=progress,
    )


def _study_of(house: House, folder: Path) -> FederatedStudy[Any]:
    """The study of the house that the order in a folder is for."""
    keys = house.coordinators()

    def order(_: Path, content: bytes) -> str | None:
        message = read_any(content, keys)
        return message.study_hash if isinstance(message, Order) else None

    hashes, _ = looked_at(folder, order)
    for one in dict.fromkeys(hashes):
        return house.study(one)
    raise FederationError(
        Code.UNKNOWN_STUDY, "the folder has no order for a study of this house", where=folder.name,
        hint="Copy the whole folder of the job, with round-0001, and have its study in house/studies.",
    )  # fmt: skip
