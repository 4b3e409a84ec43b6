"""What waits at a site until a person lets it leave: in words before, with person, time and hash after."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import plain_name, put, put_json, read_json
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.exchange import FACTS
from cimara.federation.messages.kinds import Answer
from cimara.federation.site.ledger import Ledger
from cimara.federation.study import Facts

RELEASED, WITHHELD = "released", "not released"
"""Decisions in the site's ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """An answer that is ready to leave: what it is, and in words what it holds.

    `words` are for the site's steward alone: they tell counts of this site, and never travel.
    """

    job: str
    analysis: str
    step: int
    attempt: int
    sha256: str
    size: int
    words: str

    @classmethod
    def of(cls, answer: Answer, frame: bytes, facts: Facts, estimator: str) -> Leaving:
        """The answer of a frame, over rows with those counts, in an analysis by that estimator."""
        return cls(
            job=answer.job,
            analysis=answer.analysis,
            step=answer.step,
            attempt=answer.attempt,
            sha256=hashlib.sha256(frame).hexdigest(),
            size=len(frame),
            words=what_leaves(answer, facts, estimator),
        )


def what_leaves(answer: Answer, facts: Facts, estimator: str) -> str:
    """What an answer holds, for a person, with what the estimator sends in a round.

    "30 numbers: sums over 104 patients and 41 events; no times; masked", for example.
    """
    plain = sum(values.size for values in answer.plain.values())
    times = sum(values.size for values in answer.unions.values())
    kind = ESTIMATORS.get(estimator)
    on_grid = kind is not None and kind.by_time and answer.step > FACTS
    what = "sums" if answer.step > FACTS else "counts"
    said = [
        f"{_many(answer.words.size // 2 + plain, 'number')}: {what} over "
        f"{_many(facts.patients, 'patient')} and {_many(sum(facts.events.values()), 'event')}",
        f"{_many(times, 'day')} on which something happened, in clear" if times else "",
        "sums by time, on the study's grid" if on_grid else "" if times else "no times",
        "masked" if answer.words.size else "not masked: the coordinating centre can read them",
    ]
    text = "; ".join(one for one in said if one)
    return f"{text} ({kind.words})" if kind is not None and answer.step > FACTS else text


class Releases:
    """The answers that a site has made ready, and which of them a person released; `folder` is the site's."""

    def __init__(self, folder: Path, ledger: Ledger, study: str) -> None:
        self._folder, self._ledger, self._study = folder, ledger, study

    def check(self, leaving: Leaving) -> None:
        """Let an answer pass that was released. Raises FederationError (WAITS_FOR_STEWARD) for any other.

        What waits is on the site's disk, so that a person may release it at any time, from another process.
        """
        if (self._folder / f"{leaving.sha256}.released").is_file():
            return
        self.forget(leaving.job, leaving.analysis, leaving.step)
        put_json(self._folder / f"{leaving.sha256}.json", asdict(leaving))
        raise FederationError(
            Code.WAITS_FOR_STEWARD, "the answer waits for the site's steward",
            hint="The steward runs `cimara federation release` at the site; then resume the job.",
        )  # fmt: skip

    def waiting(self) -> tuple[Leaving, ...]:
        """What is ready and not released, by job, analysis and step."""
        found = []
        for path in self._folder.glob("*.json"):
            told: dict[str, Any] | None = read_json(path)
            if told is not None and not path.with_suffix(".released").is_file():
                found.append(Leaving(**told))
        return tuple(sorted(found, key=lambda one: (one.job, one.analysis, one.step, one.attempt)))

    def forget(self, job: str, analysis: str = "", step: int | None = None) -> None:
        """Nobody is asked any more about a job, an analysis or a round that is over or is asked anew."""
        for one in self.waiting():
            if one.job == job and analysis in ("", one.analysis) and step in (None, one.step):
                (self._folder / f"{one.sha256}.json").unlink(missing_ok=True)

    def decide(self, job: str, leaving: Sequence[Leaving], *, typed: str, person: str) -> None:
        """Release answers of a job if the person typed its number; in the ledger before anything can leave.

        Raises FederationError (NOT_RELEASED) where something else was typed, which is in the ledger too.
        """
        released = typed.strip() == job
        for one in leaving:
            self.note(RELEASED if released else WITHHELD, one, person)
        if not released:
            raise FederationError(
                Code.NOT_RELEASED, "the job's number was not typed, so nothing left", where=job,
                hint="Run it again to be asked again.",
            )  # fmt: skip
        for one in leaving:
            put(self._folder / f"{one.sha256}.released", b"")

    def keep(self, question: str, frame: bytes) -> None:
        """Keep what left in answer to a question, by the question's hash."""
        put(self._folder / f"{plain_name(question, 'a question')}.left", frame)

    def kept(self, question: str) -> bytes | None:
        """What left in answer to a question before; None where nothing did."""
        path = self._folder / f"{plain_name(question, 'a question')}.left"
        return path.read_bytes() if path.is_file() else None

    def refused(self, code: str, words: str) -> None:
        """A line in the site's ledger for a file that is no question to it. Its name is not told there."""
        self._ledger.write(decision="refused", study=self._study, job="", code=code, words=words)

    def note(self, decision: str, leaving: Leaving, person: str) -> None:
        """A line in the site's ledger: what, by whom, when, and the hash of what leaves or does not."""
        self._ledger.write(
            decision=decision, study=self._study, job=leaving.job, analysis=leaving.analysis,
            step=leaving.step, attempt=leaving.attempt, bytes=leaving.size, sha256=leaving.sha256,
            person=person,
        )  # fmt: skip


def release_waiting(releases: Releases, ask: Callable[[str, tuple[str, ...]], str], *, person: str) -> int:
    """Ask a person about everything that waits, a question a job; the number of answers released.

    Parameters
    ----------
    ask
        Shown the job's number and a line for each answer; gives what the person typed.

    Raises
    ------
    FederationError
        NOT_RELEASED where something else than the job's number was typed.
    """
    waiting = releases.waiting()
    for job in dict.fromkeys(one.job for one in waiting):
        own = [one for one in waiting if one.job == job]
        typed = ask(job, tuple(f"{one.analysis}, round {one.step}: {one.words}" for one in own))
        releases.decide(job, own, typed=typed, person=person)
    return len(waiting)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
