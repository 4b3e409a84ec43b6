"""What may be typed into one cell of the grid: a size, two diameters, or a word; and the way back to text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cimara.response.model import Measurement, Tenths
from cimara.response.sizes import IMPLAUSIBLE_ABOVE, SizeError, millimetres, parse_diameter
from cimara.response.worksheet.sheet import SheetRole
from cimara.terms.errors import CimaraError
from cimara.terms.response import Certainty, LesionState, SizeStatus

_SIZE = re.compile(r"(\d[\d.,]*)(?:\s*[x×*]\s*(\d[\d.,]*))?(?:\s*mm)?\Z", re.ASCII | re.IGNORECASE)
_CERTAIN = re.compile(r"(unequivocal|equivocal|inequ[ií]voca|equ[ií]voca|dudosa)\b\s*(.*)\Z", re.IGNORECASE)

TOO_SMALL, ABSENT, NOT_EVALUABLE, NOT_DONE = "TOO SMALL", "ABSENT", "NE", "NOT DONE"
PRESENT, PROGRESSED = "PRESENT", "PD"
SIZE_WORDS = {
    **dict.fromkeys(("too small", "ts", "tstm", "too small to measure", "demasiado pequeña"), TOO_SMALL),
    **dict.fromkeys(("absent", "gone", "0", "ausente"), ABSENT),
    **dict.fromkeys(("ne", "not evaluable", "no evaluable"), NOT_EVALUABLE),
    **dict.fromkeys(("not done", "nd", "no hecho", "no hecha"), NOT_DONE),
}
"""What may be typed for a target, in small letters, and the word that it stands for."""
STATE_WORDS = {
    **{typed: word for typed, word in SIZE_WORDS.items() if word in (ABSENT, NOT_EVALUABLE, NOT_DONE)},
    **dict.fromkeys(("present", "presente", "non-cr/non-pd", "stable", "estable"), PRESENT),
    **dict.fromkeys(("pd", "unequivocal pd", "progression", "progresión"), PROGRESSED),
}
"""The same for a lesion that is judged in words."""
_STATUS = {
    TOO_SMALL: SizeStatus.TOO_SMALL,
    ABSENT: SizeStatus.ABSENT,
    NOT_EVALUABLE: SizeStatus.NOT_EVALUABLE,
    NOT_DONE: SizeStatus.NOT_DONE,
}
_STATE = {
    ABSENT: LesionState.ABSENT,
    PRESENT: LesionState.PRESENT,
    PROGRESSED: LesionState.UNEQUIVOCAL_PD,
    NOT_EVALUABLE: LesionState.NE,
    NOT_DONE: LesionState.NE,
}


class CellFault(StrEnum):
    """Why a cell can't be read."""

    UNREADABLE_SIZE = "UNREADABLE_SIZE"
    UNREADABLE_STATE = "UNREADABLE_STATE"
    UNREADABLE_NEW = "UNREADABLE_NEW"
    SECOND_LONGER = "SECOND_LONGER"
    TOO_LARGE = "TOO_LARGE"


class CellError(CimaraError):
    """A cell that is neither a size nor a word of its list; never repeats what was typed."""

    def __init__(self, fault: CellFault) -> None:
        self.fault = fault
        super().__init__("a cell that can't be read", expected="a size in mm such as 14.5 x 9, or a word")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one cell says of a lesion at one visit."""

    status: SizeStatus | None = None
    ld: Tenths | None = None
    perp: Tenths | None = None
    short_axis: Tenths | None = None
    state: LesionState | None = None
    certainty: Certainty | None = None


def read_cell(text: str, role: SheetRole, *, is_node: bool = False) -> Seen | None:
    """What a cell says; None when it is empty. Raises CellError."""
    typed = text.strip()
    if not typed:
        return None
    if role is SheetRole.TARGET:
        return _target(typed, is_node)
    if role is SheetRole.NON_TARGET:
        return _non_target(typed, is_node)
    return _new(typed, is_node)


def _target(typed: str, is_node: bool) -> Seen:
    word = SIZE_WORDS.get(typed.lower())
    return Seen(status=_STATUS[word]) if word else _size(typed, is_node, CellFault.UNREADABLE_SIZE)


def _non_target(typed: str, is_node: bool) -> Seen:
    word = STATE_WORDS.get(typed.lower())
    if word:
        return Seen(state=_STATE[word])
    return _size(typed, is_node, CellFault.UNREADABLE_STATE, LesionState.PRESENT)


def _new(typed: str, is_node: bool) -> Seen:
    """How sure it is that the lesion is new, a size after it or alone; or that it is gone."""
    if SIZE_WORDS.get(typed.lower()) == ABSENT:
        return Seen(status=SizeStatus.ABSENT, state=LesionState.ABSENT)
    found = _CERTAIN.match(typed)
    if found is None:
        raise CellError(CellFault.UNREADABLE_NEW)
    doubtful = found[1].lower().startswith(("eq", "dud"))
    certainty = Certainty.EQUIVOCAL if doubtful else Certainty.UNEQUIVOCAL
    if not found[2]:
        return Seen(certainty=certainty)
    size = _size(found[2], is_node, CellFault.UNREADABLE_NEW)
    return Seen(size.status, size.ld, size.perp, size.short_axis, certainty=certainty)


def _size(typed: str, is_node: bool, fault: CellFault, state: LesionState | None = None) -> Seen:
    """One or two diameters; of a node one number is its short axis, of two it is the second."""
    found = _SIZE.match(typed)
    if found is None:
        raise CellError(fault)
    first = _tenths(found[1], fault)
    second = None if found[2] is None else _tenths(found[2], fault)
    if second is not None and second > first:
        raise CellError(CellFault.SECOND_LONGER)
    if first > IMPLAUSIBLE_ABOVE:
        raise CellError(CellFault.TOO_LARGE)
    if is_node and second is None:
        return Seen(SizeStatus.MEASURED, short_axis=first, state=state)
    if is_node:
        return Seen(SizeStatus.MEASURED, ld=first, short_axis=second, state=state)
    return Seen(SizeStatus.MEASURED, ld=first, perp=second, state=state)


def _tenths(text: str, fault: CellFault) -> Tenths:
    point = text.replace(",", ".") if re.fullmatch(r"\d+,\d+", text) else text
    try:
        return Tenths(parse_diameter(point).value)
    except SizeError as error:
        raise CellError(fault) from error


def cell_text(item: Measurement | None, certainty: Certainty | None, role: SheetRole) -> str:
    """What one would type for this record; "" when there is none."""
    size = "" if item is None else _size_text(item)
    if role is SheetRole.NEW:
        gone = item is not None and ABSENT in (item.status, item.state)
        return f"{certainty} {size}".strip() if certainty else ABSENT if gone else ""
    if item is None:
        return ""
    if role is SheetRole.TARGET:
        named = {status: word for word, status in _STATUS.items()}
        return size or named.get(item.status, "") if item.status else ""
    states = {LesionState.PRESENT: size or PRESENT, LesionState.UNEQUIVOCAL_PD: PROGRESSED}
    states |= {LesionState.ABSENT: ABSENT, LesionState.NE: NOT_EVALUABLE}
    return states[item.state] if item.state else _in_words(item, size)


def _in_words(item: Measurement, size: str) -> str:
    """A non-target lesion of which only a size status was recorded."""
    if item.status is SizeStatus.TOO_SMALL:
        return PRESENT
    return size or (ABSENT if item.status is SizeStatus.ABSENT else NOT_EVALUABLE if item.status else "")


def _size_text(item: Measurement) -> str:
    if item.status is not SizeStatus.MEASURED:
        return ""
    second = item.perp if item.short_axis is None else item.short_axis
    shown = [millimetres(size) for size in (item.ld, second) if size is not None]
    return " x ".join(shown)
