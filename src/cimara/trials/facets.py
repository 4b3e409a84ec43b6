"""How a study's filterable facts are narrowed to the small integers of the `facet` table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeVar

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase, Sex, StudyType

Word = TypeVar("Word", bound=StrEnum)

SPONSOR_CLASSES = (
    "NIH",
    "FED",
    "OTHER_GOV",
    "INDIV",
    "INDUSTRY",
    "NETWORK",
    "AMBIG",
    "OTHER",
    "UNKNOWN",
)
"""Agency classes of API v2, in the registry's own order."""

TUMOURS_PER_COLUMN = 62
"""SQLite integers are signed 64-bit; 62 bits leave room for masks to be added without overflow."""

MISSING = -1

_PLACES: dict[type[StrEnum], dict[str, int]] = {
    kind: {word.value: place for place, word in enumerate(kind)}
    for kind in (OverallStatus, Phase, StudyType, Sex, BrmPolicy, LmdPolicy)
}
_SPONSOR_PLACES = {word: place for place, word in enumerate(SPONSOR_CLASSES)}


def code(word: StrEnum | None) -> int:
    """The place of a word in its enumeration; -1 when missing."""
    return MISSING if word is None else _PLACES[type(word)][word.value]


def sponsor_class_code(word: str | None) -> int:
    """The place of an agency class in `SPONSOR_CLASSES`; -1 when missing or unknown."""
    return _SPONSOR_PLACES.get(word or "", MISSING)


def phase_bits(phases: Iterable[Phase]) -> int:
    """Bit mask of phases; bit n is the n-th word of `Phase`."""
    places = _PLACES[Phase]
    return sum(1 << places[phase.value] for phase in set(phases))


def phases_of(bits: int) -> tuple[Phase, ...]:
    """The phases of a bit mask, in order."""
    return tuple(phase for place, phase in enumerate(Phase) if bits >> place & 1)


def tumour_bits(tumours: Iterable[str], order: Sequence[str]) -> tuple[int, int]:
    """Two bit masks (bits 0-61, bits 62-123) of tumour ids; `order` is that of table `tumour`."""
    wanted = set(tumours)
    mask = sum(1 << bit for bit, tumour in enumerate(order) if tumour in wanted)
    return mask & ((1 << TUMOURS_PER_COLUMN) - 1), mask >> TUMOURS_PER_COLUMN


def date_number(iso: str | None) -> int | None:
    """`2024-03` -> 20240300: orders as dates do, whether whole or partial."""
    if not iso:
        return None
    digits = iso[:10].replace("-", "")
    return int(digits.ljust(8, "0")) if digits.isdigit() else None


def year(iso: str | None) -> int | None:
    """The year of an ISO date, whole or partial."""
    return int(iso[:4]) if iso and iso[:4].isdigit() else None
