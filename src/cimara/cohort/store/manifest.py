"""The manifest: one line an event, each with the hash of the line before and a seal over itself.

A line is JSON in UTF-8. Its last member is `seal`, the SHA-256 of what stands before it; `prev` is the
SHA-256 of the whole line before. So a change of any line breaks its seal, and a change that mends the seal
breaks the line after it. Before the seal may stand `signature`, over what stands before that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.store.errors import DamagedStoreError
from cimara.cohort.store.parquet import sha256
from cimara.cohort.study.keys import PublicKey, public_half

FIRST = "0" * 64
"""What stands for the line before the first."""
_SEALED = re.compile(
    rb'^(?P<body>\{.*?)(?:,"signature":"(?P<key>ed25519:[0-9a-f]{64}):(?P<value>[0-9a-f]{128})")?'
    rb',"seal":"(?P<seal>[0-9a-f]{64})"\}$'
)


class Kind(StrEnum):
    """What happened. `received` is for a portal that announces uploads; nothing here writes it."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PURGED = "purged"
    UNLOCKED = "unlocked"


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table of a version."""

    content_hash: str
    file_hash: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event of a study at one site; never a patient's id or value, since lines travel.

    Parameters
    ----------
    version
        The version that the line makes; of a purge the version that it was ordered for; None otherwise.
    content_hash
        `joint_hash` of the tables.
    report, report_hash
        Path of the validation report in the study's folder, and the SHA-256 of its bytes.
    withdrawn_list
        File hash of the list of all patients withdrawn at the site up to here; "" where there is none.
    left_out
        Withdrawn patients who were in the upload and were left out.
    restored_from
        The earlier version whose content this one has.
    purged
        Paths in the study's folder that this line orders to be replaced by tombstones.
    cut_off
        Bytes of an unfinished line that were cut off before this one was written.
    """

    seq: int
    prev: str
    kind: Kind
    study_id: str
    site_id: str
    version: int | None
    author: str
    time_utc: str
    schema_version: str = ""
    mapping_hash: str = ""
    study_hash: str = ""
    content_hash: str = ""
    tables: dict[str, TableEntry] = field(default_factory=dict)
    report_counts: dict[str, int] = field(default_factory=dict)
    report: str = ""
    report_hash: str = ""
    reason: str = ""
    soft_hit_reason: str = ""
    restored_from: int | None = None
    withdrawn_list: str = ""
    left_out: int = 0
    approved_by: tuple[str, ...] = ()
    purged: tuple[str, ...] = ()
    cut_off: int = 0

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.rows for one in self.tables.values())


@dataclass(frozen=True, slots=True)
class Held:
    """The manifest as it stands: whole lines without their line ends, an unfinished end, the known last line.

    `head` is (seq, SHA-256) of the line that was last when it was last noted; it may lag, never lead.
    """

    lines: tuple[bytes, ...] = ()
    torn: bytes = b""
    head: tuple[int, str] | None = None


def sealed(line: Line, key: Ed25519PrivateKey | None = None) -> bytes:
    """A line as it is written, without the line end."""
    body = msgspec.json.encode(line)[:-1]
    if key is not None:
        mark = f"{public_half(key).text}:{key.sign(body).hex()}"
        body += f',"signature":"{mark}"'.encode()
    return body + f',"seal":"{sha256(body)}"}}'.encode()


def lines_of(held: Held) -> tuple[Line, ...]:
    """The lines of a manifest that is whole. Raises DamagedStoreError naming the first fault."""
    faults = faults_of(held)
    if faults:
        raise DamagedStoreError(
            faults[0], hint="Nothing is read or added until `cimara cohort history --check` is clean."
        )
    return tuple(_decoded(raw) for raw in held.lines)


def faults_of(held: Held) -> list[str]:
    """What is wrong with a manifest: seals, chain, numbers, and lines that were there and are gone."""
    found, prev = [], FIRST
    for number, raw in enumerate(held.lines, start=1):
        found += [f"manifest line {number}: {fault}" for fault in _line_faults(raw, number, prev)]
        prev = sha256(raw)
    return found + _head_faults(held)


def unsigned(lines: Sequence[bytes], trusted: Iterable[PublicKey]) -> list[str]:
    """Lines that none of the keys has signed."""
    keys = {one.text: one for one in trusted}
    return [
        f"manifest line {number}: not signed by a trusted key"
        for number, raw in enumerate(lines, start=1)
        if not _signed(raw, keys)
    ]


def _decoded(raw: bytes) -> Line:
    return msgspec.json.decode(raw, type=Line)


def _line_faults(raw: bytes, number: int, prev: str) -> list[str]:
    shape = _SEALED.match(raw)
    if shape is None:
        return ["it is no line of a manifest"]
    if sha256(raw[: shape.start("seal") - len(b',"seal":"')]) != shape["seal"].decode():
        return ["it was changed after it was written (its seal is broken)"]
    try:
        line = _decoded(raw)
    except msgspec.MsgspecError:
        return ["it is of a form that this version cannot read"]
    if line.seq != number:
        return [f"it says that it is line {line.seq}"]
    return [] if line.prev == prev else ["the line before it is not the one that it was written after"]


def head_text(seq: int, line: bytes) -> bytes:
    """What is noted of the last line."""
    return f"{seq} {sha256(line)}\n".encode()


def head_of(text: bytes) -> tuple[int, str]:
    """Number and hash of the line that was noted as the last; number 0 where the note is unreadable."""
    shape = re.fullmatch(rb"(\d{1,9}) ([0-9a-f]{64})\n", text)
    return (int(shape[1]), shape[2].decode()) if shape else (0, "")


def _head_faults(held: Held) -> list[str]:
    if held.head is None:
        return []
    seq, expected = held.head
    if seq < 1:
        return ["manifest.head: not what was written"]
    if seq > len(held.lines):
        return [f"manifest line {len(held.lines) + 1} to {seq}: gone from the end"]
    if sha256(held.lines[seq - 1]) != expected:
        return [f"manifest line {seq}: not the line that was noted as the last one"]
    return []


def _signed(raw: bytes, keys: Mapping[str, PublicKey]) -> bool:
    shape = _SEALED.match(raw)
    key = keys.get((shape["key"] or b"").decode()) if shape else None
    return key is not None and shape is not None and key.verifies(shape["value"].decode(), shape["body"])
