"""One round of an analysis at a site: is it the next, what do the sums say, and what leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from cimara.federation.centre.refusals import table_fault
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.exchange import FACTS, Wanted
from cimara.federation.guard.checks import Guard
from cimara.federation.guard.shapes import check_shape, same, words
from cimara.federation.masking import FixedRosters, masked
from cimara.federation.messages.kinds import Answer, Order, Query, signed
from cimara.federation.site.job import Running, SiteJob
from cimara.federation.study import FederatedStudy
from cimara.outcomes.contract import Summary, to_bytes
from cimara.terms.errors import CimaraError

D = TypeVar("D")
MOST_ATTEMPTS = 500
"""More than faults on the way explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRound(Generic[D]):
    """A query and what the site knows when it comes."""

    site: str
    key: Ed25519PrivateKey
    study: FederatedStudy[D]
    order: Order
    query: Query
    job: SiteJob
    guard: Guard

    def running(self, rows: Callable[[], tuple[D, str]]) -> Running:
        """The analysis on the rows here, made anew where the process is new."""
        name = self.query.analysis
        if name not in self.order.analyses or name not in self.study.analyses:
            raise FederationError(Code.UNKNOWN_ANALYSIS, "the analysis is not in the order of the job")
        if self.job.ended(name):
            raise FederationError(Code.OLD_ROUND, "the analysis is over")
        if self.query.attempt > MOST_ATTEMPTS:
            raise FederationError(
                Code.TOO_MANY_ROUNDS, "too many attempts at one round", expected=f"at most {MOST_ATTEMPTS}"
            )
        table, _ = rows()
        if name not in self.job.running:
            work = self.study.analyses[name]
            try:
                prepared = work.prepare(table)
            except FederationError:
                raise
            except CimaraError as error:
                raise table_fault(error) from error
            self.job.running[name] = Running(prepared, work.empty(), self.job.totals(name))
        return self.job.running[name]

    def answer(self, running: Running, rosters: FixedRosters) -> bytes:
        """The frame that leaves, on the site's disk already; the one that was made before, if any was."""
        query, work = self.query, self.study.analyses[self.query.analysis]
        further = self._further(running)
        own, shape = running.next(running.prepared, further), running.shape(further)
        if not isinstance(own, Wanted) or not isinstance(shape, Wanted):
            raise FederationError(Code.NOT_THE_NEXT_STEP, "the analysis has come to its end here")
        self.guard.step(query, None if own.state is None else to_bytes(own.state), own.step)
        for total in further:
            self.guard.total(query.analysis, total, running.prepared.facts, self.order.job)
            running.totals.add(total)
        leaving = self.guard.outgoing(work, running.prepared.facts, own.own, shape.own, self.order.masked)
        sent = self.job.used.sent(query.analysis, query.step, query.attempt)
        if sent is not None:
            return sent
        if query.step == FACTS:
            self._cohort(running)
        frame = signed(self._answer(leaving), self.key)
        if self.order.masked and ESTIMATORS[work.estimator].fixes_roster:
            rosters.hold(self.order.study_hash, self.order.roster)
        self.job.used.claim(query.analysis, query.step, query.attempt, frame)
        return frame

    def _cohort(self, running: Running) -> None:
        """Before the first number leaves: is the cohort one that may be asked about?"""
        self.guard.cohort(self.query.analysis, running.prepared.facts, self.job.version, self.order.job)

    def _further(self, running: Running) -> tuple[Summary, ...]:
        """The sums that the query brings, if they are new; those that are known must be as they were."""
        query, known = self.query, running.totals.read()
        told = Summary(query.schema, query.total, query.unions) if query.step else None
        if query.step == len(known):
            if told is not None and not same(told, known[-1]):
                raise FederationError(Code.OLD_ROUND, "the sums of a round that is over were changed")
            return ()
        if query.step != len(known) + 1 or told is None:
            raise FederationError(
                Code.OLD_ROUND, "another round than the next", where=f"step {query.step}",
                expected=f"step {len(known)} or {len(known) + 1}",
            )  # fmt: skip
        if not self.job.answered(query.analysis, query.step - 1, query.attempt + 1):
            raise FederationError(Code.OLD_ROUND, "sums of a round that this site has not answered")
        awaited = running.shape()
        if isinstance(awaited, Wanted):
            check_shape(told, awaited.own, "the sums of the last round")
        return (told,)

    def _answer(self, own: Summary) -> Answer:
        query, order = self.query, self.order
        hidden: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)
        if order.masked and own.sums:
            hidden = masked(
                words(own.sums, len(order.roster), own.schema),
                own=self.job.mask_key(),
                site=self.site,
                roster=order.roster,
                keys=self._members(),
                job=order.job,
                analysis=query.analysis,
                step=query.step,
                attempt=query.attempt,
            )
        return Answer(
            job=order.job,
            sender=self.site,
            analysis=query.analysis,
            step=query.step,
            attempt=query.attempt,
            schema=own.schema,
            names=tuple(own.sums),
            shapes=tuple(tuple(values.shape) for values in own.sums.values()),
            words=hidden,
            plain={} if order.masked else own.sums,
            unions=own.unions,
        )

    def _members(self) -> Mapping[str, str]:
        members = self.job.members
        if members is None:
            raise FederationError(
                Code.OLD_ROUND, "a query before the sites' mask keys were checked",
                hint="The coordinator sends the members first.",
            )  # fmt: skip
        return members
