"""What the columns of a row hold, as far as an expression has to know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara.cohort.model import Entity, Kind


class Type(StrEnum):
    """Type of a value. CELL is text from elsewhere that is read as a number where a number is needed."""

    NUMBER = "a number"
    TEXT = "a text"
    TRUTH = "a condition"
    CODES = "several codes"
    CELL = "a cell"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class ColumnType:
    """Type of a column, and the closed list of its codes; without codes any text may stand in it."""

    type: Type
    codes: tuple[str, ...] = ()


_TYPES = {
    Kind.TEXT: Type.TEXT,
    Kind.DAY: Type.NUMBER,
    Kind.INTEGER: Type.NUMBER,
    Kind.DECIMAL: Type.NUMBER,
    Kind.CODE: Type.TEXT,
    Kind.CODES: Type.CODES,
}


def types_of(entity: Entity) -> dict[str, ColumnType]:
    """The fields of an entity and what they hold."""
    return {one.name: ColumnType(_TYPES[one.kind], one.code_names) for one in entity.fields}
