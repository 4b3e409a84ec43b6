"""Sizes as integers: text to tenths of a millimetre, and the exact tests of shrinkage and growth.

A diameter is never held as a float and never compared as one: 23.0 -> 16.1 mm is exactly -30 % here, where
binary floating point says it is not. Percentages made here are for reading only.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from cimara.response.model import CubicMm, Tenths
from cimara.terms.errors import CimaraError

SIZE_ROUNDED = "SIZE_ROUNDED"
SIZE_IMPLAUSIBLE = "SIZE_IMPLAUSIBLE"
IMPLAUSIBLE_ABOVE = 3000
"""Tenths of mm above which a diameter is taken for a mix-up of cm and mm."""

LONGEST_TEXT = 400
"""Characters of the longest text read as a size: any float written out fits, and Python's int() takes it."""
LARGEST_SIZE = 10**9
"""Tenths of mm, or mm3, above which a number is no size: kept, it would not fit the results' integers."""

_NUMBER = re.compile(r"\+?(\d*)(?:\.(\d*))?\Z", re.ASCII)
_POWERS_OF_TEN_MM = {"mm": 0, "cm": 1}
_POWERS_OF_TEN_MM3 = {"mm3": 0, "cm3": 3, "ml": 3}


class SizeError(CimaraError):
    """A text that is no size. `kind` says what was found instead, without repeating it."""

    def __init__(self, kind: str, *, unit: str) -> None:
        self.kind = kind
        super().__init__(f"found {kind}", expected=f"a size in {unit}, 0 or more", hint=_hint(kind))


@dataclass(frozen=True, slots=True)
class ParsedSize:
    """A size read from text: its value, the text as it stood, and what was remarkable about it."""

    value: int
    text: str
    findings: tuple[str, ...] = ()


def parse_diameter(text: str, unit: str = "mm") -> ParsedSize:
    """Tenths of a millimetre from a decimal number in `mm` or `cm`; half a tenth rounds up.

    `findings` may hold SIZE_ROUNDED (more than one decimal of a millimetre was given) and SIZE_IMPLAUSIBLE
    (above 300.0 mm; the value is kept). Raises SizeError for other units, text, negative, NaN or infinite.
    """
    power = _power(unit, _POWERS_OF_TEN_MM)
    value, rounded = _scaled(text, power + 1, unit="mm")
    findings = [SIZE_ROUNDED] if rounded else []
    if value > IMPLAUSIBLE_ABOVE:
        findings.append(SIZE_IMPLAUSIBLE)
    return ParsedSize(value, text, tuple(findings))


def parse_volume(text: str, unit: str = "mm3") -> ParsedSize:
    """Cubic millimetres from a decimal number in `mm3`, `cm3` or `mL`; half rounds up with SIZE_ROUNDED."""
    value, rounded = _scaled(text, _power(unit, _POWERS_OF_TEN_MM3), unit="mm3")
    return ParsedSize(value, text, (SIZE_ROUNDED,) if rounded else ())


def tenths(text: str, unit: str = "mm") -> Tenths:
    """`parse_diameter` without its findings."""
    return Tenths(parse_diameter(text, unit).value)


def number_text(number: float | int | Decimal) -> str:
    """A number from a typed column as the shortest decimal text that means it; it must be finite."""
    if isinstance(number, float) and not math.isfinite(number):
        raise SizeError("a number that is not finite", unit="mm")
    return format(Decimal(repr(number) if isinstance(number, float) else number), "f")


def millimetres(size: Tenths | int) -> str:
    """A diameter for reading: 98 -> "9.8"."""
    return f"{size // 10}.{size % 10}"


def has_shrunk(now: int, baseline: int, percent: int) -> bool:
    """True when `now` is at least `percent` % below `baseline`; both in one unit, exact."""
    return 100 * now <= (100 - percent) * baseline


def has_grown(now: int, nadir: int, percent: int) -> bool:
    """True when `now` is above `nadir` by at least `percent` %; both in one unit, exact."""
    return now > nadir and 100 * now >= (100 + percent) * nadir


def percent_change(now: int, reference: int | None) -> float | None:
    """Change in percent, for display only; None where the reference is 0 or absent."""
    return None if not reference else 100 * (now - reference) / reference


def as_millimetres(size: int | None) -> float | None:
    """Tenths of a millimetre as the millimetres of a results table, for reading only."""
    return None if size is None else size / 10


def as_cubic_millimetres(volume: CubicMm | int | None) -> float | None:
    """A volume as a results table shows it."""
    return None if volume is None else float(volume)


def _power(unit: str, known: dict[str, int]) -> int:
    power = known.get(unit.strip().lower())
    if power is None:
        raise SizeError("an unknown unit", unit=" or ".join(known))
    return power


def _scaled(text: str, power: int, *, unit: str) -> tuple[int, bool]:
    """The decimal number `text` times ten to the `power`, rounded half up, and whether it was rounded."""
    stripped = text.strip()
    match = _NUMBER.match(stripped) if len(stripped) <= LONGEST_TEXT else None
    if match is None or not (match[1] or match[2]):
        raise SizeError(_kind(stripped), unit=unit)
    whole, decimals = match[1] or "0", match[2] or ""
    kept, lost = decimals[:power].ljust(power, "0"), decimals[power:]
    value = int(whole + kept) + (lost[:1] >= "5")
    if value > LARGEST_SIZE:
        raise SizeError("a number too large for a size", unit=unit)
    return value, lost.strip("0") != ""


def _kind(text: str) -> str:
    """What stands where a size should: told without its value."""
    if not text:
        return "nothing"
    if re.fullmatch(r"-\s*\d*\.?\d*", text):
        return "a negative number"
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return "a number that is not finite"
    if re.fullmatch(r"\d+,\d+", text):
        return "a number with a decimal comma"
    return f"text ({len(text)} characters)"


def _hint(kind: str) -> str | None:
    if "comma" in kind:
        return "Write the decimals after a point."
    if "unit" in kind:
        return "Convert the column, or name its unit."
    if "negative" in kind:
        return "A lesion that is gone has the status ABSENT; one that was not measured has no size."
    if "not finite" in kind:
        return "Leave the cell empty, and say in `status` why there is no size."
    if "too large" in kind:
        return "Were two numbers run together?"
    if "text" in kind:
        return "Write the number alone, and what else is to be said in `reason`."
    return None
