"""What a job would ask of a site, round by round, worked out on rows that nobody sends anywhere.

The analysis runs in this process alone, as a federation of one house. Its rounds ask for the same numbers
whatever the rows are; how many Newton steps it takes depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, TypeVar

import numpy as np

from cimara.cohort.study.keys import new_key
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.exchange import Done, Record, Wanted, advance
from cimara.federation.messages.kinds import Answer, signed
from cimara.federation.planning.words import words_of
from cimara.federation.study import FederatedStudy, Prepared, Work
from cimara.outcomes.contract import Summary
from cimara.outcomes.model_warnings import NotEstimable

D = TypeVar("D")
WORDS_A_NUMBER = 2
"""Masked numbers travel as two words of 64 bits (`masking.words_of`)."""
JOB_ID = "20260101-000000-00000000"
"""As long as the id of any job, so that a message is as long as it will be."""


@dataclass(frozen=True, slots=True)
class Block:
    """An array of a message: its name, its shape, and what each number is."""

    name: str
    shape: tuple[int, ...]
    words: str

    @property
    def numbers(self) -> int:
        """How many numbers."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Round:
    """What a site sends in a round; `bytes` is the whole signed message. `times` are sent in clear."""

    step: int
    schema: str
    blocks: tuple[Block, ...]
    times: bool
    bytes: int

    @property
    def numbers(self) -> int:
        """How many numbers."""
        return sum(one.numbers for one in self.blocks)

    @property
    def asked(self) -> tuple[object, ...]:
        """What it asks for, without which round it is."""
        return self.schema, self.blocks, self.times


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """The rounds of an analysis; `ends` says why it ended early, "" where it came to a result."""

    id: str
    estimator: str
    words: str
    newton: bool
    rounds: tuple[Round, ...]
    ends: str = ""

    def grouped(self) -> list[tuple[Round, ...]]:
        """Rounds that ask for the same, together, in the order of the first of each."""
        found: dict[tuple[object, ...], list[Round]] = {}
        for one in self.rounds:
            found.setdefault(one.asked, []).append(one)
        return [tuple(group) for group in found.values()]


def analysis_plan(study: FederatedStudy[D], work: Work[D], rows: D) -> AnalysisPlan:
    """The rounds of an analysis of a study.

    Parameters
    ----------
    rows
        Invented rows, or a site's own. They stay in this process.

    Raises
    ------
    FederationError
        BAD_TABLE and what else `Work.prepare` raises for rows that do not fit.
    """
    kind = ESTIMATORS[work.estimator]
    rounds: list[Round] = []
    ends = ""
    try:
        _go_through(study, work, work.prepare(rows), rounds)
    except NotEstimable as error:
        ends = str(error)
    return AnalysisPlan(work.id, work.estimator, kind.words, kind.newton, tuple(rounds), ends)


def _go_through(study: FederatedStudy[Any], work: Work[Any], prepared: Prepared, rounds: list[Round]) -> None:
    totals: list[Summary] = []
    record = Record(totals)
    while True:
        here = advance(prepared, record)
        if isinstance(here, Done):
            return
        rounds.append(_round(study, work.id, here))
        totals.append(here.own)


def _round(study: FederatedStudy[Any], analysis: str, here: Wanted) -> Round:
    own = here.own
    blocks = tuple(
        Block(name, np.shape(values), words_of(own.schema, name)) for name, values in own.sums.items()
    )
    return Round(here.step, own.schema, blocks, bool(own.unions), _size(study, analysis, here))


def _size(study: FederatedStudy[Any], analysis: str, here: Wanted) -> int:
    """Bytes of the signed answer of the site with the longest id."""
    own = here.own
    numbers = sum(int(np.size(values)) for values in own.sums.values())
    answer = Answer(
        job=JOB_ID,
        sender=max(study.sites, key=len),
        analysis=analysis,
        step=here.step,
        attempt=0,
        schema=own.schema,
        names=tuple(own.sums),
        shapes=tuple(np.shape(values) for values in own.sums.values()),
        words=np.zeros(WORDS_A_NUMBER * numbers if study.masked else 0, dtype=np.uint64),
        plain={} if study.masked else dict(own.sums),
        unions=dict(own.unions),
    )
    return len(signed(answer, new_key()))


def study_plan(study: FederatedStudy[D], rows: Iterator[tuple[Work[D], D]]) -> list[AnalysisPlan]:
    """The plans of analyses, each on its own rows; one whose rows do not fit tells its fault in `ends`."""
    return [_plan_or_fault(study, work, given) for work, given in rows]


def _plan_or_fault(study: FederatedStudy[D], work: Work[D], rows: D) -> AnalysisPlan:
    try:
        return analysis_plan(study, work, rows)
    except FederationError as error:
        kind = ESTIMATORS[work.estimator]
        return AnalysisPlan(work.id, work.estimator, kind.words, kind.newton, (), str(error))


def chosen(study: FederatedStudy[D], analyses: Iterable[str]) -> list[Work[D]]:
    """Analyses of a study by their ids, all if none is named. Raises FederationError (UNKNOWN_ANALYSIS)."""
    wanted = list(analyses) or list(study.analyses)
    unknown = [one for one in wanted if one not in study.analyses]
    if unknown:
        raise FederationError(
            Code.UNKNOWN_ANALYSIS, f"no such analysis: {', '.join(unknown)}", where=study.id,
            expected=", ".join(study.analyses),
        )  # fmt: skip
    return [study.analyses[one] for one in wanted]
