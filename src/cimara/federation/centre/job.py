"""A job on its way: sites join, rounds are summed, faults pause it, and its results are written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.federation.centre.asking import Asking, Paused
from cimara.federation.centre.checkpoint import Checkpoint, Failure
from cimara.federation.centre.job_folder import Totals
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.refusals import at_site, from_sums, words_of
from cimara.federation.centre.status import AnalysisStatus, JobState, SiteStatus, Status, read_status
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.exchange import FACTS, Done, Record, Wanted, advance
from cimara.federation.guard.checks import in_all
from cimara.federation.messages.kinds import End, Joined, Members, Order, Query, Ready, bound
from cimara.federation.results.result import Result
from cimara.federation.study import FederatedStudy, Work
from cimara.federation.transport import Transport
from cimara.outcomes.contract import Summary, to_bytes
from cimara.outcomes.model_warnings import NotEstimable

NEWTON_ROUNDS, OTHER_ROUNDS = 7, 2
"""Rounds that are planned for an analysis beside its counts; more are added as they come."""


@dataclass(kw_only=True, slots=True)
class Job:
    """One job of a coordinator, from its order to its end; `go` does all that is left to do."""

    study: FederatedStudy[Any]
    folder: Path
    order: Order
    frame: bytes
    key: Ed25519PrivateKey
    sender: str
    now: Callable[[], datetime]
    checkpoint: Checkpoint
    transport: Transport
    progress: Callable[[Status], None] | None
    _status: Status = field(init=False)
    _done: dict[str, Done] = field(default_factory=dict, init=False)
    _over: bool = field(default=False, init=False)
    _joined: bool = field(default=False, init=False)

    def go(self) -> JobResult:
        """Run until the results are written, the job has failed, or it pauses."""
        self._status = self._first_status()
        try:
            if self.checkpoint.job_failed is None:
                self._go_round()
        except Paused as pause:
            return self._paused(pause.fault)
        return self._ended()

    def _go_round(self) -> None:
        """Ask all that can be asked now: where people release answers, they are asked for all at once.

        A site checks the members before it answers a query, so both may be on their way together.
        """
        waits: list[Paused] = []
        if not self.checkpoint.ready:
            self._tell(JobState.WAITING_SITES)
            self._patiently(self._gather, waits)
        for name in self.order.analyses if self._joined or self.checkpoint.ready else ():
            self._patiently(partial(self._analysis, name), waits)
        if waits and self.checkpoint.job_failed is None:
            raise waits[0]

    def _patiently(self, step: Callable[[], None], waits: list[Paused]) -> None:
        try:
            step()
        except Paused as pause:
            if pause.fault.code is not Code.WAITS_FOR_STEWARD:
                raise
            waits.append(pause)

    def _gather(self) -> None:
        """All sites join, and check each other's mask keys."""
        asking = self._asking()
        try:
            joined = asking.everyone(self.frame, Joined)
            for site, (one, _) in joined.items():
                bound(one, self.order, self.study.sites[site])
                self._check_model(one)
            told = tuple((site, frame.hex()) for site, (_, frame) in joined.items())
            self._joined = True
            asking.everyone(Members(job=self.order.job, sender=self.sender, joined=told), Ready)
        except FederationError as refusal:
            self.checkpoint.job_failed = Failure(str(refusal.code), words_of(refusal))
        else:
            self.checkpoint.ready = True
            self.checkpoint.versions = {site: one.data_version for site, (one, _) in joined.items()}
        self.checkpoint.write(self.folder)

    def _check_model(self, joined: Joined) -> None:
        if joined.data_model != self.study.data_model:
            raise FederationError(
                Code.OTHER_DATA_MODEL, "the site's tables are in another version of the data model",
                where=joined.sender, expected=f"version {self.study.data_model}",
            )  # fmt: skip

    def _analysis(self, name: str) -> None:
        """The rounds of one analysis; what goes wrong in it is its own failure, and the others go on."""
        if self.checkpoint.job_failed is not None or name in self.checkpoint.failed:
            return
        try:
            self._done[name] = self._rounds(self.study.analyses[name])
        except FederationError as refusal:
            self._fail(name, refusal)
        except NotEstimable as refusal:
            self._fail(name, from_sums(refusal))
        except Paused:
            raise
        except Exception as error:
            self._fail(name, at_site(error))
        else:
            self._analysis_status(name, JobState.DONE)

    def _rounds(self, work: Work[Any]) -> Done:
        prepared, totals = work.empty(), Totals(self.folder / "totals" / work.id)
        record = Record()
        while True:
            record.totals = totals.read()
            here = advance(prepared, record)
            if isinstance(here, Done):
                return here
            self._analysis_status(work.id, JobState.ROUND, here.step)
            total = self._asking().total(self._query(work.id, here, record.totals), here.own)
            in_all(total, prepared.facts, self.study, work.estimator)
            totals.add(total)
            self._status.done += 1

    def _query(self, analysis: str, here: Wanted, known: list[Summary]) -> Query:
        last = known[-1] if known else Summary("")
        state = b"" if here.state is None else to_bytes(here.state)
        return Query(
            job=self.order.job,
            sender=self.sender,
            analysis=analysis,
            step=here.step,
            attempt=self.checkpoint.attempt,
            schema=last.schema,
            total=last.sums,
            unions=last.unions,
            state=np.frombuffer(state, dtype=np.uint8),
        )

    def _fail(self, name: str, refusal: FederationError) -> None:
        self.checkpoint.failed[name] = Failure(str(refusal.code), words_of(refusal))
        self.checkpoint.write(self.folder)
        self._analysis_status(name, JobState.FAILED)
        self._say_end(name, "failed")

    def _paused(self, fault: FederationError) -> JobResult:
        self.checkpoint.waits_for = str(fault.code)
        self.checkpoint.write(self.folder)
        running = [one for one in self._status.analyses if one.state is JobState.ROUND]
        words = words_of(fault)
        if fault.code in (Code.SITE_LOST, Code.NO_ANSWER) and fault.where:
            at = f" in round {running[0].step} of analysis {running[0].id}" if running else ""
            words = f"site {fault.where} lost{at}; nothing released"
        for one in self._status.sites:
            one.waiting = words_of(fault) if one.id in (fault.where or "").split(", ") else ""
        for analysis in running:
            analysis.state = JobState.PAUSED
        self._tell(JobState.PAUSED, Failure(str(fault.code), words))
        return self._result(JobState.PAUSED, Failure(str(fault.code), words))

    def _ended(self) -> JobResult:
        """Write the results in one step, then tell the sites that the job is over."""
        reason = self.checkpoint.job_failed
        if reason is None and not self._done:
            reason = next(iter(self.checkpoint.failed.values()))
        state = JobState.DONE if self._done else JobState.FAILED
        result = self._result(state, reason)
        if state is JobState.DONE:
            result.write()
        self._tell(state, reason)
        self._say_end("", str(state))
        return result

    def _result(self, state: JobState, reason: Failure | None) -> JobResult:
        names = self._done if state is JobState.DONE else {}
        return JobResult(
            job=self.order.job,
            study=self.study.id,
            state=state,
            folder=self.folder,
            results={name: self._report(name, done) for name, done in names.items()},
            failed=self.checkpoint.failed,
            reason=reason,
        )

    def _report(self, name: str, done: Done) -> Result:
        return Result.of(
            self.study,
            self.study.analyses[name],
            done,
            counts=Totals(self.folder / "totals" / name).read()[FACTS],
            job=self.order.job,
            sites=self.order.roster,
            masked=self.order.masked,
            versions=self.checkpoint.versions,
            sent={one.id: one.bytes for one in self._status.sites},
        )

    def _say_end(self, analysis: str, outcome: str) -> None:
        """Tell the sites; one that does not hear it loses nothing by it."""
        try:
            self._asking().everyone(
                End(job=self.order.job, sender=self.sender, analysis=analysis, outcome=outcome), Ready
            )
        except (FederationError, Paused):
            return

    def _asking(self) -> Asking:
        return Asking(
            study=self.study, transport=self.transport, key=self.key, order=self.order, heard=self._heard
        )

    def _heard(self, frames: Mapping[str, bytes], step: int, seconds: float) -> None:
        self._status.heard(frames, step, seconds, self.now())

    def _analysis_status(self, name: str, state: JobState, step: int | None = None) -> None:
        one = self._status.analysis(name)
        one.state = state
        if step is not None:
            one.step = step
            self._status.planned = max(self._status.planned, self._status.done + 1)
        failure = self.checkpoint.failed.get(name)
        one.code, one.words = (failure.code, failure.words) if failure else ("", "")
        self._tell(JobState.ROUND)

    def _tell(self, state: JobState, reason: Failure | None = None) -> None:
        if self._over:
            return
        self._status.state = state
        self._status.code, self._status.words = (reason.code, reason.words) if reason else ("", "")
        self._status.write(self.folder, lasting=state not in (JobState.ROUND, JobState.WAITING_SITES))
        if self.progress is not None:
            self.progress(self._status)

    def _first_status(self) -> Status:
        """A new status, or what a resumed job's folder says of its sites."""
        kept = read_status(self.folder)
        self._over = kept is not None and kept.state in (JobState.DONE, JobState.RELEASED)
        planned = sum(
            1 + (NEWTON_ROUNDS if ESTIMATORS[self.study.analyses[name].estimator].newton else OTHER_ROUNDS)
            for name in self.order.analyses
        )
        done = sum(len(Totals(self.folder / "totals" / name).read()) for name in self.order.analyses)
        return Status(
            job=self.order.job,
            study=self.study.id,
            study_hash=self.study.hash,
            analyses=[AnalysisStatus(id=name) for name in self.order.analyses],
            sites=kept.sites if kept else [SiteStatus(id=name) for name in self.order.roster],
            done=done,
            planned=max(planned, done),
            started=kept.started if kept else self.now().isoformat(timespec="seconds"),
            seconds=kept.seconds if kept else 0.0,
        )
