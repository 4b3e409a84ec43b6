"""Ages over 89, stated or derivable from the age at the anchor and the last contact; caps them at 90.

Source: 45 CFR 164.514(b)(2)(i)(C): all ages over 89, and all elements of dates that tell such an age, may
only stand as one category, 90 or older.
"""

from __future__ import annotations

import polars as pl

from cimara.cohort.deid.column_names import speaks_of
from cimara.cohort.deid.hits import HitKind, Rule

CAP = 90
YEAR_DAYS = 365.25
MONTHS = 12
AGE, LAST, TOPCODED = "age_at_anchor", "last_contact_day", "age_topcoded"
_YES = ("yes", "1", "true", "y")

STATED = Rule(
    "age_over_89",
    HitKind.HARD,
    "C",
    "ages over 89 in columns named age (years, months or days)",
    "Write 90 for every age of 90 or more, and age_topcoded = yes.",
)
NINETY = Rule(
    "age_of_90",
    HitKind.SOFT,
    "C",
    "ages of exactly 90, if no age is higher and no column says that it is a cap",
    "If 90 stands for 90 or older, say so with --accept.",
)
DERIVABLE = Rule(
    "derivable_age",
    HitKind.HARD,
    "C",
    "ages over 89 that age at the anchor and last contact give together",
    "Set age_at_anchor = 90 and age_topcoded = yes for these patients.",
)


def reaches_cap(age: pl.Expr, last_day: pl.Expr) -> pl.Expr:
    """Whether age in years plus days from the anchor comes to 90 years or more, in whole quarters of days."""
    return age * round(4 * YEAR_DAYS) + last_day * 4 >= CAP * round(4 * YEAR_DAYS)


def top_coded(patients: pl.DataFrame) -> pl.DataFrame:
    """Patient rows with age 90 and `age_topcoded` = yes for all who reach 90 in the follow-up; others `no`.

    Idempotent. A missing age stays missing.
    """
    capped = (pl.col(AGE) >= CAP) | reaches_cap(pl.col(AGE), pl.col(LAST).fill_null(0).clip(lower_bound=0))
    return patients.with_columns(
        pl.when(capped).then(pl.lit(CAP)).otherwise(pl.col(AGE)).cast(patients.schema[AGE]).alias(AGE),
        pl.when(capped)
        .then(pl.lit("yes"))
        .when(pl.col(AGE).is_not_null())
        .then(pl.lit("no"))
        .alias(TOPCODED),
    )


def derivable(frame: pl.DataFrame, prefix: str = "") -> int:
    """Rows of which age and last contact together give 90 or more although the age is not capped."""
    names = [prefix + one for one in (AGE, LAST)]
    if not set(names) <= set(frame.columns):
        return 0
    age, last = (pl.col(name).cast(pl.Float64, strict=False) for name in names)
    reached = reaches_cap(age, last.clip(lower_bound=0)) & (age < CAP)
    return int(frame.select(reached.fill_null(False).sum()).item())


def stated(frame: pl.DataFrame, column: str) -> tuple[Rule, int] | None:
    """Ages over 89 in a column that is named age; None where there are none."""
    if not speaks_of(column, "age") or speaks_of(column, "not_an_age"):
        return None
    unit = (
        MONTHS if speaks_of(column, "age_in_months") else YEAR_DAYS if speaks_of(column, "age_in_days") else 1
    )
    age = pl.col(column).cast(pl.Float64, strict=False) / unit
    over, highest = frame.select(over=(age >= CAP).sum(), highest=age.max()).row(0)
    if not over:
        return None
    marks = [one for one in frame.columns if "topcoded" in one.lower()]
    if marks:
        said = pl.col(marks[0]).cast(pl.String).str.to_lowercase().is_in(_YES)
        unmarked = frame.select(((age > CAP) | ((age == CAP) & ~said.fill_null(False))).sum()).item()
        return (STATED, int(unmarked)) if unmarked else None
    return (NINETY if highest == CAP else STATED), int(over)
