"""Looks for names of people: neighbouring capitalised words that the field does not know, and long text."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from cimara.cohort.deid.cells import COLUMN, COUNT, TEXT
from cimara.cohort.deid.column_names import table_text
from cimara.cohort.deid.hits import HitKind, Rule
from cimara.cohort.model import data_model

LONG_TEXT = 6
"""A text of so many words is taken for prose, where names in small letters can hide."""
NAMES = Rule(
    "capitalised_words",
    HitKind.SOFT,
    "A",
    "two neighbouring capitalised words that are not words of the field or labels of the data model",
    "Remove names, also those of staff and places; if it is no name, say so with --accept.",
)
NUMBERED = Rule(
    "word_and_number",
    HitKind.SOFT,
    "B",
    "a capitalised word that is none of the field, with a number after it (Lindenhof 12)",
    "If it is a street with a house number, remove it: only the country may stay.",
)
PROSE = Rule(
    "free_text",
    HitKind.SOFT,
    "A",
    f"free text of {LONG_TEXT} words or more, different in most cells",
    "The data model has no free text: leave the column out, or code it.",
)
_PARTICLE = r"(?:(?:de|da|do|dos|das|di|del|della|van|von|der|den|du|la|le|el|af|av|ter|ten|zu|bin|al|y) )*"
_PAIR = (
    rf"\p{{Lu}}[\p{{Ll}}'\-]+(?:\p{{Lu}}\p{{Ll}}+)*,? {_PARTICLE}(?:[dlDL]['\u2019])?\p{{Lu}}[\p{{Ll}}'\-]+"
    r"|\b\p{Lu}[\p{Lu}'\-]{3,},? \p{Lu}[\p{Lu}'\-]{3,}"
)
_NUMBERED = r"^(\p{Lu}\p{Ll}[\p{L}'\-]{4,})(?: [\p{L}.'\-]+){0,3},? [0-9]{1,4} ?[a-zA-Z]?(?:[-/ ,].*)?$"
_WORD = re.compile(r"[^\W\d_]+")
MOSTLY_DIFFERENT = 0.5


def name_hits(cells: pl.DataFrame) -> list[tuple[str, Rule, int]]:
    """Column, rule and count of cells, for each rule on names and prose that the cells of a column meet."""
    by_rule = ((NAMES, _named(cells)), (NUMBERED, _numbered(cells)), (PROSE, _prose(cells)))
    return [(column, rule, count) for rule, counts in by_rule for column, count in counts.iter_rows()]


def _named(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells by column with neighbouring capitalised words of which one is not known."""
    known = list(known_words())
    words = pl.col("pair").str.to_lowercase().str.extract_all(r"\p{L}+")
    pairs = (
        cells.filter(pl.col(TEXT).str.contains(_PAIR))
        .with_row_index("cell")
        .with_columns(pair=_all_pairs())
        .explode("pair")
        .drop_nulls("pair")
        .with_columns(is_known=words.list.eval(pl.element().is_in(known)).list.all())
    )
    return _counted(pairs.filter(~pl.col("is_known")).unique("cell"))


def _numbered(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells by column that are a capitalised word, not known, with a number."""
    words = cells.with_columns(word=pl.col(TEXT).str.extract(_NUMBERED, 1).str.to_lowercase())
    known = pl.col("word").str.split("-").list.eval(pl.element().is_in(list(known_words()))).list.any()
    return _counted(words.drop_nulls("word").filter(~known))


def _prose(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells by column with many words, of columns in which such cells mostly differ."""
    long = cells.filter(pl.col(TEXT).str.count_matches(r"\p{L}{2,}") >= LONG_TEXT)
    counted = long.group_by(COLUMN).agg(pl.col(COUNT).sum(), different=pl.len()).sort(COLUMN)
    return counted.filter(pl.col("different") >= MOSTLY_DIFFERENT * pl.col(COUNT)).select(COLUMN, COUNT)


def _counted(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.group_by(COLUMN).agg(pl.col(COUNT).sum()).sort(COLUMN)


def _all_pairs() -> pl.Expr:
    """Neighbouring capitalised words, those that begin at the second word of another pair too."""
    first = pl.col(TEXT).str.extract_all(_PAIR)
    shifted = pl.col(TEXT).str.replace(r"^[^\s]+\s", "").str.extract_all(_PAIR)
    return pl.concat_list(first, shifted)


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Words of known_words.txt and of the labels and codes of the data model, in lower case."""
    lines = [line for line in table_text("known_words.txt").splitlines() if not line.startswith("#")]
    fields = [field for entity in data_model().entities for field in entity.fields]
    texts = [*lines, *(field.label for field in fields)]
    texts += [text for field in fields for code in field.codes for text in (code.label, code.name)]
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text.replace("_", " ")))
