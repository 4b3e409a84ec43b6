"""Fills the derived fields of the data model: doses of treated lesions, class and penetrance of lines."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.agents import PENETRANCE, agents
from cimara.cohort.indices.courses import COURSE_COLUMNS, EXTERNAL_BEAM
from cimara.cohort.indices.dose import (
    ALPHA_BETA_BRAIN,
    ALPHA_BETA_TUMOUR,
    bed_column,
    eqd2_column,
    extrapolated_column,
)

DOSE_FIELDS = ("bed10_gy", "eqd2_10_gy", "bed2_gy", "eqd2_2_gy", "lq_extrapolated")
LINE_FIELDS = ("class", "cns_penetrance")


def with_derived(dataset: Dataset) -> Dataset:
    """The data set with every derived field worked out anew; what stood in them is replaced.

    Dose and fractions are those of the lesion, or of its course where the lesion has neither. Only external
    beams have a biologically effective dose: that of brachytherapy depends on the dose rate, which the model
    does not hold.
    """
    tables = dict(dataset.tables)
    if "CourseLesion" in tables:
        tables["CourseLesion"] = _with_dose(dataset)
    if "SystemicTherapyLine" in tables:
        tables["SystemicTherapyLine"] = _with_class(dataset)
    return replace(dataset, tables=tables)


def dose_of_lesion(dataset: Dataset) -> pl.DataFrame:
    """What each lesion received: course_id, lesion_id, modality, given_gy, given_fractions."""
    of_course = dataset.frame("LocalTherapyCourse").rename({"fractions": "course_fractions"})
    rows = dataset.frame("CourseLesion").select("course_id", "lesion_id", "dose_gy", "fractions")
    joined = rows.join(
        of_course.select(COURSE_COLUMNS).unique("course_id", keep="first"),
        on="course_id",
        how="left",
        maintain_order="left",
    )
    own = pl.col("dose_gy").is_not_null() | pl.col("fractions").is_not_null()
    return joined.select(
        "course_id",
        "lesion_id",
        "modality",
        given_gy=pl.when(own).then("dose_gy").otherwise("total_dose_gy"),
        given_fractions=pl.when(own).then("fractions").otherwise("course_fractions"),
    )


def _with_dose(dataset: Dataset) -> pl.DataFrame:
    frame = dataset.frame("CourseLesion")
    given = dose_of_lesion(dataset)
    beam = pl.col("modality").is_in(EXTERNAL_BEAM)
    gy = pl.when(beam & (pl.col("given_gy") > 0)).then("given_gy")
    n = pl.when(pl.col("given_fractions") > 0).then("given_fractions")
    made = given.select(
        bed10_gy=bed_column(gy, n, ALPHA_BETA_TUMOUR),
        eqd2_10_gy=eqd2_column(gy, n, ALPHA_BETA_TUMOUR),
        bed2_gy=bed_column(gy, n, ALPHA_BETA_BRAIN),
        eqd2_2_gy=eqd2_column(gy, n, ALPHA_BETA_BRAIN),
        lq_extrapolated=extrapolated_column(gy, n),
    )
    return _filled(frame, made)


def _with_class(dataset: Dataset) -> pl.DataFrame:
    frame = dataset.frame("SystemicTherapyLine")
    order = dataset.model.entity("SystemicTherapyLine").field("class").code_names
    lines = frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("line"), "agents").explode("agents")
    known = pl.DataFrame(
        [(one.code, list(one.classes), PENETRANCE.index(one.cns_penetrance)) for one in agents().values()],
        schema={"agents": pl.String, "classes": pl.List(pl.String), "best": pl.Int64},
        orient="row",
    )
    place = pl.col("classes").replace_strict({name: i for i, name in enumerate(order)}, default=len(order))
    joined = lines.join(known, on="agents", how="inner")
    classes = joined.explode("classes").sort("line", place).group_by("line", maintain_order=True)
    best = joined.group_by("line").agg(pl.col("best").min())
    made = (
        frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("line"))
        .join(
            classes.agg(pl.col("classes").unique(maintain_order=True)),
            on="line",
            how="left",
            maintain_order="left",
        )
        .join(best, on="line", how="left", maintain_order="left")
    )
    words = dict(enumerate(PENETRANCE))
    return _filled(
        frame,
        made.select(
            pl.col("classes").alias("class"),
            cns_penetrance=pl.col("best").replace_strict(words, return_dtype=pl.String),
        ),
    )


def _filled(frame: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """The frame with derived columns in their places; a reason to be missing goes where there is a value."""
    filled = frame.with_columns(made)
    reasons = [f"{name}__why" for name in made.columns if f"{name}__why" in frame.columns]
    return filled.with_columns(
        pl.when(pl.col(name.removesuffix("__why")).is_null()).then(name).alias(name) for name in reasons
    )
