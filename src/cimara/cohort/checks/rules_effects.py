"""Rules of adverse radiation effects: the course that they are attributed to, and when."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.modalities import RADIOTHERAPY
from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.findings import Severity

CERTAIN = ("confirmed", "probable")
EARLIEST = 30
LATEST = 3_652
"""Days after a course within which necrosis is expected: ten years of 365.25 days (cohort.md, T3)."""


@rule(
    "C9",
    Severity.ERROR,
    "AdverseRadiationEffect",
    "attributed_course_id",
    says="a confirmed or probable effect is attributed to a radiotherapy course that treated its lesion, "
    "or one that it arose from, and ended on or before the onset",
    hint="Name the radiotherapy course that treated this lesion, or choose possible.",
)
def attributed_course_can_have_caused_it(tables: Tables) -> Iterator[Found]:
    """Effects attributed to another kind of course, another lesion, or a later time."""
    rows = tables.attributed.filter(pl.col("certainty").is_in(CERTAIN))
    other = ~pl.col("modality").is_in(RADIOTHERAPY)
    later = pl.col("end_day") > pl.col("onset_day")
    told = (
        pl.when(other)
        .then(pl.format("attributed_course_id is a course of {}, which is no radiotherapy", "modality"))
        .when(~pl.col("hit"))
        .then(pl.lit("attributed_course_id is a course that did not treat lesion_id"))
        .otherwise(
            pl.format("onset_day is {}, and attributed_course_id ended on day {}", "onset_day", "end_day")
        )
    )
    yield Found(
        "AdverseRadiationEffect",
        "attributed_course_id",
        breaking(rows, other | ~pl.col("hit") | later, told),
    )


@rule(
    "T1",
    Severity.ERROR,
    "AdverseRadiationEffect",
    "onset_day",
    says="an adverse radiation effect begins after the start of its course",
    hint="Check onset_day, and the course.",
)
def effect_follows_its_course(tables: Tables) -> Iterator[Found]:
    """Effects on the first day of their course or before."""
    told = pl.format("onset_day is {}, and attributed_course_id began on day {}", "onset_day", "start_day")
    early = pl.col("onset_day") <= pl.col("start_day")
    yield Found("AdverseRadiationEffect", "onset_day", breaking(tables.attributed, early, told))


@rule(
    "T3",
    Severity.WARNING,
    "AdverseRadiationEffect",
    "onset_day",
    says="an adverse radiation effect begins 30 days to 10 years after its course",
    hint="Check the attributed course.",
)
def effect_comes_in_its_time(tables: Tables) -> Iterator[Found]:
    """Effects very early or very late after the last day of their course."""
    since = pl.col("onset_day") - pl.col("end_day")
    after = (since >= 0) & (pl.col("onset_day") > pl.col("start_day"))
    told = pl.format("onset_day is {} days after attributed_course_id", since)
    odd = after & ((since < EARLIEST) | (since > LATEST))
    yield Found("AdverseRadiationEffect", "onset_day", breaking(tables.attributed, odd, told))
