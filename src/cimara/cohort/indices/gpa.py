"""The graded prognostic assessment (GPA) that is for a patient's primary, for one patient or all of them."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.at_anchor import AnchorOptions, anchor_items
from cimara.cohort.indices.point_tables import Item, gpa_of_group, is_transcribed, point_table
from cimara.cohort.indices.scoring import IndexResult, Possible, score, score_columns

INDEX_COLUMNS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "index": pl.String(),
    "table": pl.String(),
    "version": pl.String(),
    "value": pl.Float64(),
    "band": pl.String(),
    "median_months": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "items": pl.String(),
    "assumed": pl.String(),
    "missing": pl.String(),
    "tissue": pl.String(),
    "note": pl.String(),
}
"""Columns of every index: `low` and `high` are what the value could be where something is missing."""

INDEX = "gpa"


class Note(StrEnum):
    """Why a patient has no value, or what a reader must know of it."""

    TWO_PRIMARIES = "two_primaries"
    NO_PRIMARY = "no_primary"
    NO_INDEX = "no_index_for_this_primary"
    NOT_TRANSCRIBED = "point_table_not_in_library"
    NO_METASTASIS = "no_brain_metastasis_at_anchor"
    ECOG_ONLY = "ecog_but_no_kps"
    KPS_CONVERTED = "kps_converted_by_site"
    NO_RADIOSURGERY = "no_radiosurgery"
    NO_FAILURE = "no_new_metastasis"
    WHOLE_BRAIN_BEFORE = "whole_brain_radiotherapy_before"
    SYNCHRONOUS = "synchronous_metastases"


def gpa_of_patient(group: str, values: dict[Item, Possible]) -> IndexResult | None:
    """The GPA of one patient by the group of the primary; None where the group has none.

    Raises IndexNotTranscribed where the library has no point table for it. Sources: Sperduto 2017 (lung,
    melanoma), 2018 (renal), 2019 (GI), 2020 (breast), as `point_tables.point_table(...).paper` says in full.
    """
    name = gpa_of_group().get(group)
    return None if name is None else score(point_table(name), values)


def gpa(dataset: Dataset, options: AnchorOptions | None = None) -> pl.DataFrame:
    """The GPA of every patient (`INDEX_COLUMNS`), in the order of the table of patients.

    A patient with two primaries has none unless `options.seeded_by` names the one that seeded the brain. A
    primary without an index, or with one that is not transcribed, has a note in place of a value.
    """
    asked = options or AnchorOptions()
    patients = dataset.frame("Patient").select("patient_id")
    who = patients.join(primary_groups(dataset, asked), on="patient_id", how="left", maintain_order="left")
    table = pl.col("group").replace_strict(dict(gpa_of_group()), default=None, return_dtype=pl.String)
    items = anchor_items(dataset, asked).join(who, on="patient_id").with_columns(wanted=table)
    nothing = items.filter(pl.col("brain_metastases") == 0).select("patient_id")
    scored = [
        score_columns(point_table(name), own)
        for (name,), own in items.filter(pl.col("note").is_null())
        .join(nothing, on="patient_id", how="anti")
        .partition_by("wanted", as_dict=True)
        .items()
        if name is not None and is_transcribed(str(name))
    ]
    found = pl.concat(
        [pl.DataFrame(schema={"patient_id": pl.String(), "table": pl.String()}), *scored], how="diagonal"
    )
    joined = items.select("patient_id", "wanted", "group", "note", "brain_metastases", "tissue", *_KPS).join(
        found, on="patient_id", how="left", maintain_order="left"
    )
    return shaped_index(joined.with_columns(index=pl.lit(INDEX), note=_note(), tissue=_tissue()))


_KPS = ("ecog_only", "kps_converted")


def primary_groups(dataset: Dataset, options: AnchorOptions) -> pl.DataFrame:
    """Columns patient_id, group (of the primary that counts) and note, where several might."""
    primaries = dataset.frame("PrimaryTumour")
    if options.seeded_by is not None:
        named = primaries.join(options.seeded_by, on=["patient_id", "primary_no"], how="semi")
        rest = primaries.join(named, on="patient_id", how="anti")
        primaries = pl.concat([named, rest])
    several = pl.len() > 1
    return primaries.group_by("patient_id", maintain_order=True).agg(
        group=pl.col("group").first(),
        note=pl.when(several).then(pl.lit(str(Note.TWO_PRIMARIES))),
    )


def shaped_index(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with the columns of an index: without values where it lacks one, blank where that is a text."""
    made = frame.select(
        [
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in INDEX_COLUMNS.items()
        ]
    )
    return made.with_columns(pl.col("items", "assumed", "missing", "tissue", "note").fill_null(""))


def _tissue() -> pl.Expr:
    of_breast = pl.col("table").is_not_null() & (pl.col("group") == "breast")
    return pl.when(of_breast).then(pl.col("tissue"))


def _note() -> pl.Expr:
    untold = pl.col("wanted").is_not_null() & ~pl.col("wanted").is_in(
        [name for name in set(gpa_of_group().values()) if is_transcribed(name)]
    )
    return pl.coalesce(
        pl.col("note"),
        pl.when(pl.col("group").is_null()).then(pl.lit(str(Note.NO_PRIMARY))),
        pl.when(pl.col("wanted").is_null()).then(pl.lit(str(Note.NO_INDEX))),
        pl.when(untold).then(pl.lit(str(Note.NOT_TRANSCRIBED))),
        pl.when(pl.col("brain_metastases") == 0).then(pl.lit(str(Note.NO_METASTASIS))),
        kps_note(),
    )


def kps_note() -> pl.Expr:
    """What a reader must know of the performance status behind an index."""
    return pl.coalesce(
        pl.when(pl.col("ecog_only")).then(pl.lit(str(Note.ECOG_ONLY))),
        pl.when(pl.col("kps_converted")).then(pl.lit(str(Note.KPS_CONVERTED))),
    )
