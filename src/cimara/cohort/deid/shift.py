"""Shifts all dates of a patient by one secret number of whole weeks, where days from an anchor will not do.

A shifted set still holds dates: it is a limited data set or needs an expert's determination, and never meets
Safe Harbor. Weekdays and intervals stay. The secret never leaves the site.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import polars as pl

from cimara.cohort.errors import CohortError

LABEL = "limited data set (shifted dates; not Safe Harbor, 45 CFR 164.514(e) or expert determination)"
WEEKS = 52
"""Shifts are of 1 to 52 weeks back: the multiples of 7 within -365..-1 days."""
SECRET_BYTES = 32


def shift_days(patients: pl.Series, secret: bytes) -> pl.Series:
    """Days to add for each patient id: a multiple of 7 from -364 to -7, by HMAC-SHA-256 of the id.

    Raises CohortError where the secret has fewer than 32 bytes.
    """
    if len(secret) < SECRET_BYTES:
        raise CohortError(
            f"the site's secret has {len(secret)} bytes",
            expected=f"{SECRET_BYTES} random bytes or more",
            hint="Make it once, keep it at the site, and never send it.",
        )
    known = {one: _weeks(one, secret) * -7 for one in patients.drop_nulls().unique()}
    return patients.replace_strict(known, return_dtype=pl.Int64).alias("shift")


def shifted(
    frame: pl.DataFrame, secret: bytes, columns: Iterable[str], *, patient: str = "patient_id"
) -> pl.DataFrame:
    """A table with these columns of dates moved back by the shift of each row's patient; label it `LABEL`."""
    if frame[patient].null_count():
        raise CohortError(
            f"{frame[patient].null_count():,} rows have no {patient}", expected="an id in each row"
        )
    days = pl.duration(days=pl.col("_shift"))
    moved = frame.with_columns(shift_days(frame[patient], secret).alias("_shift"))
    return moved.with_columns([pl.col(name) + days for name in columns]).drop("_shift")


def _weeks(patient: str, secret: bytes) -> int:
    digest = hmac.new(secret, patient.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest, "big") % WEEKS + 1
