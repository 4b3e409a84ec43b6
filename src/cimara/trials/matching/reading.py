"""How one fact of a profile is checked: each kind of value with what it may hold, in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cimara.trials.matching.profile_error import ProfileError, ProfileFault

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
EARLIEST = date(1900, 1, 1)


class Never(StrEnum):
    """Stands where a date could: it is known that this never took place."""

    NEVER = "none"


class _UnfitError(Exception):
    def __init__(self, kind: ProfileFault) -> None:
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: `allowed` in words, and `read`, which checks it and brings it to its type."""

    allowed: str
    read: Callable[[Any], Any]


def whole(low: int, high: int, step: int = 1) -> Kind:
    """A whole number from `low` to `high`, both included."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        if not low <= value <= high or value % step:
            raise _UnfitError(ProfileFault.OUT_OF_RANGE)
        return value

    steps = f" in steps of {step}" if step > 1 else ""
    return Kind(f"a whole number from {low} to {high}{steps}", read)


def number(low: float, high: float) -> Kind:
    """A finite number from `low` to `high`, both included."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        if not math.isfinite(value) or not low <= value <= high:
            raise _UnfitError(ProfileFault.OUT_OF_RANGE)
        return float(value)

    return Kind(f"a number from {low:g} to {high:g}", read)


def word(kind: type[StrEnum]) -> Kind:
    """One word of an enumeration."""
    words = frozenset(kind)

    def read(value: Any) -> StrEnum:
        if not isinstance(value, str):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        if value not in words:
            raise _UnfitError(ProfileFault.NOT_IN_VOCABULARY)
        return kind(value)

    return Kind(f"one of {', '.join(kind)}", read)


def flag() -> Kind:
    """Yes or no."""

    def read(value: Any) -> bool:
        if not isinstance(value, bool):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        return value

    return Kind("true or false", read)


def day() -> Kind:
    """A date, or its ISO text."""

    def read(value: Any) -> date:
        if isinstance(value, str):
            return _iso(value)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        if value < EARLIEST:
            raise _UnfitError(ProfileFault.OUT_OF_RANGE)
        return value

    return Kind("a date such as 2026-03-08, from 1900 on", read)


def _iso(value: str) -> date:
    try:
        read = date.fromisoformat(value)
    except ValueError:
        raise _UnfitError(ProfileFault.WRONG_TYPE) from None
    if read < EARLIEST:
        raise _UnfitError(ProfileFault.OUT_OF_RANGE)
    return read


def day_or_never() -> Kind:
    """A date, or the word `none` when it never took place."""

    def read(value: Any) -> date | Never:
        return Never.NEVER if value == Never.NEVER else _DAY.read(value)

    return Kind(f"{_DAY.allowed}, or the word none", read)


_DAY = day()


def text(longest: int, pattern: str | None = None, allowed: str | None = None) -> Kind:
    """Words of at most `longest` characters, without control characters."""
    shape = re.compile(pattern) if pattern else None

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        tidy = value.strip()
        if not tidy or len(tidy) > longest or _CONTROL.search(tidy):
            raise _UnfitError(ProfileFault.OUT_OF_RANGE)
        if shape and not shape.fullmatch(tidy):
            raise _UnfitError(ProfileFault.NOT_IN_VOCABULARY)
        return tidy

    return Kind(allowed or f"text of 1 to {longest} characters", read)


def member(of: Callable[[], Mapping[str, object]], allowed: str) -> Kind:
    """A key of a vocabulary that is loaded when first needed."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        if value not in of():
            raise _UnfitError(ProfileFault.NOT_IN_VOCABULARY)
        return str(value)

    return Kind(allowed, read)


def several(kind: Kind, most: int) -> Kind:
    """A list of at most `most` values of a kind; the empty list means "none" and is a value."""

    def read(value: Any) -> tuple[Any, ...]:
        if isinstance(value, (str, bytes)) or not isinstance(value, (list, tuple)):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        if len(value) > most:
            raise _UnfitError(ProfileFault.OUT_OF_RANGE)
        return tuple(kind.read(one) for one in value)

    return Kind(f"a list of at most {most}: {kind.allowed}", read)


def part(made: type[Any]) -> Kind:
    """A part of a profile with fields of its own, as itself or as a mapping."""

    def read(value: Any) -> Any:
        if isinstance(value, made):
            return value
        if not isinstance(value, Mapping):
            raise _UnfitError(ProfileFault.WRONG_TYPE)
        return from_mapping(made, value)

    return Kind(f"the fields of {made.__name__}", read)


def check_fields(value: Any, kinds: Mapping[str, Kind]) -> None:
    """Check every field of a frozen dataclass in place; None means unknown, where a field may be so.

    Raises
    ------
    ProfileError
        Naming the first field that can't be read.
    """
    required = {one.name for one in fields(value) if one.default is MISSING is one.default_factory}
    for name, kind in kinds.items():
        given = getattr(value, name)
        if given is None and name in required:
            raise ProfileError(name, kind.allowed, ProfileFault.MISSING)
        if given is None:
            continue
        object.__setattr__(value, name, checked(name, kind, given))


def checked(name: str, kind: Kind, given: Any) -> Any:
    """One value of a field, checked and brought to its type."""
    try:
        return kind.read(given)
    except _UnfitError as fault:
        raise ProfileError(name, kind.allowed, fault.kind) from None
    except ProfileError as fault:
        raise fault.within(name) from None


def covered(value: Any) -> str:
    """A `repr` that tells which facts are known and not what they are, since traces end up in logs."""
    known = [one.name for one in fields(value) if getattr(value, one.name) is not None]
    return f"{type(value).__name__}(known: {', '.join(known)})"


def from_mapping(made: type[Any], given: Mapping[str, Any]) -> Any:
    """Make a dataclass from a mapping; a key that isn't a field of it is refused, not dropped."""
    names = {one.name for one in fields(made)}
    for key in given:
        if key not in names:
            raise ProfileError(_shown(key), f"one of {', '.join(sorted(names))}", ProfileFault.UNKNOWN_FIELD)
    for one in fields(made):
        if one.name not in given and one.default is MISSING and one.default_factory is MISSING:
            raise ProfileError(one.name, "a value", ProfileFault.MISSING)
    return made(**given)


def _shown(key: object) -> str:
    """The key when it looks like a field's name; a value that strayed into its place is never shown."""
    return key if isinstance(key, str) and re.fullmatch(r"[a-z][a-z_]{0,29}", key) else "a field"
