"""Judges ids: the site's pattern, record numbers, and ids from which a year or another number can be read."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from cimara.cohort.deid.cells import COUNT, OWN_ID, TEXT
from cimara.cohort.deid.column_names import speaks_of
from cimara.cohort.deid.hits import HitKind, Rule
from cimara.cohort.model import MissingReason, data_model

PATIENTS = ("patient_id", "pat_patient_id")
REASONS = [str(reason) for reason in MissingReason]
FEWEST = 10
"""Fewer ids or rows than this say nothing about an order."""
ORDERED = 0.9
"""From this rank correlation on, an id tells the year."""
SAME = 0.9
"""From this share of equal rows on, an id is taken for the same number as a column."""
LONG_NUMBER = r"(?:^|[^0-9])[0-9]{6,12}(?:$|[^0-9])"

PATTERN = Rule(
    "id_pattern",
    HitKind.HARD,
    "R",
    "ids of patients, lesions, courses and scans that are not of the site's pattern (UT01-P0031)",
    "Give each patient a pseudonym <site>-P0001, and keep the key at the site.",
)
NUMBER = Rule(
    "record_number",
    HitKind.HARD,
    "H",
    "runs of 6 to 12 digits in columns of ids or numbers (hospital record numbers)",
    "Put the pseudonym in their place, and keep the key at the site.",
)
NUMBER_LIKE = Rule(
    "record_number_like",
    HitKind.SOFT,
    "H",
    "columns of whole numbers of 6 to 12 digits that differ from row to row",
    "If these are record numbers, remove the column.",
)
ORDER = Rule(
    "id_tells_year",
    HitKind.SOFT,
    "R",
    "ids that rise or fall with the year",
    "Deal the pseudonyms out in random order, not in order of arrival.",
)
EQUAL = Rule(
    "id_equals_column",
    HitKind.SOFT,
    "R",
    "ids that are the same number as another column",
    "A pseudonym may not be made from another number: deal pseudonyms anew.",
)


def pattern_hits(column: str, cells: pl.DataFrame, site: str | None) -> int:
    """Cells of an id column of the data model that are not of its pattern, or not of the site."""
    pattern = _patterns().get(column.lower())
    if pattern is None:
        return 0
    fits = pl.col(TEXT).str.contains(pattern) | pl.col(TEXT).is_in(REASONS)
    if site:
        fits = fits & pl.col(TEXT).str.contains(f"^(?:{re.escape(site)}-.*|{'|'.join(REASONS)})$")
    return int(cells.filter(~fits)[COUNT].sum())


def number_hits(column: str, cells: pl.DataFrame) -> list[tuple[Rule, int]]:
    """Record numbers in a column: certain ones by its name, likely ones by its cells."""
    foreign = cells.filter(~pl.col(TEXT).str.contains(OWN_ID))
    if speaks_of(column, "id"):
        count = int(foreign.filter(pl.col(TEXT).str.contains(LONG_NUMBER))[COUNT].sum())
        return [(NUMBER, count)] if count else []
    whole = foreign.filter(pl.col(TEXT).str.contains("^[0-9]{6,12}$"))
    rows = int(cells[COUNT].sum())
    uneven = whole.filter(~pl.col(TEXT).str.ends_with("00")).height
    if whole.height < max(FEWEST, SAME * rows) or uneven < SAME * whole.height:
        return []
    return [(NUMBER_LIKE, int(whole[COUNT].sum()))]


def order_hits(frame: pl.DataFrame) -> list[tuple[str, Rule, int]]:
    """Id columns that tell the year of the same rows, or are the same number as another column.

    Ids of lesions, courses and scans are made from the patient's and are not judged.
    """
    plain = frame.select([name for name, kind in frame.schema.items() if not kind.is_nested()])
    ids = [name for name in plain.columns if name.lower() not in _patterns() and speaks_of(name, "id")]
    found: list[tuple[str, Rule, int]] = []
    for name in (*(one for one in PATIENTS if one in plain.columns), *ids):
        rank = _number_in(plain[name])
        if rank.n_unique() < FEWEST:
            continue
        years = [one for one in plain.columns if speaks_of(one, "year")]
        found += [(name, ORDER, frame.height) for one in years if _ordered(rank, plain[one])][:1]
        found += [(name, EQUAL, frame.height) for one in plain.columns if _same(plain, name, rank, one)][:1]
    return found


def _ordered(rank: pl.Series, year: pl.Series) -> bool:
    pair = pl.DataFrame({"id": rank, "year": year.cast(pl.Float64, strict=False)}).drop_nulls()
    if pair.height < FEWEST or pair["year"].n_unique() < 3:
        return False
    found = pair.select(pl.corr("id", "year", method="spearman")).item()
    return found is not None and abs(found) >= ORDERED


def _same(frame: pl.DataFrame, name: str, rank: pl.Series, other: str) -> bool:
    """Whether another column, which is no id of the data model, holds the number or the text of the id."""
    if other == name or other.lower() in _patterns():
        return False
    texts = {"id": frame[name].cast(pl.String), "rank": rank, "other": frame[other].cast(pl.String)}
    pair = pl.DataFrame(texts).drop_nulls("other")
    if pair.height < FEWEST or pair["other"].n_unique() < FEWEST:
        return False
    is_same = (pl.col("id") == pl.col("other")) & ~pl.col("id").str.contains(OWN_ID)
    number = pl.col("other").str.extract(r"^([0-9]{1,15})(?:\.0+)?$", 1).cast(pl.Float64)
    return int(pair.select((is_same | (number == pl.col("rank"))).sum()).item()) >= SAME * pair.height


def _number_in(ids: pl.Series) -> pl.Series:
    """The last run of digits of an id, as a number."""
    text = ids.cast(pl.String).str.replace(r"\.0+$", "")
    return text.str.extract(r"([0-9]{1,15})[^0-9]*$", 1).cast(pl.Float64)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, str]:
    """Patterns of the id fields of the data model, by name of field and of REDCap variable."""
    fields = [field for entity in data_model().entities for field in entity.fields]
    ids = [field for field in fields if "-P[0-9]" in field.pattern]
    return {name.lower(): field.pattern for field in ids for name in (field.name, field.redcap_name)}
