"""SAS transport files, version 5: written only when nothing is lost on the way, and read.

The format holds names of 8 characters, labels of 40, text of 200 bytes, and numbers in the form of old IBM
machines (SAS technical note TS-140). pyreadstat cuts and rounds what does not fit without a word, so every
column is examined first, and all that does not fit is told at once.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from cimara.response.transport.dataset import POLARS_TYPES, Dataset, DatasetError, Variable, VariableType

NAME_LENGTH = 8
LABEL_LENGTH = 40
TEXT_BYTES = 200
LARGEST_INTEGER = 2**53
SMALLEST_NUMBER = 1e-70
LARGEST_NUMBER = 1e70
"""Beyond these pyreadstat 1.3 writes 0 or infinity, some way before the format itself ends (5e-79, 7e75)."""
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}\Z", re.ASCII)
_LISTED = 20

SPELT_OUT = str.maketrans(
    {
        "ß": "ss",
        "Æ": "AE",
        "æ": "ae",
        "Ø": "O",
        "ø": "o",
        "Œ": "OE",
        "œ": "oe",
        "Ł": "L",
        "ł": "l",
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "≥": ">=",
        "≤": "<=",
        "µ": "u",
        "×": "x",
        "±": "+/-",
    }
)
"""Signs that no accent can be taken off, as ASCII."""


class XptError(DatasetError):
    """A data set that XPT v5 would damage, or a file that is not XPT."""


@dataclass(frozen=True, slots=True)
class Transliteration:
    """One text that was brought to ASCII: where it stands, never what it says."""

    column: str
    row: int | None


def write_xpt(dataset: Dataset, path: Path, *, transliterate: bool = False) -> list[Transliteration]:
    """Write XPT v5; gives the list of texts that were changed, which is empty unless `transliterate`.

    Dates go out as DATE9. The header holds a time stamp, so compare content and not bytes. Raises XptError
    that names each column and row that would not survive.
    """
    changes: list[Transliteration] = []
    if transliterate:
        dataset, changes = to_ascii(dataset)
    problems = list(losses(dataset))
    if problems:
        rest = len(problems) - _LISTED
        listed = "; ".join(problems[:_LISTED]) + (f"; and {rest} more" if rest > 0 else "")
        raise XptError(listed, where=dataset.name, expected="a data set that XPT v5 can carry unchanged")
    _pyreadstat().write_xport(
        _writable(dataset),
        str(path),
        file_label=dataset.label,
        column_labels={variable.name: variable.label for variable in dataset.variables},
        table_name=dataset.name,
        file_format_version=5,
        variable_format={
            variable.name: variable.format.rstrip(".") or "DATE9"
            for variable in dataset.variables
            if variable.format or variable.type is VariableType.DATE
        },
    )
    return changes


def losses(dataset: Dataset) -> Iterator[str]:
    """Everything that XPT v5 would lose or change of the data set, by column and row."""
    if not _NAME.match(dataset.name):
        yield f"data set name: longer than {NAME_LENGTH} characters or not A-Z, 0-9, _"
    yield from _label_losses("data set", dataset.label)
    for variable in dataset.variables:
        if not _NAME.match(variable.name):
            yield f"column {variable.name!r}: name longer than {NAME_LENGTH} characters or not A-Z, 0-9, _"
        yield from _label_losses(f"column {variable.name}", variable.label)
        check = _text_loss if variable.type is VariableType.TEXT else _number_loss
        if variable.type is VariableType.DATE:
            continue
        for row, value in enumerate(dataset.frame[variable.name], start=1):
            if value is not None and (problem := check(value)):
                yield f"column {variable.name} row {row}: {problem}"
    if _ends_in_blanks(dataset):
        yield f"row {dataset.frame.height}: blank in every column, which a reader takes for padding"


def _label_losses(what: str, label: str) -> Iterator[str]:
    if len(label) > LABEL_LENGTH:
        yield f"{what}: label of {len(label)} characters, at most {LABEL_LENGTH} fit"
    if not label.isascii():
        yield f"{what}: label is not ASCII"
    elif not label.isprintable():
        yield f"{what}: label with a control character"
    if label != label.rstrip():
        yield f"{what}: label that ends in a blank, which is lost"


def _text_loss(text: str) -> str:
    if not text.isascii():
        return "text is not ASCII"
    if len(text) > TEXT_BYTES:
        return f"text of {len(text)} bytes, at most {TEXT_BYTES} fit"
    if not text.isprintable():
        return "text with a control character"
    return "text that is empty or ends in a blank, which is lost" if text.rstrip() != text or not text else ""


def _number_loss(number: float) -> str:
    if isinstance(number, int):
        return "whole number beyond 2^53" if abs(number) > LARGEST_INTEGER else ""
    if not math.isfinite(number):
        return "number that is not finite"
    if number and not SMALLEST_NUMBER <= abs(number) <= LARGEST_NUMBER:
        return f"number outside {SMALLEST_NUMBER:g} to {LARGEST_NUMBER:g}"
    return ""


def _ends_in_blanks(dataset: Dataset) -> bool:
    """True when the last record would be nothing but spaces, like the padding of the file."""
    texts_only = all(variable.type is VariableType.TEXT for variable in dataset.variables)
    return texts_only and dataset.frame.height > 0 and not any(dataset.frame.row(-1))


def to_ascii(dataset: Dataset) -> tuple[Dataset, list[Transliteration]]:
    """The data set with its texts and labels in ASCII, and where they were changed (row None: a label)."""
    changes: list[Transliteration] = []
    frame, variables = dataset.frame, []
    for variable in dataset.variables:
        label = _ascii(variable.label)
        if label != variable.label:
            changes.append(Transliteration(variable.name, None))
        variables.append(replace(variable, label=label))
        if variable.type is not VariableType.TEXT:
            continue
        before = frame[variable.name].to_list()
        after = [None if text is None else _ascii(text) for text in before]
        pairs = enumerate(zip(before, after, strict=True), start=1)
        changes += [Transliteration(variable.name, row) for row, (old, new) in pairs if old != new]
        frame = frame.with_columns(pl.Series(variable.name, after, dtype=pl.String()))
    return Dataset(dataset.name, _ascii(dataset.label), tuple(variables), frame), changes


def _ascii(text: str) -> str:
    """Accents off, known signs spelt out; what is left that is not ASCII stays, for the guard to refuse."""
    if text.isascii():
        return text
    taken_apart = unicodedata.normalize("NFKD", text.translate(SPELT_OUT))
    return "".join(sign for sign in taken_apart if not unicodedata.combining(sign))


def _writable(dataset: Dataset) -> pl.DataFrame:
    """Missing text as "", the only way that XPT has to say it."""
    return dataset.frame.with_columns(pl.col(pl.String()).fill_null(""))


def read_xpt(path: Path) -> Dataset:
    """Read XPT of version 5 or 8. Text "" is missing, numbers are floats, a SAS date format makes a date.

    Raises XptError when the file is not XPT.
    """
    pyreadstat = _pyreadstat()
    try:
        frame, meta = pyreadstat.read_xport(str(path), output_format="polars")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, UnicodeDecodeError) as error:
        raise XptError("the file can't be read as SAS transport", where=path.name) from error
    variables = tuple(
        Variable(
            name,
            meta.column_names_to_labels[name] or "",
            _type(meta.readstat_variable_types[name], frame[name].dtype, meta.original_variable_types[name]),
            length=meta.variable_storage_width[name],
            format=meta.original_variable_types[name] or "",
        )
        for name in meta.column_names
    )
    columns = [_column(frame[variable.name], variable.type) for variable in variables]
    return Dataset(meta.table_name or "", meta.file_label or "", variables, pl.DataFrame(columns))


_DATE_FORMATS = ("DATE", "E8601DA", "YYMMDD", "MMDDYY", "DDMMYY")


def _type(storage: str, dtype: pl.DataType, form: str | None) -> VariableType:
    if storage == "string":
        return VariableType.TEXT
    dated = dtype == pl.Date() or (form or "").upper().rstrip("0123456789.").startswith(_DATE_FORMATS)
    return VariableType.DATE if dated and not (form or "").upper().startswith("DATET") else VariableType.FLOAT


def _column(values: pl.Series, kind: VariableType) -> pl.Series:
    if kind is VariableType.TEXT:
        texts = [text or None for text in values.to_list()]
        return pl.Series(values.name, texts, dtype=pl.String())
    if kind is VariableType.FLOAT and values.dtype not in (pl.Float64(), pl.Null()):
        return pl.Series(values.name, [None if value is None else str(value) for value in values]).cast(
            POLARS_TYPES[kind], strict=False
        )
    return values.cast(POLARS_TYPES[kind])


def _pyreadstat() -> Any:
    try:
        import pyreadstat
    except ImportError as error:
        raise XptError(
            "SAS transport files need pyreadstat", hint="Install the extra: cimara[clinical]."
        ) from error
    return pyreadstat
