"""Walks the chain of the audit trail and names the first event that is not as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimara_web.audit.actions.recording import text_of
from cimara_web.audit.chain import GENESIS, next_hash
from cimara_web.audit.models import AuditEvent, ChainHead

CHUNK = 2000
"""Events that are in memory at once."""


class HeadFileError(ValueError):
    """A file that should hold a known head does not."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a chain at some moment: its number and its hash. Of an empty chain 0 and 64 zeros."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first event that fails, by number, and what is wrong with it."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found: how far the chain holds, and where it breaks, if it does."""

    head: Head
    broken: Broken | None

    @property
    def holds(self) -> bool:
        """Whether every event is as it was written."""
        return self.broken is None


def current_head() -> Head:
    """The head as the portal keeps it."""
    row = ChainHead.objects.filter(id=1).first()
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)


def verify(known: Iterable[Head] = ()) -> Verdict:
    """Walk the whole chain in constant memory, also while others add to it.

    Parameters
    ----------
    known
        Heads from elsewhere, such as that of the last backup: the chain must pass through each.
    """
    passed: dict[int, set[str]] = {}
    for one in (*known, current_head()):
        passed.setdefault(one.seq, set()).add(one.hash)
    last = Head(0, GENESIS)
    for row in AuditEvent.objects.order_by("seq").iterator(chunk_size=CHUNK):
        if what := _fault(row, last, passed):
            return Verdict(last, Broken(last.seq + 1, what))
        last = Head(row.seq, row.hash)
    return Verdict(last, _cut_tail(last, max(passed)) or _head_behind(last))


def _fault(row: AuditEvent, last: Head, passed: dict[int, set[str]]) -> str:
    """What is wrong with the event that should follow `last`; empty when nothing is."""
    if row.seq != last.seq + 1:
        return "it is missing"
    if row.prev_hash != last.hash:
        return "it does not follow the event before it"
    if row.hash != next_hash(last.hash, text_of(row)):
        return "what it says was changed"
    if passed.get(row.seq, {row.hash}) != {row.hash}:
        return "it is another event than the head that was known"
    return ""


def _cut_tail(last: Head, farthest: int) -> Broken | None:
    if farthest > last.seq:
        return Broken(last.seq + 1, "it is missing, with all after it")
    return None


def _head_behind(last: Head) -> Broken | None:
    """The kept head was read before the walk, to allow for new events; now it can't be behind."""
    if current_head().seq < last.seq:
        return Broken(last.seq, "the portal keeps an older head of the chain")
    return None


def head_in(file: Path) -> Head:
    """The head that a file holds as JSON, `{"seq": 12, "hash": "..."}`.

    Raises
    ------
    HeadFileError
        When it holds anything else; the message says what would be right.
    """
    try:
        return _head_of(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HeadFileError(
            f'{file} holds no head of the audit trail; it would read {{"seq": 12, "hash": "64 hex digits"}}'
        ) from error


def _head_of(told: dict[str, Any]) -> Head:
    seq, digest = told["seq"], told["hash"]
    if type(seq) is not int or seq < 0 or not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError
    return Head(seq, digest)
