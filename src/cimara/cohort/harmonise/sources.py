"""Finds the tables that a mapping names among a site's files, and makes them ready: rows, codes, patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import polars as pl

from cimara.cohort.dataset import plain_origin
from cimara.cohort.findings import Finding, Severity, finding_frame
from cimara.cohort.harmonise.codes import normal_cells
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.mapping import Mapping
from cimara.cohort.harmonise.plans import Settings, Slot, SourceName, Template
from cimara.cohort.model import closest
from cimara.cohort.raw_tables import RawTable

INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
EVENT = "redcap_event_name"
_STRUCTURE = {INSTRUMENT, INSTANCE, EVENT}


@dataclass(frozen=True, eq=False)
class Source:
    """A table of the site as the mapping reads it.

    Parameters
    ----------
    cells
        Its columns as text, and the pseudo-columns `@row`, `@site`, `@patient_id`, `@nth`, `@of`.
    origin
        Where each row came from, as `dataset.ORIGIN`.
    seen
        Columns that were used, shared by all that are made from one table.
    """

    name: str
    cells: pl.DataFrame
    origin: pl.DataFrame
    settings: Settings = field(default_factory=Settings)
    workbook: bool = False
    seen: set[str] = field(default_factory=set)

    @property
    def columns(self) -> list[str]:
        """Columns of the file, without the pseudo-columns."""
        return [one for one in self.cells.columns if not one.startswith("@")]

    def keeping(self, mask: pl.Series) -> Source:
        """The rows that a mask marks."""
        return replace(self, cells=self.cells.filter(mask), origin=self.origin.filter(mask))

    def counted(self) -> Source:
        """With `@nth` and `@of` anew: the number of the row among the patient's, and how many those are."""
        patient = pl.col("@patient_id")
        counted = self.cells.with_columns(
            pl.int_range(1, pl.len() + 1).over(patient).alias("@nth"), pl.len().over(patient).alias("@of")
        )
        return replace(self, cells=counted)

    def clean(self, column: str) -> pl.Expr:
        """The cells of a column, null where a missing-data code stands."""
        codes = list(self.settings.missing)
        cell = pl.col(column)
        return pl.when(~normal_cells(cell).is_in(codes)).then(cell) if codes else cell

    def why(self, column: str) -> pl.Expr:
        """The reason in the cells of a column: of a missing-data code, or of being blank."""
        reasons = {code: str(reason) for code, reason in self.settings.missing.items()}
        blank = pl.lit(self.settings.blank and str(self.settings.blank), dtype=pl.String)
        cell = pl.col(column)
        coded = normal_cells(cell).replace_strict(reasons, default=None, return_dtype=pl.String)
        return (
            pl.when(cell.is_null()).then(blank).otherwise(coded if reasons else pl.lit(None, dtype=pl.String))
        )

    def points(self, text: pl.Expr) -> pl.Expr:
        """Numbers with a decimal comma as numbers with a point, where the source writes commas."""
        return text.str.replace(r"^([+-]?\d*),(\d+)$", "${1}.${2}") if self.settings.decimal_comma else text

    def need(self, columns: Sequence[str]) -> None:
        """Note that columns are used. Raises RowError for one that is not in the table."""
        self.seen.update(columns)
        for one in columns:
            if one not in self.cells.columns:
                near = closest(one, self.columns) or closest(one.lower(), self.columns)
                raise RowError(
                    "source_field",
                    f"{self.name} has no column {one!r}",
                    hint=f"Did you mean {near}?" if near else "",
                )


class Files:
    """The tables of a site, found by the names that the mapping uses, and which of them were used."""

    def __init__(self, tables: Sequence[RawTable], mapping: Mapping) -> None:
        self.tables = tables
        self.mapping = mapping
        self.seen: dict[int, set[str]] = {}
        self.read: dict[int, set[int]] = {}

    def table(self, name: SourceName) -> RawTable:
        """The table of that name, with all its rows. Raises RowError."""
        fitting = [one for one in self.tables if not name.file or fnmatchcase(one.file, name.file)]
        files = sorted({one.file for one in fitting})
        if len(files) > 1:
            raise RowError(
                "source_file",
                f"{name.file or 'a blank name'} can be any of {', '.join(files)}",
                expected="one file",
            )
        if not files:
            near = closest(name.file, {one.file for one in self.tables})
            raise RowError(
                "source_file",
                f"there is no file {name.file!r}",
                expected=f"one of {', '.join(sorted({one.file for one in self.tables}))}",
                hint=f"Did you mean {near}?" if near else "",
            )
        found = self._sheet(fitting, name)
        self.seen.setdefault(self._place(found), set())
        return found

    def _sheet(self, tables: list[RawTable], name: SourceName) -> RawTable:
        if not any(one.sheet for one in tables):
            return tables[0]
        fitting = [one for one in tables if name.part in ("", one.sheet)]
        if len(fitting) != 1:
            sheets = ", ".join(one.sheet for one in tables)
            told = f"no sheet {name.part!r}" if name.part else "several sheets"
            raise RowError("source_file", f"{tables[0].file} has {told}", expected=f"one of {sheets}")
        return fitting[0]

    def chosen(self, name: SourceName) -> tuple[RawTable, pl.DataFrame]:
        """A table, and its rows of the instrument and event that the name is of. Raises RowError."""
        raw = self.table(name)
        frame = raw.frame.with_columns(raw.rows.alias("@row"))
        if INSTRUMENT in raw.frame.columns and not raw.sheet:
            of_part = pl.col(INSTRUMENT).eq_missing(pl.lit(name.part or None, dtype=pl.String))
            if name.part and not raw.frame.select(of_part.any()).item():
                known = raw.frame[INSTRUMENT].drop_nulls().unique().sort().to_list()
                raise RowError(
                    "source_file",
                    f"{raw.file} has no repeating instrument {name.part!r}",
                    expected=f"one of {', '.join(known)}" if known else "no part behind the file",
                )
            frame = frame.filter(of_part)
        elif name.part and not raw.sheet:
            raise RowError("source_file", f"{raw.file} has no parts", expected="the file alone")
        rows = self._of_event(frame, name, raw)
        self.read.setdefault(self._place(raw), set()).update(rows["@row"])
        return raw, rows

    def _place(self, raw: RawTable) -> int:
        return next(place for place, one in enumerate(self.tables) if one is raw)

    def _of_event(self, frame: pl.DataFrame, name: SourceName, raw: RawTable) -> pl.DataFrame:
        if EVENT not in frame.columns:
            if name.event:
                raise RowError("source_event", f"{raw.file} has no column {EVENT}", expected="a blank cell")
            return frame
        ignored = self.mapping.settings_for(raw.file, name.part).ignored_events
        events = [one for one in frame[EVENT].drop_nulls().unique().sort() if one not in ignored]
        if name.event:
            if name.event not in raw.frame[EVENT].to_list():
                near = closest(name.event, events)
                raise RowError(
                    "source_event",
                    f"{raw.file} has no event {name.event!r}",
                    expected=f"one of {', '.join(events)}",
                    hint=f"Did you mean {near}?" if near else "",
                )
            return frame.filter(pl.col(EVENT) == name.event)
        if len(events) > 1:
            raise RowError(
                "source_event", f"{name} has several events", expected=f"one of {', '.join(events)}"
            )
        return frame.filter(~pl.col(EVENT).is_in(list(ignored)).fill_null(False)) if ignored else frame

    def columns_of(self, raw: RawTable) -> set[str]:
        """The columns of a table that were used, to be added to."""
        return self.seen.setdefault(self._place(raw), set())

    def unused(self) -> list[str]:
        """Files, sheets, instruments and columns that no row of the mapping reads."""
        found: list[str] = []
        for place, raw in enumerate(self.tables):
            name = f"{raw.file} sheet {raw.sheet}" if raw.sheet else raw.file
            if place not in self.seen:
                found.append(name)
                continue
            found += [f"{name} rows of {told}" for told in self._unread(place).get_column("told")]
            left = [one for one in raw.frame.columns if one not in self.seen[place] | _STRUCTURE]
            found += [f"{name} column {one}" for one in left]
        return found

    def _unread(self, place: int) -> pl.DataFrame:
        """Rows of a REDCap table that nothing read, counted by event and instrument."""
        raw = self.tables[place]
        parts = [one for one in (EVENT, INSTRUMENT) if one in raw.frame.columns]
        if not parts:
            return pl.DataFrame(schema={"event": pl.String, "rows": pl.Int64, "told": pl.String})
        left = raw.frame.filter(~raw.rows.is_in(list(self.read.get(place, ()))))
        event = pl.col(EVENT) if EVENT in parts else pl.lit(None, dtype=pl.String)
        part = pl.col(INSTRUMENT) if INSTRUMENT in parts else pl.lit(None, dtype=pl.String)
        counted = left.group_by(event.alias("event"), part.alias("part"), maintain_order=True).len("rows")
        return counted.with_columns(
            told=pl.concat_str(
                pl.concat_str(pl.lit("event "), "event"),
                pl.concat_str(pl.lit("instrument "), "part"),
                pl.concat_str(pl.lit("("), pl.col("rows").cast(pl.String), pl.lit(" rows)")),
                separator=" ",
                ignore_nulls=True,
            )
        )

    def dropped_events(self) -> pl.DataFrame:
        """An error for each REDCap event none of whose rows were read, unless it is ignored."""
        found = []
        for place in self.seen:
            raw = self.tables[place]
            if EVENT not in raw.frame.columns:
                continue
            ignored = self.mapping.settings_for(raw.file, "").ignored_events
            read = raw.frame.filter(raw.rows.is_in(list(self.read.get(place, ()))))[EVENT].to_list()
            left = raw.frame.filter(~pl.col(EVENT).is_in([*ignored, *set(read)]).fill_null(None in read))
            for (event,), rows in left.group_by(EVENT, maintain_order=True):
                found.append(_dropped(raw.file, str(event or ""), rows.height))
        return finding_frame(found)


def _dropped(file: str, event: str, rows: int) -> Finding:
    told = f"event {event}" if event else "no event"
    return Finding(
        severity=Severity.ERROR,
        rule="EVENT",
        file=file,
        message=f"{file}: {rows} rows of {told} were dropped, since no row of the mapping names it",
        hint=f"Name it in source_event, or list it: @source, ignore_events, {event}.",
    )


def origin_of(raw: RawTable, cells: pl.DataFrame) -> pl.DataFrame:
    """Origins of rows of a table; a REDCap row has the patient as its record, and its instance."""
    redcap = INSTRUMENT in cells.columns or EVENT in cells.columns
    record = cells["@patient_id"] if redcap else pl.lit(None, dtype=pl.String)
    instance = (
        cells[INSTANCE].cast(pl.Int64, strict=False)
        if INSTANCE in cells.columns
        else pl.lit(None, dtype=pl.Int64)
    )
    return plain_origin(cells.height, raw.file).with_columns(
        sheet=pl.lit(raw.sheet), row=cells["@row"], record=record, instance=instance
    )


def filled(template: Template, source: Source) -> tuple[pl.Expr, pl.Expr]:
    """The text a template makes of a row, null where a cell is blank; and whether a cell does not fit it."""
    parts = [pl.lit(one) if isinstance(one, str) else _slot(one, source) for one in template.parts]
    columns = [one for one in template.parts if isinstance(one, Slot) and one.width]
    unfit = [_cell(one, source).is_not_null() & _slot(one, source).is_null() for one in columns]
    return pl.concat_str(parts), pl.any_horizontal(unfit) if unfit else pl.lit(False)


def _cell(slot: Slot, source: Source) -> pl.Expr:
    return pl.col(slot.column) if slot.column.startswith("@") else source.clean(slot.column)


def _slot(slot: Slot, source: Source) -> pl.Expr:
    cell = _cell(slot, source).cast(pl.String)
    if not slot.width:
        return cell
    pattern = r"(\d+)$" if slot.tail else r"^\+?0*(\d+)(?:\.0*)?$"
    return cell.str.extract(pattern, 1).str.strip_chars_start("0").str.zfill(slot.width)
