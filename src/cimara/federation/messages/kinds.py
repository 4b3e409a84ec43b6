"""What coordinator and sites say to each other, each kind a dataclass that becomes a signed frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from cimara.cohort.study.keys import KeyTextError, PublicKey, public_half
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.fields import checked_content, number_fields
from cimara.federation.messages.wire import Packet, pack, unpack

M = TypeVar("M", bound="Message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What all messages say: which job they belong to, and who says it ("coordinator" or a site's id)."""

    job: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Message):
    """The coordinator asks the sites of the roster to take part; `expires` is UTC, ISO 8601."""

    study: str
    study_hash: str
    analyses: tuple[str, ...]
    roster: tuple[str, ...]
    masked: bool
    issued: str
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Message):
    """A site takes part: its key for the masks of this job (X25519, hexadecimal), and what data it has.

    `binding` is its signature over job, study hash, roster and mask key (`binding_text`).
    """

    mask_key: str
    data_version: str
    data_model: str
    binding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Members(Message):
    """Everybody's mask keys, as each signed them: frames of `Joined` in hexadecimal, by site."""

    joined: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready(Message):
    """A site has checked everybody's keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Message):
    """The next round of an analysis: the sum of the last one and the state that it led to.

    `step` counts the rounds of the analysis from 0, the counts of the cohort. `total` are the sums of the one
    before by name and `schema` their kind (both empty at step 0); `state` is `contract.to_bytes` of the state
    reached (empty where there is none yet). A round that is asked again after a fault has a higher `attempt`.
    """

    analysis: str
    step: int
    attempt: int
    schema: str
    total: Mapping[str, NDArray[np.float64]]
    unions: Mapping[str, NDArray[np.float64]]
    state: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Message):
    """A site's part of a round: words of its masked sums, or the sums where a job is not masked."""

    analysis: str
    step: int
    attempt: int
    schema: str
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    words: NDArray[np.uint64]
    plain: Mapping[str, NDArray[np.float64]]
    unions: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Message):
    """A site does not answer: the code and one sentence without any value."""

    analysis: str
    step: int
    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Message):
    """An analysis is over (`analysis` empty: the job), and how."""

    analysis: str
    outcome: str


KINDS: dict[str, type[Message]] = {
    f"cimara-federation-{kind.__name__.lower()}/1": kind
    for kind in (Order, Joined, Members, Ready, Query, Answer, Refused, End)
}
SIGNED = "cimara-federation-signed/1"


def signed(message: Message, key: Ed25519PrivateKey) -> bytes:
    """The frame of a message in that of its signature."""
    inner = pack(_packet(message))
    told = {"key": public_half(key).text, "signature": key.sign(inner).hex()}
    return pack(Packet(SIGNED, told, {"message": np.frombuffer(inner, dtype=np.uint8)}))


def read(frame: bytes, kind: type[M], keys: Mapping[str, PublicKey]) -> M:
    """The message of a signed frame, which must be of that kind and signed by who it says it is from.

    Parameters
    ----------
    keys
        Public keys by sender.

    Raises
    ------
    FederationError
        As `wire.unpack`; UNKNOWN_SENDER, BROKEN_SIGNATURE. A `Refused` in place of the kind is raised with
        its code, the site in `where`.
    """
    message = read_any(frame, keys)
    if isinstance(message, Refused) and kind is not Refused:
        raise FederationError(_code(message), message.words, where=message.sender)
    if not isinstance(message, kind):
        raise FederationError(
            Code.UNKNOWN_SCHEMA, f"a message of another kind ({type(message).__name__})",
            where=message.sender,
            expected=kind.__name__,
        )  # fmt: skip
    return message


def read_any(frame: bytes, keys: Mapping[str, PublicKey]) -> Message:
    """The message of a signed frame, of any kind; errors as `read`, but a refusal is returned."""
    outer = unpack(frame, (SIGNED,))
    if set(outer.fields) != {"key", "signature"} or set(outer.arrays) != {"message"}:
        raise FederationError(Code.BROKEN_MESSAGE, "a signed message without its parts, or with strange ones")
    inner, signature = outer.arrays["message"].tobytes(), str(outer.fields["signature"])
    try:
        key = PublicKey.of_text(str(outer.fields["key"]))
    except KeyTextError as error:
        raise FederationError(Code.BROKEN_MESSAGE, "a signed message without its parts") from error
    message = _message(unpack(inner, KINDS))
    known = keys.get(message.sender)
    if known is None or known != key:
        raise FederationError(
            Code.UNKNOWN_SENDER,
            "signed with a key that is not registered for the sender",
            where=message.sender,
        )
    if not key.verifies(signature, inner):
        raise FederationError(Code.BROKEN_SIGNATURE, "the signature does not fit", where=message.sender)
    return message


def _code(refused: Refused) -> Code:
    try:
        return Code(refused.code)
    except ValueError as error:
        raise FederationError(
            Code.BROKEN_MESSAGE, "a refusal with a code that is none", where=refused.sender
        ) from error


def binding_text(order: Order, site: str, mask_key: str) -> bytes:
    """What a site signs so that nobody can put another mask key in the place of its own."""
    return "\n".join(
        ("cimara-mask-key/1", order.job, order.study_hash, *order.roster, site, mask_key)
    ).encode()


def bound(joined: Joined, order: Order, key: PublicKey) -> None:
    """Raises FederationError (FOREIGN_KEY) where a site's mask key is not the one that it signed."""
    if joined.job != order.job or not key.verifies(
        joined.binding, binding_text(order, joined.sender, joined.mask_key)
    ):
        raise FederationError(
            Code.FOREIGN_KEY, "the mask key is not the one that the site signed", where=joined.sender,
            hint="Somebody between the sites changed it: tell the coordinating centre by telephone.",
        )  # fmt: skip


def without_arrays(message: Message) -> dict[str, Any]:
    """The fields of a message but its arrays, for a log."""
    arrays = number_fields(type(message))
    return {one.name: getattr(message, one.name) for one in fields(message) if one.name not in arrays}


def _packet(message: Message) -> Packet:
    schema = next(name for name, kind in KINDS.items() if kind is type(message))
    arrays: dict[str, NDArray[Any]] = {}
    for name, numbers in number_fields(type(message)).items():
        held = getattr(message, name)
        arrays |= (
            {f"{name}.{key}": values for key, values in held.items()} if numbers.by_name else {name: held}
        )
    return Packet(schema, without_arrays(message), arrays)


def _message(packet: Packet) -> Message:
    kind = KINDS[packet.schema]
    return kind(**checked_content(kind, packet))
