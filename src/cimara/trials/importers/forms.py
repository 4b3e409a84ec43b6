"""Tells the registry's forms apart by content, and takes pages and arrays apart into single records."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.importers.tolerant import JSON_ERRORS
from cimara.trials.issue import IssueCode
from cimara.trials.study import SourceForm

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PLAIN_STUDY = b'{"protocolSection"'
_ABSENT = msgspec.Raw()
_RawList = list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as it came, and the form it has."""

    form: SourceForm
    content: bytes


class _XmlNote(msgspec.Struct):
    xml: str | None = None
    xml_base64: str | None = None


class _Marked(msgspec.Struct):
    cimara: _XmlNote | None = None


class _Envelope(msgspec.Struct, rename="camel"):
    """The keys by which forms are known; every value is left undecoded."""

    protocol_section: msgspec.Raw = _ABSENT
    studies: msgspec.Raw = _ABSENT
    data: msgspec.Raw = _ABSENT
    trials: msgspec.Raw = _ABSENT
    nct_id: msgspec.Raw = msgspec.field(default=_ABSENT, name="nct_id")
    nci_id: msgspec.Raw = msgspec.field(default=_ABSENT, name="nci_id")
    cimara: msgspec.Raw = _ABSENT


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_LIST = msgspec.json.Decoder(_RawList)


def records_in(content: bytes) -> Iterator[RawRecord]:
    """The records of a document: one study, a page, an array, a legacy XML file, an NCI CTS answer.

    Raises
    ------
    RejectedRecordError
        When the document isn't JSON and doesn't begin like XML.
    """
    content = content.removeprefix(_BYTE_ORDER_MARK).strip()
    if content.startswith(_PLAIN_STUDY):
        yield RawRecord(SourceForm.API_V2, content)
    elif content.startswith(b"<"):
        yield RawRecord(SourceForm.XML, content)
    elif content.startswith(b"["):
        yield from _each(_decoded_list(content))
    else:
        yield from _of_object(content)


def is_json(content: bytes) -> bool:
    """True when the bytes are one whole JSON value."""
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except JSON_ERRORS:
        return False
    return True


def not_json(content: bytes) -> RejectedRecordError:
    """The rejection of bytes that aren't JSON, with their kind and length, never their words."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return RejectedRecordError(IssueCode.NOT_JSON, f"not JSON (no text, {len(content)} bytes)")
    return RejectedRecordError(IssueCode.NOT_JSON, f"not JSON (text, {len(text)} characters)")


def xml_as_json(content: bytes) -> bytes:
    """An XML record as a line of JSON, so that an export holds every form; `records_in` reads it back."""
    try:
        note = {"form": "xml", "xml": content.decode("utf-8")}
    except UnicodeDecodeError:
        note = {"form": "xml", "xml_base64": base64.b64encode(content).decode("ascii")}
    return msgspec.json.encode({"cimara": note})


def _decoded_list(content: bytes) -> _RawList:
    try:
        return _LIST.decode(content)
    except JSON_ERRORS:
        raise not_json(content) from None


def _each(values: _RawList) -> Iterator[RawRecord]:
    """Members of a page or array; a list inside a list is no form, and is left to be rejected."""
    for value in values:
        content = bytes(value)
        yield RawRecord(SourceForm.API_V2, content) if content.startswith(_PLAIN_STUDY) else _single(content)


def _of_object(content: bytes) -> Iterator[RawRecord]:
    found = _envelope(content)
    page = bytes(found.studies) or bytes(found.data) or bytes(found.trials)
    if page.startswith(b"[") and not bytes(found.protocol_section):
        yield from _each(_LIST.decode(page))
    else:
        yield _single(content)


def _single(content: bytes) -> RawRecord:
    if not content.startswith(b"{"):
        return RawRecord(SourceForm.API_V2, content)
    found = _envelope(content)
    if bytes(found.protocol_section):
        return RawRecord(SourceForm.API_V2, content)
    if bytes(found.nct_id) or bytes(found.nci_id):
        return RawRecord(SourceForm.CTS, content)
    if bytes(found.cimara) and (xml := _embedded_xml(content)) is not None:
        return RawRecord(SourceForm.XML, xml)
    return RawRecord(SourceForm.API_V2, content)


def _envelope(content: bytes) -> _Envelope:
    try:
        return _ENVELOPE.decode(content)
    except JSON_ERRORS:
        raise not_json(content) from None


def _embedded_xml(content: bytes) -> bytes | None:
    try:
        note = msgspec.json.decode(content, type=_Marked).cimara
        if note is None:
            return None
        if note.xml_base64 is not None:
            return base64.b64decode(note.xml_base64, validate=True)
        return None if note.xml is None else note.xml.encode("utf-8")
    except (msgspec.DecodeError, binascii.Error, ValueError):
        return None
