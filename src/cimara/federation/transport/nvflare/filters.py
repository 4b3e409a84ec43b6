"""The site's own filters on all that NVFlare brings in or takes out; closed when in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nvflare.apis.filter import Filter  # type: ignore[import-untyped]
from nvflare.apis.fl_constant import FLContextKey  # type: ignore[import-untyped]

from cimara.federation.centre.refusals import words_of
from cimara.federation.errors import Code, FederationError
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
    read_any,
)
from cimara.federation.transport.nvflare.carriage import carried, frame_of
from cimara.federation.transport.nvflare.house import House

OUT = (Joined, Ready, Answer, Refused)
IN = (Order, Members, Query, End)


class SignedAnswersOnly(Filter):  # type: ignore[misc]
    """Lets a result out if it is one message of a known kind that this site has signed; else nothing leaves.

    What leaves is made anew from the message's bytes, so nothing can ride beside it.
    """

    def process(self, shareable: Any, fl_ctx: Any) -> Any:
        """Called by NVFlare for every result of every job. Raises what ends the task at the site."""
        house = House(kit_of(fl_ctx))
        site = str(fl_ctx.get_identity_name())
        return _checked(house, shareable, OUT, {site: house.public_key("site")}, "blocked result")


class OrdersOnly(Filter):  # type: ignore[misc]
    """Lets a task in if it is one message that a coordinator signed whom a study of this house names."""

    def process(self, shareable: Any, fl_ctx: Any) -> Any:
        """Called by NVFlare for every task of every job. Raises what ends the task at the site."""
        house = House(kit_of(fl_ctx))
        return _checked(house, shareable, IN, house.coordinators(), "blocked task", keep=True)


def kit_of(fl_ctx: Any) -> Path:
    """The kit that this process runs in."""
    return Path(fl_ctx.get_prop(FLContextKey.WORKSPACE_ROOT))


def _checked(
    house: House,
    shareable: Any,
    kinds: tuple[type[Message], ...],
    keys: Any,
    decision: str,
    *,
    keep: bool = False,
) -> Any:
    """The message, made anew, or as it came with NVFlare's own headers (`keep`)."""
    try:
        frame = frame_of(shareable)
        message = read_any(frame, keys)
        if not isinstance(message, kinds):
            raise FederationError(
                Code.UNKNOWN_SCHEMA,
                f"a message of a kind that is not sent this way ({type(message).__name__})",
            )
    except FederationError as error:
        _note(house, decision, error)
        raise
    except Exception as error:
        told = FederationError(Code.WRONG_SHAPE, "what came to the filter could not be read")
        _note(house, decision, told)
        raise told from error
    return shareable if keep else carried(frame)


def _note(house: House, decision: str, error: FederationError) -> None:
    house.ledger.write(decision=decision, job="", code=str(error.code), words=words_of(error))
