"""The disclosure filter before a release: rare groups become `other`, ages bands; small studies stay in."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError

DEFAULT_MIN_N = 10
BAND = 10
OTHER = "other"
OLDEST_BAND = "80+"
"""Ages over 89 may not be told (45 CFR 164.514(b)(2)); the last band is open from 80 on."""


def released_patients(dataset: Dataset, *, min_n: int = DEFAULT_MIN_N) -> pl.DataFrame:
    """Patients with the attributes that may leave: no site, ages in bands, groups under `min_n` as `other`.

    Raises CohortError for fewer patients than `min_n`, or a `min_n` under the default: a study may only be
    stricter.
    """
    if min_n < DEFAULT_MIN_N:
        raise CohortError(
            f"min_n of {min_n} is under the floor", expected=f"{DEFAULT_MIN_N} or more", where="disclosure"
        )
    patients = dataset.frame("Patient")
    if patients.height < min_n:
        raise CohortError(
            f"{patients.height} patients are too few to be released",
            where="disclosure",
            expected=f"{min_n} or more",
        )
    primary = _single_primary(dataset)
    named = patients.join(primary, on="patient_id", how="left", maintain_order="left").with_columns(
        pl.col("group").fill_null(OTHER),
        age_band=age_band(pl.col("age_at_anchor")),
        lesions=lesion_band(pl.col("n_brm_at_anchor")),
    )
    return named.with_columns(merged(named[name], min_n) for name in ("group", "age_band", "sex", "lesions"))


def merged(words: pl.Series, min_n: int) -> pl.Series:
    """The words, those that stand in fewer than `min_n` rows as `other`, which itself has `min_n` or none."""
    counts = dict(words.fill_null(OTHER).value_counts().sort("count", words.name).iter_rows())
    small = [word for word, count in counts.items() if count < min_n or word == OTHER]
    for word in [one for one in counts if one not in small]:
        if not 0 < sum(counts[one] for one in small) < min_n:
            break
        small.append(word)
    return words.fill_null(OTHER).replace(dict.fromkeys(small, OTHER))


def lesion_band(number: pl.Expr) -> pl.Expr:
    """Bands of the number of brain metastases."""
    return (
        pl.when(number <= 1).then(pl.lit("0-1")).when(number <= 4).then(pl.lit("2-4")).otherwise(pl.lit("5+"))
    )


def age_band(age: pl.Expr) -> pl.Expr:
    """Bands of ten years, the last one open."""
    low = (age // BAND) * BAND
    band = pl.concat_str(low, pl.lit("-"), low + BAND - 1)
    return pl.when(age >= 80).then(pl.lit(OLDEST_BAND)).otherwise(band)


def _single_primary(dataset: Dataset) -> pl.DataFrame:
    """The tumour group of patients with one primary."""
    counted = dataset.frame("PrimaryTumour").select("patient_id", "group")
    return counted.filter(pl.len().over("patient_id") == 1)
