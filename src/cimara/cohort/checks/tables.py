"""The tables of a data set as the rules read them: with each row's place, and joined where rules need it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

import polars as pl

from cimara.cohort.checks.modalities import WHOLE_BRAIN
from cimara.cohort.dataset import Dataset, schema_of
from cimara.cohort.model import DataModel, Entity, Field, Kind, MissingReason, why_column

AT = "at"
"""Column with the place of a row in its table, from 0."""
ROW = "_row"
"""Column with the number of the row in its file."""
GENERATIONS = 8
"""How far back a lesion is followed to what it arose from; a longer chain is a circle, which C2 tells."""


class Tables:
    """Tables by entity, each made once. A column that a table lacks is blank in it."""

    def __init__(self, dataset: Dataset) -> None:
        """Of this data set."""
        self.dataset = dataset
        self._cells: dict[str, pl.DataFrame] = {}
        self._rows: dict[str, pl.DataFrame] = {}
        self._known: dict[str, pl.Series] = {}
        self._lost: dict[str, dict[str, pl.DataFrame]] = {}
        self._misnamed: dict[str, bool] = {}

    @property
    def model(self) -> DataModel:
        """The data model."""
        return self.dataset.model

    @cached_property
    def entities(self) -> tuple[Entity, ...]:
        """Entities that have a row."""
        return tuple(one for one in self.model.entities if self.has_rows(one.name))

    def has_rows(self, name: str) -> bool:
        """Whether a table has a row."""
        return name in self.dataset.tables and self.dataset.tables[name].height > 0

    def cells(self, name: str) -> pl.DataFrame:
        """A table as it stands, with `AT` and `ROW`."""
        if name not in self._cells:
            frame = _whole(self.dataset.frame(name), self.model.entity(name))
            place = pl.int_range(frame.height, dtype=pl.UInt32, eager=True).alias(AT)
            number = self.dataset.origin(name)["row"].alias(ROW)
            self._cells[name] = frame.with_columns(_in_pieces(place, frame), _in_pieces(number, frame))
        return self._cells[name]

    def rows(self, name: str) -> pl.DataFrame:
        """A table with `AT` and `ROW`, days out of range blank: they may be dates and tell no order."""
        if name not in self._rows:
            days = [one for one in self.model.entity(name).fields if one.kind is Kind.DAY]
            cells = self.cells(name)
            wrong = cells.select([~within_range(one).all() for one in days]).row(0) if days else ()
            kept = [
                pl.when(within_range(one)).then(pl.col(one.name)).alias(one.name)
                for one, out in zip(days, wrong, strict=True)
                if out
            ]
            self._rows[name] = cells.with_columns(kept) if kept else cells
        return self._rows[name]

    def keyed(self, name: str, *columns: str) -> pl.DataFrame:
        """The key of a table of one key field, each value once, and the columns named."""
        (key,) = self.model.entity(name).key
        rows = self.rows(name).select(key, *columns)
        if self.known(name).len() == rows.height:
            return rows
        return rows.filter(pl.col(key).is_not_null()).unique(key, keep="first", maintain_order=True)

    def known(self, name: str) -> pl.Series:
        """The keys of a table of one key field, each once."""
        if name not in self._known:
            (key,) = self.model.entity(name).key
            self._known[name] = self.rows(name)[key].drop_nulls().unique()
        return self._known[name]

    def lost(self, entity: Entity, field: Field) -> pl.DataFrame:
        """Rows that name, by this field, a row which is not there."""
        if entity.name not in self._lost:
            self._lost[entity.name] = dict(self._all_lost(entity))
        return self._lost[entity.name][field.name]

    def _all_lost(self, entity: Entity) -> Iterator[tuple[str, pl.DataFrame]]:
        """The lost rows of every field that names a row, all looked up in one pass."""
        rows, keys = self.rows(entity.name), {one.name: one.references for one in entity.parents}
        simple = {name: parent for name, parent in keys.items() if len(self.model.entity(parent).key) == 1}
        missing = rows.select(
            [~pl.col(name).is_in(self.known(parent).implode()) for name, parent in simple.items()]
        )
        for name, parent in keys.items():
            if name in simple:
                yield name, rows.filter(missing[name]) if missing[name].any() else rows.clear()
            else:  # numbered within the patient, as a specimen
                named = rows.filter(pl.col(name).is_not_null())
                yield name, named.join(self.rows(parent), on=self.model.entity(parent).key, how="anti")

    def misnamed(self, name: str) -> bool:
        """Whether a key in this table does not begin with the patient of its row."""
        if name not in self._misnamed:
            (key,) = self.model.entity(name).key
            named = pl.col(key).str.starts_with(pl.col("patient_id") + "-").fill_null(value=False)
            self._misnamed[name] = not self.rows(name).select(named.all()).item()
        return self._misnamed[name]

    @cached_property
    def treated(self) -> pl.DataFrame:
        """CourseLesion with `modality`, `start_day`, `end_day` of its course, and `n`, its fractions.

        `n` is the lesion's own number, or the course's. Rows whose course is not there are left out.
        """
        course = self.keyed("LocalTherapyCourse", "modality", "start_day", "end_day", "fractions")
        joined = self.rows("CourseLesion").join(course, on="course_id", how="inner", suffix="_course")
        return joined.with_columns(n=pl.coalesce("fractions", "fractions_course"))

    @cached_property
    def ancestry(self) -> pl.DataFrame:
        """`lesion_id` and `ancestor`: each lesion with itself and with every lesion that it arose from."""
        parent = self.keyed("BrainLesion", "parent_lesion_id")
        up = parent.drop_nulls().rename({"lesion_id": "ancestor", "parent_lesion_id": "next"})
        step = up.select(lesion_id="ancestor", ancestor="next")
        found = [parent.select("lesion_id", ancestor="lesion_id")]
        for _ in range(GENERATIONS):
            if step.is_empty():
                break
            found.append(step)
            step = step.join(up, on="ancestor").select("lesion_id", ancestor="next")
        return pl.concat(found)

    @cached_property
    def treatments(self) -> pl.DataFrame:
        """`lesion_id` and each course of it or of a lesion that it arose from, with modality and days."""
        given = self.treated.select("course_id", "modality", "start_day", "end_day", ancestor="lesion_id")
        return self.ancestry.join(given, on="ancestor").drop("ancestor").unique(maintain_order=True)

    @cached_property
    def attributed(self) -> pl.DataFrame:
        """AdverseRadiationEffect with `modality` and days of its course, and `hit`: it treated the lesion.

        Whole-brain radiotherapy treats every lesion of its patient. Effects without a course are left out.
        """
        columns = ("modality", "start_day", "end_day", "patient_id")
        course = self.keyed("LocalTherapyCourse", *columns).rename(
            {"course_id": "attributed_course_id", "patient_id": "_owner"}
        )
        given = self.treatments.select(
            "lesion_id", attributed_course_id="course_id", _given=pl.lit(value=True)
        )
        rows = self.rows("AdverseRadiationEffect").join(course, on="attributed_course_id", how="inner")
        rows = rows.join(given.unique(), on=["lesion_id", "attributed_course_id"], how="left")
        whole = pl.col("modality").is_in(WHOLE_BRAIN) & (pl.col("_owner") == pl.col("patient_id"))
        return rows.with_columns(hit=pl.col("_given").fill_null(value=False) | whole)


def within_range(field: Field) -> pl.Expr:
    """Whether a whole number lies in the range of its field."""
    return pl.col(field.name).is_between(field.lowest, field.highest)


def reason_of(columns: Collection[str], name: str) -> pl.Expr:
    """The reason for a missing value, in a table of these columns; null where none is given."""
    return pl.col(why_column(name)) if why_column(name) in columns else pl.lit(None, dtype=pl.String)


def given(columns: Collection[str], name: str) -> pl.Expr:
    """Whether a field has a value, or a reason why not other than that it does not apply."""
    reason = reason_of(columns, name)
    return pl.col(name).is_not_null() | (reason.is_not_null() & (reason != MissingReason.NOT_APPLICABLE))


def _whole(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    if all(one.name in frame.columns for one in entity.fields):
        return frame
    lacking = {name: kind for name, kind in schema_of(entity).items() if name not in frame.columns}
    return frame.with_columns([pl.lit(None, dtype=kind).alias(name) for name, kind in lacking.items()])


def _in_pieces(column: pl.Series, frame: pl.DataFrame) -> pl.Series:
    """A column in as many pieces as those of a frame; else every question would copy the whole frame."""
    lengths = max((one.chunk_lengths() for one in frame), key=len, default=[])
    starts = [sum(lengths[:n]) for n in range(len(lengths))]
    pieces = [column.slice(start, length) for start, length in zip(starts, lengths, strict=True)]
    return pl.concat(pieces, rechunk=False) if len(pieces) > 1 else column
