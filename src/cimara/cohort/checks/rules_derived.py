"""Rules of derived fields: what a person typed agrees with what is computed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.row_tests import plain
from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.findings import Severity

ALPHA_BETA = {"bed10_gy": 10, "bed2_gy": 2, "eqd2_10_gy": 10, "eqd2_2_gy": 2}
EQD2 = ("eqd2_10_gy", "eqd2_2_gy")
DOUBTFUL_ABOVE = 10
"""Gy a fraction above which the linear-quadratic model is doubtful (cohort.md section 12)."""
ROUNDING = 1.5
"""Units of the last place by which a typed value may differ: another way of rounding is no finding."""


@rule(
    "DERIVED",
    Severity.WARNING,
    "CourseLesion",
    "bed10_gy eqd2_10_gy bed2_gy eqd2_2_gy lq_extrapolated",
    says="BED, EQD2 and the flag of the linear-quadratic model are what dose and fractions give",
    hint="Leave it blank: it is computed, and what is typed is not used.",
)
def derived_doses_agree(tables: Tables) -> Iterator[Found]:
    """Typed values that differ: BED = n d (1 + d / (alpha/beta)), EQD2 = BED / (1 + 2 / (alpha/beta))."""
    rows = tables.treated.filter(pl.col("n") > 0)
    each = pl.col("dose_gy") / pl.col("n")
    for name, ratio in ALPHA_BETA.items():
        field = tables.model.entity("CourseLesion").field(name)
        bed = pl.col("dose_gy") * (1 + each / ratio)
        right = bed / (1 + 2 / ratio) if name in EQD2 else bed
        far = (pl.col(name) - right).abs() * field.scale > ROUNDING
        told = pl.format(
            f"{name} is {{}}, and dose and fractions give {{}}", plain(pl.col(name)), plain(right.round(2))
        )
        yield Found("CourseLesion", name, breaking(rows, far, told))
    right = pl.when(each > DOUBTFUL_ABOVE).then(pl.lit("yes")).otherwise(pl.lit("no"))
    told = pl.format("lq_extrapolated is {}, and dose and fractions give {}", "lq_extrapolated", right)
    wrong = each.is_not_null() & (pl.col("lq_extrapolated") != right)
    yield Found(
        "CourseLesion",
        "lq_extrapolated",
        breaking(rows, wrong & pl.col("lq_extrapolated").is_in(["yes", "no"]), told),
    )
