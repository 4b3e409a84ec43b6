"""The data model: entities, their fields, codes, units and keys, as model.json holds them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib import resources

import msgspec

from cimara.cohort.errors import CohortError


class Kind(StrEnum):
    """What a field holds. A day is a whole number of days from the patient's anchor, negative before it."""

    TEXT = "text"
    DAY = "day"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CODE = "code"
    CODES = "codes"


class Need(StrEnum):
    """Whether a field is filled: always, by a rule, if known, or never by a person since it is derived."""

    REQUIRED = "R"
    CONDITIONAL = "C"
    OPTIONAL = "O"
    DERIVED = "D"


class MissingReason(StrEnum):
    """Why a field has no value; IMPOSSIBLE is set by a mapping only."""

    UNKNOWN = "UNK"
    NOT_DONE = "ND"
    NOT_APPLICABLE = "NA"
    NOT_ASKED = "NASK"
    NO_LONGER_AVAILABLE = "NAVU"
    IMPOSSIBLE = "IMP"


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a closed list: canonical word, number in REDCap, label, ontology id where known."""

    name: str
    redcap: int
    label: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    `lowest` and `highest` are inclusive, in `unit` (UCUM). `places` are the decimals that are kept.
    `references` names the entity whose key this is. A field that does not take a reason for a missing value
    has words among its values that look like one (country `NA`). `enum` names the closed list of `codes`.
    """

    name: str
    label: str
    kind: Kind
    need: Need
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    places: int = 0
    pattern: str = ""
    max_length: int | None = None
    enum: str = ""
    codes: tuple[Code, ...] = ()
    references: str = ""
    redcap_name: str = ""
    takes_reason: bool = True

    @property
    def why(self) -> str:
        """Name of the column beside it that holds the reason for a missing value."""
        return why_column(self.name)

    @property
    def code_names(self) -> tuple[str, ...]:
        """Canonical words, in the order of the schema."""
        return tuple(code.name for code in self.codes)

    @property
    def scale(self) -> int:
        """10 to the number of decimals: times this, the value is a whole number."""
        return int(10**self.places)


class Presence(StrEnum):
    """Whether a condition asks for a value, or for none."""

    PRESENT = "PRESENT"
    ABSENT = "ABSENT"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule asks of one field: a value or none, one of some codes or numbers, or limits (inclusive)."""

    field: str
    presence: Presence | None = None
    codes: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """Conditions that hold together: each of `every`, and one of `some` where there are any."""

    every: tuple[Condition, ...] = ()
    some: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule over the fields of one row: where `when` holds, `then` must. `severity` is error or warning."""

    id: str
    severity: str
    hint: str
    when: Clause
    then: Clause


@dataclass(frozen=True)
class Entity:
    """One table of the model. `table` is its name in files and the name of its REDCap form."""

    name: str
    table: str
    grain: str
    description: str
    key: tuple[str, ...]
    repeating: bool
    redcap_prefix: str
    fields: tuple[Field, ...]
    rules: tuple[RowRule, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    def field(self, name: str) -> Field:
        """The field of that name. Raises CohortError naming the nearest."""
        found = self.by_name.get(name)
        if found is None:
            raise CohortError(
                f"{self.name} has no field {name!r}", expected=closest(name, self.by_name) or "a field"
            )
        return found

    @cached_property
    def parents(self) -> tuple[Field, ...]:
        """Fields that hold the key of another entity."""
        return tuple(field for field in self.fields if field.references)


@dataclass(frozen=True)
class DataModel:
    """All entities, in the order in which a patient's chart is read."""

    version: str
    entities: tuple[Entity, ...]

    @cached_property
    def by_name(self) -> dict[str, Entity]:
        """Entities by name (`CourseLesion`)."""
        return {entity.name: entity for entity in self.entities}

    @cached_property
    def by_table(self) -> dict[str, Entity]:
        """Entities by table (`course_lesion`)."""
        return {entity.table: entity for entity in self.entities}

    def entity(self, name: str) -> Entity:
        """The entity of that name, or of that table. Raises CohortError naming the nearest."""
        found = self.by_name.get(name) or self.by_table.get(name)
        if found is None:
            near = closest(name, (*self.by_name, *self.by_table))
            raise CohortError(
                f"the data model has no entity {name!r}", expected=near or "an entity of the model"
            )
        return found


def why_column(name: str) -> str:
    """Name of the column that holds why `name` has no value."""
    return f"{name}__why"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be; "" where none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else ""


@lru_cache(maxsize=1)
def data_model() -> DataModel:
    """The model of this version of the library."""
    raw = resources.files("cimara.cohort").joinpath("generated", "model.json").read_bytes()
    return msgspec.json.decode(raw, type=DataModel)
