"""The rows of a study, one a patient or lesion, beside the rows of each entity that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.expressions.entity_days import DAY_OF_PARENT
from cimara.cohort.expressions.types import ColumnType, Type, types_of
from cimara.cohort.model import data_model

PLACE = "_place"
"""Place of the study's row that a row of an entity belongs to."""
ORIGIN_DAY = "origin_day"
"""The day of the origin, once it is known."""
TREATED = ("LocalTherapyCourse", "CourseLesion", "course_id")
"""Courses belong to a lesion through the rows of course and lesion."""


def column_types(*, by_lesion: bool) -> dict[str, ColumnType]:
    """What an expression over a patient (or lesion) can name, and what it holds."""
    model = data_model()
    patient = types_of(model.entity("Patient"))
    return patient | types_of(model.entity("BrainLesion")) if by_lesion else patient


def scope_types(entity: str) -> dict[str, ColumnType]:
    """What an expression over the rows of an entity can name of them."""
    held = types_of(data_model().entity(entity))
    return held | {"day": ColumnType(Type.NUMBER)} if entity in DAY_OF_PARENT else held


@dataclass(frozen=True)
class PatientRows:
    """One row a patient or lesion, with the fields of the patient, and columns worked out so far.

    Parameters
    ----------
    frame
        Columns of `types`, in the order of patient and lesion.
    known
        Columns of `frame` with the column that says on which day each was known.
    attributed
        Column with the adverse radiation effect that a row is about; "" before it is worked out.
    """

    dataset: Dataset
    frame: pl.DataFrame
    types: dict[str, ColumnType]
    by_lesion: bool = False
    known: dict[str, str] = field(default_factory=dict)
    attributed: str = ""

    @classmethod
    def of(cls, dataset: Dataset, *, by_lesion: bool = False) -> PatientRows:
        """The patients (or lesions) of a data set."""
        types = column_types(by_lesion=by_lesion)
        frame = (
            dataset.frame("Patient").select(list(types_of(data_model().entity("Patient")))).sort("patient_id")
        )
        if by_lesion:
            lesions = dataset.frame("BrainLesion").select(list(types_of(data_model().entity("BrainLesion"))))
            own = [name for name in frame.columns if name == "patient_id" or name not in lesions.columns]
            frame = lesions.join(frame.select(own), on="patient_id").sort("patient_id", "lesion_id")
        last = {"last_contact_day", "vital_status"}
        known = dict.fromkeys(last, "last_contact_day") | {"last_cns_imaging_day": "last_cns_imaging_day"}
        return cls(dataset, frame, types, by_lesion, known)

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that name a row."""
        return ("patient_id", "lesion_id") if self.by_lesion else ("patient_id",)

    def having(
        self, name: str, values: pl.Series, kind: ColumnType, known: pl.Series | None = None
    ) -> PatientRows:
        """These rows with a further column, and the day on which each of its values was known."""
        added = [values.alias(name)] + ([] if known is None else [known.alias(f"_known {name}")])
        days = self.known if known is None else self.known | {name: f"_known {name}"}
        return replace(
            self, frame=self.frame.with_columns(added), types=self.types | {name: kind}, known=days
        )

    def keeping(self, kept: pl.Series) -> PatientRows:
        """Some of these rows."""
        return replace(self, frame=self.frame.filter(kept))

    def rows_of(self, entity: str) -> pl.DataFrame:
        """The rows of an entity that belong to these, each with PLACE, in the order of the entity's key."""
        held = entity_rows(self.dataset, entity)
        places = self.frame.select(self.keys).with_row_index(PLACE)
        if not self.by_lesion:
            return places.join(held, on="patient_id").sort(PLACE, *_key(entity), maintain_order=True)
        if "lesion_id" in held.columns:
            return places.join(held, on=self.keys).sort(PLACE, *_key(entity), maintain_order=True)
        if entity == TREATED[0]:
            return self._courses(held, places).sort(PLACE, *_key(entity), maintain_order=True)
        own = places.drop("lesion_id")
        return own.join(held, on="patient_id").sort(PLACE, *_key(entity), maintain_order=True)

    def _courses(self, courses: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
        """Courses of each lesion; one that names no lesion, as whole-brain courses may, is of all."""
        named = self.dataset.frame(TREATED[1]).select(TREATED[2], "lesion_id")
        of_lesion = (
            places.join(named, on="lesion_id").drop("lesion_id").join(courses, on=["patient_id", TREATED[2]])
        )
        of_all = courses.join(named, on=TREATED[2], how="anti")
        return pl.concat([of_lesion, places.drop("lesion_id").join(of_all, on="patient_id")])


def entity_rows(dataset: Dataset, entity: str) -> pl.DataFrame:
    """The fields of an entity, with the day of its parent where that is its own."""
    frame = dataset.frame(entity).select([one.name for one in data_model().entity(entity).fields])
    if entity not in DAY_OF_PARENT:
        return frame
    parent, keys, day = DAY_OF_PARENT[entity]
    days = (
        dataset.frame(parent).select(*keys, pl.col(day).alias("day")).unique(subset=keys, maintain_order=True)
    )
    return frame.join(days, on=keys, how="left", maintain_order="left")


def _key(entity: str) -> list[str]:
    return [name for name in data_model().entity(entity).key if name != "patient_id"]
