"""A line that was changed, moved, cut or taken away is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.store.errors import DamagedStoreError
from cimara.cohort.store.lines import Act
from cimara.cohort.store.manifest import (
    FIRST,
    Held,
    Kind,
    faults_of,
    head_of,
    head_text,
    lines_of,
    sealed,
    unsigned,
)
from cimara.cohort.store.parquet import sha256
from cimara.cohort.store.versions import History
from cimara.cohort.study.keys import new_key, public_half
from tests.unit.cohort.store.small import WHO

ACT = Act(**WHO)


def chain(count: int, key: Ed25519PrivateKey | None = None) -> tuple[bytes, ...]:
    lines: list[bytes] = []
    for number in range(count):
        history = History.of(Held(tuple(lines)))
        lines.append(sealed(ACT.line(history, Kind.ACCEPTED, version=number + 1), key))
    return tuple(lines)


LINES = chain(4)


def replaced(number: int, line: bytes) -> Held:
    return Held((*LINES[: number - 1], line, *LINES[number:]))


def test_a_chain_is_whole_and_read_in_order() -> None:
    assert faults_of(Held(LINES)) == []
    assert [one.seq for one in lines_of(Held(LINES))] == [1, 2, 3, 4]
    assert lines_of(Held(LINES))[0].prev == FIRST
    assert lines_of(Held(LINES))[3].prev == sha256(LINES[2])


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_any_changed_byte_of_any_line_is_found(number: int) -> None:
    line = LINES[number - 1]
    for place in range(number, len(line), 4):
        changed = line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]
        assert faults_of(replaced(number, changed)), f"byte {place}"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_change_that_mends_its_seal_breaks_the_next_line(number: int) -> None:
    history = History.of(Held(LINES[: number - 1]))
    forged = sealed(ACT.line(history, Kind.ACCEPTED, version=99))
    assert faults_of(replaced(number, forged)) == [
        f"manifest line {number + 1}: the line before it is not the one that it was written after"
    ]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_line_taken_from_the_middle_is_found(number: int) -> None:
    assert faults_of(Held((*LINES[: number - 1], *LINES[number:])))


def test_lines_that_changed_places_are_found() -> None:
    assert faults_of(Held((LINES[0], LINES[2], LINES[1], LINES[3])))


def test_a_line_added_twice_is_found() -> None:
    assert faults_of(Held((*LINES, LINES[3])))


def test_a_line_taken_from_the_end_is_found_by_the_note_of_the_last() -> None:
    head = head_of(head_text(4, LINES[3]))
    assert faults_of(Held(LINES[:3], head=head)) == ["manifest line 4 to 4: gone from the end"]


def test_a_last_line_that_was_forged_is_found_by_the_note_of_the_last() -> None:
    forged = sealed(ACT.line(History.of(Held(LINES[:3])), Kind.ACCEPTED, version=99))
    head = head_of(head_text(4, LINES[3]))
    assert faults_of(Held((*LINES[:3], forged))) == []
    assert "not the line that was noted" in faults_of(Held((*LINES[:3], forged), head=head))[0]


def test_the_note_of_the_last_line_may_lag() -> None:
    assert faults_of(Held(LINES, head=head_of(head_text(3, LINES[2])))) == []


@pytest.mark.parametrize("text", [b"", b"x", b"4 short\n", b"-1 " + b"0" * 64 + b"\n"])
def test_a_note_that_is_none_is_found(text: bytes) -> None:
    assert faults_of(Held(LINES, head=head_of(text))) == ["manifest.head: not what was written"]


def test_a_damaged_manifest_is_neither_read_nor_added_to() -> None:
    with pytest.raises(DamagedStoreError, match="line 2"):
        History.of(replaced(2, LINES[1].replace(b"curator-3", b"curator-4")))


def test_signed_lines_are_told_from_unsigned_and_from_those_of_others() -> None:
    key, other = new_key(), new_key()
    signed = chain(2, key)
    assert faults_of(Held(signed)) == []
    assert unsigned(signed, [public_half(other), public_half(key)]) == []
    assert len(unsigned(signed, [public_half(other)])) == 2
    assert len(unsigned(LINES, [public_half(key)])) == 4


def test_a_signature_holds_for_its_line_only() -> None:
    key = new_key()
    signed = chain(2, key)
    start, end = (one.index(b',"signature"') for one in signed)
    body, stolen = signed[0][:start], signed[1][end : signed[1].index(b',"seal"')]
    forged = body + stolen + f',"seal":"{sha256(body + stolen)}"}}'.encode()
    assert faults_of(Held((forged,))) == []
    assert unsigned([forged], [public_half(key)]) == ["manifest line 1: not signed by a trusted key"]


def test_a_line_holds_no_patient(tmp_path: Path) -> None:
    assert b"-P0" not in b"".join(LINES)
