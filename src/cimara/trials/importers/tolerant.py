"""Decodes JSON into typed structs and survives wrong types: such a field becomes missing, with an issue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec

from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.issue import IssueCode

MAX_REPAIRS = 100
"""A record with more wrong-typed fields than this isn't a registry record; it is rejected whole."""

JSON_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that aren't JSON, aren't UTF-8 or are nested without end."""

Shape = TypeVar("Shape")
_AT_PATH = re.compile(r" - at `\$(.*)`$")
_MEMBER, _ELEMENT = "{}.{}", "{}[{}]"
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


class UnreadableRecordError(ValueError):
    """A record so broken that nothing can be taken from it."""


class TolerantDecoder(Generic[Shape]):
    """Decodes JSON objects of one shape, all of whose fields may be missing."""

    def __init__(self, shape: type[Shape]) -> None:
        self._shape = shape
        self._decoder = msgspec.json.Decoder(shape)

    def decode(self, raw: bytes, log: IssueLog) -> Shape:
        """The object of `raw`; wrong-typed fields and nulls become missing and are logged.

        Raises
        ------
        UnreadableRecordError
            When `raw` isn't a JSON object, or more than `MAX_REPAIRS` fields have a wrong type.
        """
        try:
            found = self._decoder.decode(raw)
            if b"null" in raw:
                log_nulls(msgspec.json.decode(raw), log)
            return found
        except msgspec.ValidationError:
            return self._repaired(raw, log)
        except JSON_ERRORS as error:
            raise UnreadableRecordError(str(error)) from None

    def _repaired(self, raw: bytes, log: IssueLog) -> Shape:
        try:
            value = msgspec.json.decode(raw)
        except JSON_ERRORS as error:
            raise UnreadableRecordError(str(error)) from None
        log_nulls(value, log)
        for _ in range(MAX_REPAIRS):
            try:
                return msgspec.convert(value, self._shape)
            except msgspec.ValidationError as error:
                _make_missing(value, str(error), log)
        raise UnreadableRecordError(f"more than {MAX_REPAIRS} fields of a wrong type")


def log_nulls(value: Any, log: IssueLog, path: str = "") -> None:
    """Log every null inside a decoded JSON value by its path."""
    pairs: Iterable[tuple[object, Any]]
    if isinstance(value, dict):
        step, pairs = _MEMBER if path else "{1}", value.items()
    elif isinstance(value, list):
        step, pairs = _ELEMENT, enumerate(value)
    else:
        return
    for key, inner in pairs:
        if inner is None:
            log.add(IssueCode.NULL_VALUE, step.format(path, key), "null; read as missing")
        elif isinstance(inner, (dict, list)):  # a union is slower
            log_nulls(inner, log, step.format(path, key))


def _make_missing(value: Any, message: str, log: IssueLog) -> None:
    """Set the field that a validation message names to null, and log the kind found there."""
    found = _AT_PATH.search(message)
    if found is None or not found[1]:
        raise UnreadableRecordError(message)
    steps = [step[1] or int(step[2]) for step in _STEP.finditer(found[1])]
    for step in steps[:-1]:
        value = value[step]
    value[steps[-1]] = None
    kinds = message[: found.start()].replace("`", "").replace(" | null", "")
    log.add(IssueCode.WRONG_TYPE, found[1].lstrip("."), f"{kinds[0].lower()}{kinds[1:]}; read as missing")
