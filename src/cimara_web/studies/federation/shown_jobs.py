"""Jobs as a page says them: the word and colour of a state, rounds, and what to do about a fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cimara.federation.centre.status import JobState
from cimara.federation.code_words import words_of
from cimara_web.studies.federation.job_files import Job, JobAnalysis, known_code, plain

S = JobState
STATES: dict[JobState, tuple[str, str]] = {
    S.PLANNED: ("planned", "waiting"),
    S.WAITING_SITES: ("waits for sites", "waiting"),
    S.ROUND: ("running", "waiting"),
    S.PAUSED: ("paused", "bad"),
    S.FAILED: ("failed", "bad"),
    S.DONE: ("done", "good"),
    S.RELEASED: ("released", "good"),
}
"""State -> its words and the colour beside them."""


OVER = (S.DONE, S.RELEASED)


@dataclass(frozen=True, slots=True)
class Line:
    """A job or an analysis of it. `told` is the reason that the centre gives, `advice` what its code asks."""

    name: str
    state: str
    tone: str
    rounds: str
    told: str
    advice: str


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job with its analyses."""

    line: Line
    began: datetime | None
    analyses: tuple[Line, ...]


def shown(job: Job) -> ShownJob:
    """A job as the page says it."""
    of = f"{job.done} of {job.planned}" if job.planned else str(max(job.done, 0))
    return ShownJob(
        line=_line(job.job, job.state, f"{of} rounds", job.code, job.words),
        began=job.moment,
        analyses=tuple(_analysis(one) for one in job.analyses),
    )


def _analysis(one: JobAnalysis) -> Line:
    rounds = one.step + (one.state in OVER)  # the first is round 0
    return _line(one.id, one.state, str(max(rounds, 0)), one.code, one.words)


def _line(name: str, state: JobState, rounds: str, code: str, words: str) -> Line:
    said, tone = STATES[state]
    known = known_code(code)
    told = f"{known}: {plain(words) or words_of(known).cause}" if known else plain(words)
    is_told = known is None or ". " in words  # a site's own words may say already what to do
    return Line(plain(name), said, tone, rounds, told, "" if is_told else words_of(known).advice)
