"""The file in which a person keeps answers: what is in it, and how one that comes back is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from cimara_web.finder.answers import Answers, Given

FORMAT = "cimara-answers"
VERSION = 1
MOST_BYTES = 64 * 1024
PARTS = frozenset({"read_me", "format", "version", "saved", "answers", "sheet"})


class Fault(StrEnum):
    """Why a file can't be read."""

    NOT_JSON = "not_json"
    NOT_OURS = "not_ours"
    TOO_NEW = "too_new"
    DAMAGED = "damaged"


class AnswerFileError(ValueError):
    """A file that holds no answers for us; `fault` names why, never what is in it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """What a file says: its answers, not yet checked, the studies of its sheet, and whether it says more."""

    steps: Mapping[str, Given]
    chosen: tuple[str, ...]
    has_unknown_parts: bool


def to_file(answers: Answers, *, saved: date, read_me: str) -> bytes:
    """The answers as JSON that a person can read as well; `read_me` tells what the file is."""
    whole = {
        "read_me": read_me,
        "format": FORMAT,
        "version": VERSION,
        "saved": saved.isoformat(),
        "answers": answers.steps,
        "sheet": answers.chosen,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def of_file(raw: bytes) -> AnswerFile:
    """The file that `to_file` made, perhaps edited since.

    Raises
    ------
    AnswerFileError
        When it isn't JSON, isn't ours, is of a later version, or lacks its parts.
    """
    whole = _json(raw)
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise AnswerFileError(Fault.NOT_OURS)
    version = whole.get("version")
    if type(version) is not int or version < 1:
        raise AnswerFileError(Fault.DAMAGED)
    if version > VERSION:
        raise AnswerFileError(Fault.TOO_NEW)
    steps, chosen = whole.get("answers"), whole.get("sheet", [])
    if not (_is_steps(steps) and _is_texts(chosen)):
        raise AnswerFileError(Fault.DAMAGED)
    return AnswerFile(steps=steps, chosen=tuple(chosen), has_unknown_parts=not PARTS.issuperset(whole))


def _json(raw: bytes) -> Any:
    """What the bytes say. A broken text that names our format is ours with a part missing."""
    try:
        whole = json.loads(raw.decode("utf-8-sig"))
        json.dumps(whole, ensure_ascii=False).encode("utf-8")  # an escape may stand for half a character
    except (ValueError, RecursionError):
        ours = FORMAT.encode("ascii") in raw
        raise AnswerFileError(Fault.DAMAGED if ours else Fault.NOT_JSON) from None
    return whole


def _is_steps(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(given, dict) and all(isinstance(one, str) or _is_texts(one) for one in given.values())
        for given in value.values()
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
