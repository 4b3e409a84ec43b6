"""What each rule of a mapping has been read into, ready to be applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from cimara.cohort.expressions.nodes import Node
from cimara.cohort.model import Entity, MissingReason


class Status(StrEnum):
    """Whether a site can give a field: yes, never, or nobody has looked yet."""

    COMPLETE = "complete"
    IMPOSSIBLE = "impossible"
    UNDETERMINED = "undetermined"


class Rule(StrEnum):
    """How a field is made from the source."""

    DIRECT = "direct"
    RECODE = "recode"
    UNIT = "unit"
    DATE_TO_DAY = "date_to_day"
    CHECKBOX = "checkbox"
    CASE_WHEN = "case_when"
    CONSTANT = "constant"
    SPLIT_ROWS = "split_rows"
    EXPRESSION = "expression"
    LINK = "link"


class DateOrder(StrEnum):
    """In which order year, month and day are written."""

    YMD = "YMD"
    DMY = "DMY"
    MDY = "MDY"


@dataclass(frozen=True, slots=True)
class SourceName:
    """A table of the site: file (`*` for anything), sheet or repeating instrument, REDCap event."""

    file: str = ""
    part: str = ""
    event: str = ""

    def __str__(self) -> str:
        name = f"{self.file}:{self.part}" if self.part else self.file
        return f"{name} event {self.event}" if self.event else name


@dataclass(frozen=True, slots=True)
class Given:
    """What a code or case stands for: a value, or the reason why there is none."""

    value: str = ""
    reason: MissingReason | None = None


@dataclass(frozen=True, slots=True)
class Direct:
    """The cell as it stands."""


@dataclass(frozen=True, slots=True)
class Recoding:
    """Codes of the site, in normal form, and what each stands for; `parting` divides a cell with several."""

    codes: dict[str, Given]
    blank: Given | None = None
    other: Given | None = None
    parting: str = ""


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A number times a factor."""

    factor: float


@dataclass(frozen=True, slots=True)
class AnchorColumn:
    """A date column that days count from, of another table if `source` is set."""

    column: str
    source: SourceName | None = None


@dataclass(frozen=True, slots=True)
class DateToDay:
    """Days from the patient's anchor, or from `anchor`; `partial` is the reason for a date without a day."""

    anchor: AnchorColumn | None = None
    order: DateOrder | None = None
    partial: MissingReason | None = None


@dataclass(frozen=True, slots=True)
class Checkbox:
    """Columns of a question with several answers. `columns` holds what each stands for if it is ticked."""

    columns: dict[str, Given]
    base: str
    none: Given | None = None
    complete: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A condition, None for `else`, and the value or reason it leads to."""

    condition: Node | None
    result: Node | MissingReason


@dataclass(frozen=True, slots=True)
class CaseWhen:
    """The first case whose condition is true decides."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """One value for all rows."""

    given: Given


@dataclass(frozen=True, slots=True)
class ByExpression:
    """A value computed from columns of the row."""

    node: Node


@dataclass(frozen=True, slots=True)
class Slot:
    """A brace of a template: a column, the digits to fill up to; `tail`: take the digits at its end."""

    column: str
    width: int = 0
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Text and slots, in order, that make an id."""

    parts: tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class LookUp:
    """The row of the parent that agrees: pairs of (column of the parent's source, column here)."""

    parent: Entity
    pairs: tuple[tuple[str, str], ...]


Plan: TypeAlias = (
    Direct
    | Recoding
    | UnitChange
    | DateToDay
    | Checkbox
    | CaseWhen
    | Constant
    | ByExpression
    | Template
    | LookUp
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a block. `row` is that of the mapping, 0 where no row names the field."""

    field: str
    status: Status
    row: int = 0
    source: SourceName | None = None
    columns: tuple[str, ...] = ()
    plan: Plan | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Groups of columns that become rows: what stands for `{n}`, and columns that say if one is filled."""

    values: tuple[str, ...]
    columns: tuple[str, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One pass over one source that makes rows of an entity, if any field has a rule."""

    entity: Entity
    key: str
    entries: tuple[Entry, ...]
    source: SourceName | None = None
    condition: Node | None = None
    condition_row: int = 0
    split: Split | None = None
    makes_rows: bool = False

    @property
    def name(self) -> str:
        """Entity and key, for messages."""
        return f"{self.entity.name} {self.key}".strip()


@dataclass(frozen=True, slots=True)
class Settings:
    """How the tables of a source are read."""

    delimiter: str = ","
    date_order: DateOrder = DateOrder.YMD
    decimal_comma: bool = False
    missing: dict[str, MissingReason] = field(default_factory=dict)
    blank: MissingReason | None = None
    rows: Node | None = None
    patient_id: Template | None = None
    ignored_events: tuple[str, ...] = ()
    where: dict[str, int] = field(default_factory=dict)
    """Rows of the mapping by the name of the setting."""


@dataclass(frozen=True, slots=True)
class SiteRule:
    """The site of all rows, or the column that tells it and its codes."""

    site_id: str = ""
    column: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    row: int = 0


@dataclass(frozen=True, slots=True)
class Anchor:
    """Which dates are day 0, the first filled one of each patient, and the event that each is."""

    source: SourceName | None
    columns: tuple[str, ...]
    events: tuple[str, ...]
    row: int = 0
