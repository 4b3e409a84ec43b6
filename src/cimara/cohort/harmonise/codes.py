"""Lists of codes in a mapping, `1=female; 9=@UNK`, and the normal form in which codes are compared."""

from __future__ import annotations

import re

import polars as pl

from cimara.cohort.harmonise.pieces import Piece, divided, halved, unquoted
from cimara.cohort.harmonise.plans import Given
from cimara.cohort.model import Field, Kind, MissingReason, closest

SIGNS = {
    "comma": ",",
    "semicolon": ";",
    "bar": "|",
    "slash": "/",
    "plus": "+",
    "space": " ",
    "tab": "\t",
}
"""Names of signs that part columns or codes."""
_WHOLE = re.compile(r"([+-]?)0*(\d+)(?:\.0*)?")


class CodesError(ValueError):
    """A list of codes that cannot be read; its text says why."""


def normal(code: str) -> str:
    """A code as it is compared: whole numbers without leading zeros or decimals, words in lower case."""
    whole = _WHOLE.fullmatch(code.strip())
    if whole is None:
        return code.strip().casefold()
    return ("-" if whole[1] == "-" and int(whole[2]) else "") + whole[2]


def normal_cells(cell: pl.Expr) -> pl.Expr:
    """`normal` of cells."""
    number = cell.str.replace(r"^\+?(-?)0*(\d+)(?:\.0*)?$", "${1}${2}").str.replace(r"^-0$", "0")
    return pl.when(cell.str.contains(r"^[+-]?\d+(\.0*)?$")).then(number).otherwise(cell.str.to_lowercase())


def pairs(text: str) -> list[tuple[str, str]]:
    """The pairs of a list of codes, in order. Raises CodesError for a part without `=`, or a double code."""
    found: list[tuple[str, str]] = []
    for piece in divided(Piece(text, 0), ";"):
        sides = halved(piece, "=")
        if sides is None or not sides[0].text or not sides[1].text:
            raise CodesError(f"no code and value in {piece.text!r} at character {piece.start + 1}")
        found.append((sides[0].text, sides[1].text))
    if not found:
        raise CodesError("the list of codes is empty")
    seen: set[str] = set()
    for left, _ in found:
        folded = left if left.startswith("@") else normal(unquoted(left))
        if folded in seen:
            raise CodesError(f"the code {left} stands twice in the list")
        seen.add(folded)
    return found


def reason_named(text: str) -> MissingReason | None:
    """The reason that `@UNK` stands for; None for another text. Raises CodesError for one that is unknown."""
    if not text.startswith("@"):
        return None
    usable = [one for one in MissingReason if one is not MissingReason.IMPOSSIBLE]
    found = next((one for one in usable if text == f"@{one}"), None)
    if found is None:
        listed = ", ".join(f"@{one}" for one in usable)
        told = "is what the status impossible gives" if text == "@IMP" else "is no reason"
        raise CodesError(f"{text} {told}; expected one of {listed}")
    return found


def given(text: str, field: Field) -> Given:
    """What a code stands for: values of the field parted by `+`, or a reason. Raises CodesError."""
    reason = reason_named(text)
    if reason is not None:
        return Given(reason=reason)
    parts = (
        [unquoted(one.text) for one in divided(Piece(text, 0), "+")]
        if field.kind is Kind.CODES
        else [unquoted(text)]
    )
    for part in parts:
        problem = unfit(part, field)
        if problem:
            raise CodesError(problem)
    return Given(";".join(parts))


def unfit(value: str, field: Field) -> str:
    """Why a value written in the mapping is none of the field; "" if it is."""
    if field.codes and value not in field.code_names:
        near = closest(value, field.code_names)
        told = f"did you mean {near}?" if near else f"expected one of {', '.join(field.code_names[:12])}"
        return f"{value!r} is no code of {field.name}; {told}"
    if field.kind in (Kind.INTEGER, Kind.DAY, Kind.DECIMAL):
        try:
            number = float(value)
        except ValueError:
            return f"{value!r} is no number, as {field.name} needs"
        if field.kind is not Kind.DECIMAL and not number.is_integer():
            return f"{value} is no whole number, as {field.name} needs"
    if field.pattern and not re.search(field.pattern, value):
        return f"{value!r} does not have the form of {field.name}, {field.pattern}"
    return ""
