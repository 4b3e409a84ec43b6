"""A site that gets questions as files: a person sees in words what would leave, and releases it or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimara.cohort.study.keys import PublicKey
from cimara.federation.centre.job_folder import plain_name
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import (
    SIGNED,
    End,
    Joined,
    Members,
    Message,
    Order,
    Query,
    Refused,
    read_any,
)
from cimara.federation.messages.wire import unpack
from cimara.federation.site.node import SiteNode
from cimara.federation.site.releases import Leaving
from cimara.federation.transport.dropped import DROPPED, Dropped, Finding, digest, looked_at, place

Ask = Callable[[str, tuple[str, ...]], str]
"""Shown a job's number and a line for each file that would leave; gives what the person typed."""
_TURN: tuple[type[Message], ...] = (Order, Members, Query, End)
"""The order in which a site can take what lies in a folder."""


@dataclass(frozen=True, slots=True)
class Responded:
    """What came of a folder: files written, jobs whose release was declined, and files that do not count."""

    written: tuple[Path, ...] = ()
    declined: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    """A coordinator's message in a file."""

    path: Path
    frame: bytes
    message: Message

    @property
    def turn(self) -> tuple[int, str, int, int]:
        """Its place among what is asked."""
        told: Any = self.message
        if isinstance(told, Query):
            return _TURN.index(Query), told.analysis, told.step, told.attempt
        return (_TURN.index(type(told)) if type(told) in _TURN else len(_TURN)), "", 0, 0

    @property
    def round(self) -> tuple[object, ...]:
        """What two attempts at the same round share."""
        told: Any = self.message
        if isinstance(told, Query):
            return (told.job, Query, told.analysis, told.step)
        return (told.job, type(told), digest(self.frame))


@dataclass(frozen=True, slots=True)
class _Ready:
    """A question and the answer to it, with what the person is told of it."""

    question: _Question
    frame: bytes
    leaving: Leaving
    held: bool


def respond(folder: Path, node: SiteNode[Any], ask: Ask, *, person: str) -> Responded:
    """Answer the questions in a folder, in files beside them, after a person typed the number of the job.

    Files may lie in the folder in any order and under any name. What was released before is written again
    without asking. Person, time and hash of each answer stand in the site's ledger.

    Parameters
    ----------
    ask
        Asked once a job, about everything that would leave in it.
    person
        Who releases: a name that the site's ledger keeps.

    Raises
    ------
    FederationError
        BAD_KIT: the folder is none. BAD_LEDGER: the site's ledger was altered.
    """
    if not person.strip():
        raise FederationError(Code.NOT_RELEASED, "nobody's name was given, so nothing left")
    plain_name(node.site, "a site")
    questions, findings = _questions(folder, node)
    for one in findings:
        node.releases.refused(one.code, one.words)
    written: list[Path] = []
    declined: list[str] = []
    for job in dict.fromkeys(one.message.job for one in questions):
        own = [one for one in questions if one.message.job == job]
        written += _again(own, node)
        ready = [_ready(one, node) for one in _fresh(own, node)]
        if ready and _person_releases(job, ready, node, ask, person):
            written += [path for one in ready if (path := _let_go(one, node)) is not None]
        elif ready:
            declined.append(job)
        _end(own, node)
    return Responded(tuple(written), tuple(declined), tuple(findings))


def _person_releases(job: str, ready: list[_Ready], node: SiteNode[Any], ask: Ask, person: str) -> bool:
    """Whether the job's number was typed; the answer is in the site's ledger."""
    try:
        node.releases.decide(
            job, [one.leaving for one in ready], typed=ask(job, _lines(ready)), person=person
        )
    except FederationError as refusal:
        if refusal.code is not Code.NOT_RELEASED:
            raise
        return False
    return True


def _again(questions: list[_Question], node: SiteNode[Any]) -> list[Path]:
    """Files of what was released before and is not in the folder any more."""
    kept = [(one, node.releases.kept(digest(one.frame))) for one in questions]
    paths = [_write(one, frame, node) for one, frame in kept if frame and not isinstance(one.message, End)]
    return [path for path in paths if path is not None]


def _fresh(questions: list[_Question], node: SiteNode[Any]) -> list[_Question]:
    """What was not answered yet and is not over."""
    over = {one.message.analysis for one in questions if isinstance(one.message, End)}
    return [
        one
        for one in questions
        if not isinstance(one.message, End)
        and not over & {"", getattr(one.message, "analysis", "")}
        and node.releases.kept(digest(one.frame)) is None
    ]


def _end(questions: list[_Question], node: SiteNode[Any]) -> None:
    """Let the site know what is over; nothing goes back."""
    for one in questions:
        if isinstance(one.message, End) and node.releases.kept(digest(one.frame)) is None:
            node.answer(one.frame)
            node.releases.keep(digest(one.frame), b"")


def _questions(folder: Path, node: SiteNode[Any]) -> tuple[list[_Question], list[Finding]]:
    """Questions in the order in which they can be taken; of several attempts at a round the last."""

    def read(path: Path, content: bytes) -> _Question | None:
        packet = unpack(content, (SIGNED, DROPPED))
        if packet.schema == DROPPED:
            return None
        try:
            message = read_any(content, node.study.coordinators)
        except FederationError as error:
            if error.code is not Code.UNKNOWN_SENDER:
                raise
            raise FederationError(
                Code.UNKNOWN_SENDER, f"is not signed by a coordinating centre of the study {node.study.id}",
                hint="It is of another study, or nobody's; answer it with the kit of its own study.",
            ) from error  # fmt: skip
        plain_name(message.job, "a job")
        return _Question(path, content, message)

    found, findings = looked_at(folder, read)
    last = {one.round: one for one in sorted(found, key=lambda one: one.turn)}
    return sorted(last.values(), key=lambda one: one.turn), findings


def _ready(question: _Question, node: SiteNode[Any]) -> _Ready:
    """The answer to a question, held at the site."""
    frame = node.answer(question.frame, by_hand=True)
    answer = _own(frame, node)
    held = next((one for one in node.releases.waiting() if _about(one, question.message)), None)
    if isinstance(answer, Refused) and answer.code == Code.WAITS_FOR_STEWARD and held is not None:
        return _Ready(question, frame, held, held=True)
    leaving = Leaving(
        job=question.message.job, analysis=getattr(question.message, "analysis", ""),
        step=getattr(question.message, "step", 0), attempt=getattr(question.message, "attempt", 0),
        sha256=hashlib.sha256(frame).hexdigest(), size=len(frame), words=_said(answer),
    )  # fmt: skip
    return _Ready(question, frame, leaving, held=False)


def _about(leaving: Leaving, message: Message) -> bool:
    return isinstance(message, Query) and (
        leaving.job, leaving.analysis, leaving.step, leaving.attempt
    ) == (message.job, message.analysis, message.step, message.attempt)  # fmt: skip


def _said(answer: Message) -> str:
    """What leaves where it is no sums."""
    if isinstance(answer, Joined):
        return "that you take part; a key for the masks and the hash of your data; no numbers of patients"
    if isinstance(answer, Refused):
        return f"a refusal: {answer.code} {answer.words}"
    return "that the keys of the other sites were checked; no numbers of patients"


def _lines(ready: list[_Ready]) -> tuple[str, ...]:
    return tuple(
        f"{one.leaving.analysis}, round {one.leaving.step}: {one.leaving.words}"
        if one.leaving.analysis
        else one.leaving.words
        for one in ready
    )


def _let_go(one: _Ready, node: SiteNode[Any]) -> Path | None:
    """The file of an answer that was released; a refusal may be taken back later, and is not kept."""
    frame = node.answer(one.question.frame, by_hand=True) if one.held else one.frame
    if not isinstance(_own(frame, node), Refused):
        node.releases.keep(digest(one.question.frame), frame)
    return _write(one.question, frame, node)


def _write(question: _Question, frame: bytes, node: SiteNode[Any]) -> Path | None:
    """Beside its question; under a name with the question's hash where several lie in one folder.

    None where the file is there already.
    """
    dropped = Dropped(
        study=node.study.hash, job=question.message.job, site=node.site, query=digest(question.frame),
        frame=frame,
    )  # fmt: skip
    folder, name, content = question.path.parent, f"answer-{node.site}.msg", dropped.packed()
    if (folder / name).is_file() and not _answers(folder / name, dropped):
        name = f"answer-{node.site}-{dropped.query[:8]}.msg"
    if (folder / name).is_file() and (folder / name).read_bytes() == content:
        return None
    return place(folder, name, content)


def _answers(path: Path, dropped: Dropped) -> bool:
    """Whether a file is an answer of this site to the same question, which may be written over."""
    try:
        found = Dropped.of(path.read_bytes())
    except FederationError:
        return False
    return (found.site, found.query) == (dropped.site, dropped.query)


def _own(frame: bytes, node: SiteNode[Any]) -> Message:
    keys: dict[str, PublicKey] = {node.site: node.study.sites[node.site]}
    return read_any(frame, keys)
