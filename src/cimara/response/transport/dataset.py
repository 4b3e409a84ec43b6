"""A data set as the clinical file formats know it: described variables, and rows that keep to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from cimara.terms.errors import CimaraError


class DatasetError(CimaraError):
    """A data set that a format can't carry, or a file that is no data set."""


class VariableType(StrEnum):
    """What a variable holds. A date is a SAS date in XPT and ISO 8601 text in Dataset-JSON."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DATE = "date"


POLARS_TYPES: dict[VariableType, pl.DataType] = {
    VariableType.TEXT: pl.String(),
    VariableType.INTEGER: pl.Int64(),
    VariableType.FLOAT: pl.Float64(),
    VariableType.DATE: pl.Date(),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """One column: its name, label and type; `length` in bytes, `key` its place in the sort key from 1.

    `format` is the SAS display format; a date without one gets DATE9.
    """

    name: str
    label: str
    type: VariableType = VariableType.TEXT
    length: int | None = None
    format: str = ""
    key: int | None = None


@dataclass(frozen=True)
class Dataset:
    """A named, labelled table with a description of each column, in order.

    The frame holds exactly the variables, in the types of `POLARS_TYPES`; missing is null, never "". Raises
    DatasetError otherwise.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    frame: pl.DataFrame

    def __post_init__(self) -> None:
        """Refuse a frame that differs from its description."""
        wanted = {variable.name: POLARS_TYPES[variable.type] for variable in self.variables}
        if len(wanted) != len(self.variables):
            raise DatasetError("two variables with one name", where=self.name)
        if dict(self.frame.schema) != wanted or list(self.frame.columns) != list(wanted):
            raise DatasetError(
                "the columns are not those described", where=self.name, expected=", ".join(wanted) or "none"
            )

    @classmethod
    def of(
        cls, name: str, label: str, variables: tuple[Variable, ...], columns: Mapping[str, list[object]]
    ) -> Dataset:
        """A data set from columns of Python values; empty text becomes missing."""
        frame = pl.DataFrame(
            {
                variable.name: pl.Series(
                    variable.name,
                    [None if value == "" else value for value in columns[variable.name]],
                    dtype=POLARS_TYPES[variable.type],
                )
                for variable in variables
            }
        )
        return cls(name, label, variables, frame)
