"""Reads tables of a study file: each value against what it must be, every fault noted with its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from cimara.cohort.model import closest
from cimara.cohort.study.errors import Fault
from cimara.terms.toml_lines import KeyPath, line_of

Word = TypeVar("Word", bound=StrEnum)
LISTED = 12


class TomlReader:
    """One reading of one file; what is wrong is noted and stood in for."""

    def __init__(self, lines: dict[KeyPath, int]) -> None:
        self.lines = lines
        self.faults: list[Fault] = []

    def fault(self, path: KeyPath, text: str) -> None:
        """Note a fault at a key."""
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        self.faults.append(Fault(line_of(path, self.lines), key, text))

    def keys(self, path: KeyPath, table: Mapping[str, Any], known: Iterable[str]) -> None:
        """Note every key that the file does not have."""
        allowed = tuple(known)
        for key in table:
            if key not in allowed:
                self.fault((*path, key), f"unknown key; {nearest(key, allowed)}")

    def table(self, path: KeyPath, value: object) -> dict[str, Any]:
        """A table; an empty one where there is none."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.fault(path, "expected a table")
        return {}

    def tables(self, data: Mapping[str, Any], key: str) -> list[tuple[KeyPath, dict[str, Any]]]:
        """Tables in two brackets, each with its path."""
        found = data.get(key, [])
        if not isinstance(found, list):
            self.fault((key,), f"expected [[{key}]], with two brackets")
            return []
        return [((key, place), self.table((key, place), one)) for place, one in enumerate(found)]

    def text(self, path: KeyPath, value: object, *, needed: bool = False) -> str:
        """A text, not empty where it is needed."""
        if isinstance(value, str) and (value.strip() or not needed):
            return value
        if value is not None or needed:
            self.fault(path, "missing" if value is None else "expected text in quotes, not empty")
        return ""

    def texts(self, path: KeyPath, value: object) -> tuple[str, ...]:
        """A list of texts."""
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fault(path, "expected a list of texts in quotes")
            return ()
        return tuple(value)

    def word(self, path: KeyPath, value: object, words: type[Word], default: Word) -> Word:
        """A word of a closed list."""
        if value is None:
            return default
        if isinstance(value, str) and value in set(words):
            return words(value)
        self.fault(path, f"unknown word; {nearest(str(value), list(words))}")
        return default

    def whole(self, path: KeyPath, value: object, default: int) -> int:
        """A whole number, 0 or more."""
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.fault(path, "expected a whole number, 0 or more")
        return default

    def number(self, path: KeyPath, value: object, default: float) -> float:
        """A finite number."""
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
            return float(value)
        self.fault(path, "expected a number")
        return default

    def flag(self, path: KeyPath, value: object) -> bool:
        """True or false; false where nothing is said."""
        if value is not None and not isinstance(value, bool):
            self.fault(path, "expected true or false")
        return value is True

    def date(self, path: KeyPath, value: object) -> dt.date | None:
        """A date, which TOML writes without quotes."""
        if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
            return value
        if isinstance(value, str):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                pass
        self.fault(path, "expected a date such as 2028-12-31")
        return None


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant, and all that is allowed where that is not much."""
    allowed = [str(one) for one in known]
    near = closest(word.lower(), allowed)
    listed = ", ".join(allowed) if len(allowed) <= LISTED else ""
    if near:
        return f"did you mean {near}?"
    return f"expected one of {listed}" if listed else "there is no such name"
