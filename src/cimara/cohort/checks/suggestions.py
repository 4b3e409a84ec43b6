"""Which code was meant by a word that is none: by its number in REDCap, its label, or a slip of the pen."""

from __future__ import annotations

import polars as pl

from cimara.cohort.model import Field, closest

MOST_WORDS = 200
"""Different words of one field that are looked up; a field with more holds something else altogether."""
MOST_LISTED = 12


def suggested(words: pl.Series, field: Field) -> pl.Series:
    """For each word, what to tell the curator."""
    frequent = words.value_counts(sort=True)[words.name].head(MOST_WORDS)
    hints = {word: _hint(word, field) for word in frequent.drop_nulls()}
    listed = _listed(field)
    return words.replace_strict(list(hints), list(hints.values()), default=listed, return_dtype=pl.String)


def _hint(word: str, field: Field) -> str:
    for code in field.codes:
        if word == str(code.redcap):
            return f"{word} is {code.name} in REDCap; enter {code.name}."
    known = {name.lower(): code.name for code in field.codes for name in (code.label, code.name)}
    near = closest(word.lower(), known)
    return f"Did you mean {known[near]}?" if near else _listed(field)


def _listed(field: Field) -> str:
    names = field.code_names
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f"The codes are {', '.join(names[:MOST_LISTED])}{more}."
