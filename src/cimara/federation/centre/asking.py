"""One round as the coordinator asks it: every site's answer is checked, and only the sum is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.federation.errors import Code, FederationError
from cimara.federation.guard.shapes import check_shape, parted
from cimara.federation.masking import unmasked_sum
from cimara.federation.messages.kinds import Answer, M, Message, Order, Query, Refused, read_any, signed
from cimara.federation.study import FederatedStudy
from cimara.federation.transport import Transport
from cimara.outcomes.contract import Summary

PAUSES = frozenset(
    {
        Code.SITE_LOST,
        Code.SERVER_LOST,
        Code.NO_ANSWER,
        Code.CERTIFICATE,
        Code.WAITS_FOR_STEWARD,
        Code.BROKEN_MESSAGE,
        Code.BROKEN_SIGNATURE,
        Code.UNKNOWN_SENDER,
        Code.OTHER_ROSTER,
    }
)
"""Faults on the way: the job waits, and goes on where it was when they are mended."""


class Paused(Exception):  # noqa: N818  (a state, which `resume` ends)
    """The job cannot go on now; `fault` says why."""

    def __init__(self, fault: FederationError) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a coordinator asks the sites of one job; `heard` learns of each round's answers and seconds."""

    study: FederatedStudy[Any]
    transport: Transport
    key: Ed25519PrivateKey
    order: Order
    heard: Callable[[Mapping[str, bytes], int, float], None]

    def everyone(self, message: Message | bytes, kind: type[M], step: int = -1) -> dict[str, tuple[M, bytes]]:
        """The answers of all sites of the roster to one message, each of that kind, with their frames.

        Raises
        ------
        Paused
            A site or the way to it is missing, a person there has not released its answer, or a frame was
            altered.
        FederationError
            The refusal of a site, which `where` names.
        """
        frame = message if isinstance(message, bytes) else signed(message, self.key)
        began = time.perf_counter()
        try:
            frames = self.transport.send(frame, self.order.roster)
            self._check_roster(frames)
            read = {site: self._read(site, frames[site]) for site in self.order.roster}
        except FederationError as fault:
            raise (Paused(fault) if fault.code in PAUSES else fault) from fault
        self.heard(frames, step, time.perf_counter() - began)
        found: dict[str, tuple[M, bytes]] = {}
        for site, answer in read.items():
            if isinstance(answer, Refused):
                raise _refusal(answer)
            if not isinstance(answer, kind) or answer.job != self.order.job:
                raise FederationError(
                    Code.UNKNOWN_SCHEMA, "an answer to something else", where=site, expected=kind.__name__
                )
            found[site] = (answer, frames[site])
        return found

    def total(self, query: Query, awaited: Summary) -> Summary:
        """The sum over all sites of what the round asks.

        Raises FederationError, besides those of `everyone`: OLD_ROUND, an answer of another round;
        WRONG_SHAPE, one whose arrays are not exactly those of `awaited`.
        """
        answers = [one for one, _ in self.everyone(query, Answer, query.step).values()]
        for answer in answers:
            self._check(answer, query, awaited)
        if self.order.masked:
            numbers = unmasked_sum([one.words for one in answers])
            sums = parted(numbers, awaited)
        else:
            sums = {
                name: np.sum([one.plain[name] for one in answers], axis=0, dtype=np.float64)
                for name in awaited.sums
            }
        unions = {
            name: np.unique(np.concatenate([one.unions[name] for one in answers])) for name in awaited.unions
        }
        total = Summary(awaited.schema, sums, unions)
        check_shape(total, awaited, "the sums of all sites")
        return total

    def _check(self, answer: Answer, query: Query, awaited: Summary) -> None:
        asked = (query.analysis, query.step, query.attempt)
        if (answer.analysis, answer.step, answer.attempt) != asked:
            raise FederationError(Code.OLD_ROUND, "an answer to another round", where=answer.sender)
        shapes = tuple(np.shape(values) for values in awaited.sums.values())
        numbers = sum(int(np.size(values)) for values in awaited.sums.values())
        fits = (
            answer.schema == awaited.schema
            and answer.names == tuple(awaited.sums)
            and answer.shapes == shapes
            and answer.words.shape == ((2 * numbers,) if self.order.masked else (0,))
            and set(answer.unions) == set(awaited.unions)
        )
        if not fits or (self.order.masked and answer.plain):
            raise FederationError(
                Code.WRONG_SHAPE, "an answer with other numbers than the estimator's", where=answer.sender
            )
        if not self.order.masked:
            told = Summary(answer.schema, answer.plain, answer.unions)
            check_shape(told, awaited, f"the sums of {answer.sender}")

    def _check_roster(self, frames: Mapping[str, bytes]) -> None:
        missing = [site for site in self.order.roster if site not in frames]
        if missing:
            raise FederationError(Code.NO_ANSWER, "gave no answer", where=missing[0])
        if len(frames) != len(self.order.roster):
            raise FederationError(Code.OTHER_ROSTER, "an answer of a site that was not asked")

    def _read(self, site: str, frame: bytes) -> Message:
        try:
            return read_any(frame, {site: self.study.sites[site]})
        except FederationError as fault:
            raise FederationError(
                fault.code, fault.problem, where=site, expected=fault.expected, hint=fault.hint
            ) from fault


def _refusal(answer: Refused) -> Exception:
    """A site's refusal ends what was asked; one that waits for a person there only pauses the job."""
    fault = FederationError(_code(answer.code), answer.words, where=answer.sender)
    return Paused(fault) if fault.code is Code.WAITS_FOR_STEWARD else fault


def _code(text: str) -> Code:
    """A site's code; of a newer version's that is not known here, PROGRAM."""
    return Code(text) if text in set(Code) else Code.PROGRAM
