"""A site's side of a job: reads each message, checks it, and answers with sums, or refuses and says why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.federation.centre.job_folder import plain_name
from cimara.federation.centre.refusals import at_site, words_of
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.guard.checks import Guard
from cimara.federation.guard.orders import CLOCKS_APART
from cimara.federation.masking import FixedRosters
from cimara.federation.messages.kinds import (
    Answer,
    End,
    Joined,
    Members,
    Message,
    Order,
    Query,
    Ready,
    Refused,
    binding_text,
    bound,
    read,
    read_any,
    signed,
)
from cimara.federation.site.job import JOINED, ORDER, Running, SiteJob
from cimara.federation.site.ledger import Ledger
from cimara.federation.site.policy import Policy, Release
from cimara.federation.site.releases import Leaving, Releases
from cimara.federation.site.round import SiteRound
from cimara.federation.study import FederatedStudy

D = TypeVar("D")
EXPIRED = "expired"
"""How a job ended that the coordinator has not ended in time."""


@dataclass(frozen=True, slots=True)
class _About:
    """Which round a message is about, as far as it could be read."""

    job: str = ""
    analysis: str = ""
    step: int = 0

    @classmethod
    def of(cls, message: Message) -> _About:
        """Raises FederationError (BROKEN_MESSAGE) for names that could be paths."""
        analysis, step = getattr(message, "analysis", ""), getattr(message, "step", 0)
        if analysis:
            plain_name(analysis, "an analysis")
        return cls(plain_name(message.job, "a job"), analysis, step)


class SiteNode(Generic[D]):
    """A site of a federation. All it must remember lies in its folder: it may be killed at any moment.

    Parameters
    ----------
    folder
        The site's own: its ledger, and a folder for each job.
    key
        The key that the study knows the site by.
    policy
        `cimara_site.toml`, read anew at every message.
    data
        Gives the rows and the SHA-256 of their content; called once a job in each process.
    now
        The time, with its zone.
    data_model
        Version of the data model that the site's tables are in, or what gives it when a job is joined; None
        where it is the study's.
    """

    def __init__(
        self,
        *,
        folder: Path,
        site: str,
        key: Ed25519PrivateKey,
        study: FederatedStudy[D],
        policy: Path,
        data: Callable[[], tuple[D, str]],
        now: Callable[[], datetime],
        data_model: str | Callable[[], str] | None = None,
    ) -> None:
        self._folder, self._site, self._key, self._study = folder, site, key, study
        self._policy, self._data, self._now = policy, data, now
        self._asked_model = study.data_model if data_model is None else data_model
        self._jobs: dict[str, SiteJob] = {}
        self._read_policy: tuple[bytes, Policy] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._ledger = Ledger(folder / "ledger.jsonl")
        self.releases = Releases(folder / "releases", self._ledger, study.id)
        self._open = dict(self._jobs_with_keys())

    @property
    def site(self) -> str:
        """Its id in the study."""
        return self._site

    @property
    def study(self) -> FederatedStudy[D]:
        """The study that it takes part in."""
        return self._study

    def answer(self, frame: bytes, *, by_hand: bool = False) -> bytes:
        """The signed answer to a signed message; a `Refused` for whatever cannot or must not be answered.

        Sums wait for a person in `releases` (WAITS_FOR_STEWARD) where the policy or the caller says so.
        Never raises: a fault of the program is refused too (PROGRAM), without its text.
        """
        about = _About()
        try:
            self._end_expired()
            message = read_any(frame, self._study.coordinators)
            about = _About.of(message)
            return self._answered(message, frame, by_hand)
        except Exception as error:
            return self._refused(about, at_site(error))

    def _answered(self, message: Message, frame: bytes, by_hand: bool) -> bytes:
        guard = Guard(self._study, self._policy_now(), self._ledger, self._site)
        if isinstance(message, Order):
            return self._join(message, frame, guard)
        job, order = self._job_of(message)
        if isinstance(message, End):
            job.end(message.analysis, message.outcome)
            if not message.analysis:
                self._open.pop(message.job, None)
            self.releases.forget(message.job, message.analysis)
            self._note("ended", message.job, analysis=message.analysis, outcome=message.outcome)
            return signed(Ready(job=message.job, sender=self._site), self._key)
        guard.order(order, self._now())
        if isinstance(message, Members):
            return self._members(message, job, order)
        if isinstance(message, Query):
            held = by_hand or self._policy_now().release is Release.ASK
            return self._round(message, frame, job, order, guard, held)
        raise FederationError(
            Code.UNKNOWN_SCHEMA, f"a site is not sent a message of this kind ({type(message).__name__})"
        )

    def _end_expired(self) -> None:
        """End jobs whose order has expired and that nobody ended: their mask keys and sums go."""
        for name, order in list(self._open.items()):
            if self._now() > datetime.fromisoformat(order.expires) + CLOCKS_APART:
                del self._open[name]
                self._job(name).end("", EXPIRED)
                self.releases.forget(name, "")
                self._ledger.write(
                    decision="ended", job=name, study=order.study, analysis="", outcome=EXPIRED
                )

    def _jobs_with_keys(self) -> Iterator[tuple[str, Order]]:
        """Jobs that are not over, as an earlier process left them."""
        for folder in sorted((self._folder / "jobs").glob("*")):
            job = self._job(folder.name)
            frame = job.kept(ORDER)
            if job.has_key and frame is not None:
                try:
                    yield folder.name, read(frame, Order, self._study.coordinators)
                except FederationError:
                    continue  # a job of another study, whose own node ends it

    def _job(self, name: str) -> SiteJob:
        return self._jobs.setdefault(name, SiteJob(self._folder / "jobs" / name))

    def _join(self, order: Order, frame: bytes, guard: Guard) -> bytes:
        guard.order(order, self._now())
        job = self._job(order.job)
        if job.ended(""):
            raise FederationError(Code.OLD_ROUND, "the job is over", hint="Start a new one.")
        kept = job.kept(ORDER)
        if kept is not None and kept != frame:
            raise FederationError(Code.OLD_ROUND, "another order was given under this job's id before")
        if self._study.data_model != self._data_model():
            raise FederationError(
                Code.OTHER_DATA_MODEL, "the site's tables are in another version of the data model",
                expected=f"version {self._study.data_model} of the study",
                hint="The site builds its tables again with the study's version.",
            )  # fmt: skip
        asked = [self._study.analyses[name].estimator for name in order.analyses]
        if order.masked and any(ESTIMATORS[one].fixes_roster for one in asked):
            FixedRosters(self._folder / "rosters").check(order.study_hash, order.roster)
        answer = job.kept(JOINED)
        if answer is None:
            job.keep(ORDER, frame)
            self._open[order.job] = order
            answer = self._joined(order, job)
            job.keep(JOINED, answer)
        self._note("joined", order.job, roster=list(order.roster), analyses=list(order.analyses))
        return answer

    def _joined(self, order: Order, job: SiteJob) -> bytes:
        mask_key = job.mask_key().public
        _, version = self._rows(job)
        return signed(
            Joined(
                job=order.job,
                sender=self._site,
                mask_key=mask_key,
                data_version=version,
                data_model=self._study.data_model,
                binding=self._key.sign(binding_text(order, self._site, mask_key)).hex(),
            ),
            self._key,
        )

    def _members(self, members: Members, job: SiteJob, order: Order) -> bytes:
        """Check that every mask key is the one that its site signed for this job, and keep them."""
        if tuple(sorted(site for site, _ in members.joined)) != tuple(sorted(order.roster)):
            raise FederationError(Code.OTHER_ROSTER, "the members of the job are not those of its order")
        keys: dict[str, str] = {}
        for site, told in members.joined:
            joined = read(_bytes_of(told), Joined, {site: self._study.sites[site]})
            bound(joined, order, self._study.sites[site])
            keys[site] = joined.mask_key
        if keys[self._site] != job.mask_key().public:
            raise FederationError(Code.FOREIGN_KEY, "the others were given another mask key than this site's")
        job.join_members(keys)
        self._note("members checked", order.job, roster=list(order.roster))
        return signed(Ready(job=order.job, sender=self._site), self._key)

    def _round(
        self, query: Query, frame: bytes, job: SiteJob, order: Order, guard: Guard, held: bool
    ) -> bytes:
        one = SiteRound(
            site=self._site, key=self._key, study=self._study, order=order, query=query, job=job, guard=guard
        )
        running = one.running(lambda: self._rows(job))
        answer = one.answer(running, FixedRosters(self._folder / "rosters"))
        if held:
            self._check_released(answer, running)
        self._note(
            "sent again" if job.has_left(query) else "sent", query.job,
            analysis=query.analysis, step=query.step,
            attempt=query.attempt, bytes=len(answer), sha256=hashlib.sha256(answer).hexdigest(),
        )  # fmt: skip
        job.received(query, frame)
        return answer

    def _check_released(self, frame: bytes, running: Running) -> None:
        """Raises FederationError (WAITS_FOR_STEWARD) until a person has let the answer go."""
        answer = read(frame, Answer, {self._site: self._study.sites[self._site]})
        estimator = self._study.analyses[answer.analysis].estimator
        self.releases.check(Leaving.of(answer, frame, running.prepared.facts, estimator))

    def _rows(self, job: SiteJob) -> tuple[D, str]:
        """The rows of the site and their version, which stays the same while the job lasts."""
        if not job.rows:
            job.rows.append(self._data())
        rows, version = job.rows[0]
        job.hold_version(version)
        return rows, version

    def _data_model(self) -> str:
        """The version that the site's tables are in now."""
        return self._asked_model if isinstance(self._asked_model, str) else self._asked_model()

    def _policy_now(self) -> Policy:
        """The policy as the file says it now; taken apart only where the file has changed."""
        try:
            content = self._policy.read_bytes()
        except OSError:
            content = b""
        if self._read_policy is None or self._read_policy[0] != content:
            self._read_policy = (content, Policy.read(self._policy))
        return self._read_policy[1]

    def _job_of(self, message: Message) -> tuple[SiteJob, Order]:
        job = self._job(message.job)
        if job.ended("") and not isinstance(message, End):
            raise FederationError(Code.OLD_ROUND, "the job is over")
        if not job.orders:
            kept = job.kept(ORDER)
            if kept is None:
                raise FederationError(Code.OLD_ROUND, "this site has joined no such job")
            job.orders.append(read(kept, Order, self._study.coordinators))
        return job, job.orders[0]

    def _refused(self, about: _About, error: FederationError) -> bytes:
        words = words_of(error)
        decision = "waits" if error.code is Code.WAITS_FOR_STEWARD else "refused"
        self._note(decision, about.job, analysis=about.analysis, step=about.step, code=str(error.code),
                   words=words)  # fmt: skip
        refused = Refused(
            job=about.job, sender=self._site, analysis=about.analysis, step=about.step,
            code=str(error.code), words=words,
        )  # fmt: skip
        return signed(refused, self._key)

    def _note(self, decision: str, job: str, **told: object) -> None:
        self._ledger.write(decision=decision, job=job, study=self._study.id, **told)


def _bytes_of(told: str) -> bytes:
    try:
        return bytes.fromhex(told)
    except ValueError as error:
        raise FederationError(Code.BROKEN_MESSAGE, "a member's message that is no message") from error
