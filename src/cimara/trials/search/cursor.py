"""Where the next page begins, bound to its query and snapshot so that it can't be used with another."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from cimara.trials.search.query import Page, Query, QueryError
from cimara.trials.snapshot import Snapshot

FINGERPRINT_BYTES = 9
MAX_CURSOR = 200


class Order(StrEnum):
    """Which list the last hit stood in: the ranked first matches, static rank, or one sorted by a date."""

    WINDOW = "w"
    STATIC = "s"
    KEYED = "k"


@dataclass(frozen=True, slots=True)
class Position:
    """The last hit shown; `key` is its sorting value in a keyed order."""

    order: Order
    row_id: int
    key: int = 0


def fingerprint(query: Query, snapshot: Snapshot) -> str:
    """What a cursor belongs to: everything asked but the page, and the content of the snapshot."""
    asked = msgspec.json.encode(replace(query, page=Page()), enc_hook=str, order="deterministic")
    digest = hashlib.sha256(snapshot.meta.content_hash.encode() + asked).digest()
    return base64.urlsafe_b64encode(digest[:FINGERPRINT_BYTES]).decode()


def write_cursor(position: Position, mark: str) -> str:
    """The cursor after a hit."""
    packed = msgspec.json.encode([mark, position.order, position.row_id, position.key])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(cursor: str, mark: str) -> Position:
    """The position that a cursor holds.

    Raises
    ------
    QueryError
        When it isn't a cursor of this query and snapshot.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        if len(padded) > MAX_CURSOR:
            raise QueryError.bad_cursor()
        packed = base64.b64decode(padded, altchars=b"-_", validate=True)
        found, order, row_id, key = msgspec.json.decode(packed, type=tuple[str, Order, int, int])
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, UnicodeDecodeError):
        raise QueryError.bad_cursor() from None
    if found != mark or not (0 < row_id < 2**62 and 0 <= key < 2**62):
        raise QueryError.bad_cursor()
    return Position(order, row_id, key)
