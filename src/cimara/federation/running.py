"""Runs analyses of a study over a transport: in one call, to a result or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.federation.centre.coordinator import Coordinator
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import Status
from cimara.federation.errors import Code, FederationError
from cimara.federation.results.result import Result
from cimara.federation.study import FederatedStudy
from cimara.federation.transport import Transport
from cimara.federation.transport.local import utc_now

D = TypeVar("D")


@runtime_checkable
class Here(Transport, Protocol):
    """A transport whose sites are in this process and are set up for a study (`local`)."""

    folder: Path
    now: Callable[[], datetime]

    def open(self, study: FederatedStudy[Any]) -> tuple[FederatedStudy[Any], Ed25519PrivateKey]:
        """The study as its sites know it, and the coordinator's key."""
        ...


def run(
    study: FederatedStudy[D],
    analysis: str,
    *,
    transport: Transport,
    key: Ed25519PrivateKey | None = None,
    folder: Path | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Callable[[Status], None] | None = None,
) -> Result:
    """One analysis of a study over all its sites: what the pooled rows would give.

    Parameters
    ----------
    transport
        `local({...})`, or any other; the latter needs `key`, a registered coordinator's, and `folder`.
    folder
        The job's; a paused job goes on from it with `Coordinator.resume`.

    Raises
    ------
    FederationError
        With the code of the refusal, or of the fault that the job is paused for.
    """
    job = run_job(study, (analysis,), transport=transport, key=key, folder=folder, now=now, progress=progress)
    if analysis in job.results:
        return job.results[analysis]
    failure = job.failed.get(analysis) or job.reason
    if failure is None:
        raise FederationError(Code.PROGRAM, "the job ended without result and without reason")
    raise FederationError(Code(failure.code), failure.words)


def run_job(
    study: FederatedStudy[D],
    analyses: tuple[str, ...],
    *,
    transport: Transport,
    key: Ed25519PrivateKey | None = None,
    folder: Path | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Callable[[Status], None] | None = None,
) -> JobResult:
    """Several analyses in one job, as `run`; one that fails leaves the others alone."""
    if isinstance(transport, Here):
        study, own = transport.open(study)
        key, folder, now = key or own, folder or transport.folder / "job", now or transport.now
    if key is None or folder is None:
        raise FederationError(
            Code.UNKNOWN_SENDER, "a job over this transport needs a coordinator's key and a folder",
            hint="`cimara federation submit` takes both from the kit.",
        )  # fmt: skip
    coordinator = Coordinator(
        study=study, transport=transport, folder=folder, key=key, now=now or utc_now, progress=progress
    )
    return coordinator.run(analyses)
