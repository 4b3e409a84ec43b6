"""How a signed frame travels in NVFlare: one array of bytes in a DXO, and nothing beside it."""

from __future__ import annotations

from typing import Any

from nvflare.apis.dxo import DXO, DataKind, from_shareable  # type: ignore[import-untyped]
from nvflare.apis.shareable import Shareable  # type: ignore[import-untyped]

from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.wire import LIMIT

FRAME = "frame"
TASK = "cimara"
"""The only task there is."""
TOPIC = "cimara.status"
"""The only question that a running job answers to its researcher."""


def carried(frame: bytes) -> Any:
    """A Shareable that holds a frame."""
    return DXO(DataKind.APP_DEFINED, data={FRAME: frame}).to_shareable()


def frame_of(message: Any) -> bytes:
    """The frame in a Shareable.

    Raises
    ------
    FederationError
        WRONG_SHAPE: no DXO, another kind of one, anything beside the frame; TOO_LARGE.
    """
    if not isinstance(message, Shareable):
        raise _strange("a message that is no Shareable")
    try:
        found = from_shareable(message)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _strange("a message that is no DXO") from error
    if found.data_kind != DataKind.APP_DEFINED or not isinstance(found.data, dict):
        raise _strange("a DXO of another kind")
    frame = found.data.get(FRAME)
    if set(found.data) != {FRAME} or found.meta or not isinstance(frame, bytes):
        raise _strange("a DXO with more in it than one signed message")
    if len(frame) > LIMIT:
        raise FederationError(
            Code.TOO_LARGE, f"a message of {len(frame):,} bytes", expected=f"at most {LIMIT:,}"
        )
    return frame


def _strange(problem: str) -> FederationError:
    return FederationError(
        Code.WRONG_SHAPE, problem, expected="one signed message as bytes, and nothing beside it"
    )
