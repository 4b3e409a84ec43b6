"""Tells national person numbers from other digits by their check digits; the rows of national_ids.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from cimara.cohort.deid.cells import COLUMN, COUNT, TEXT
from cimara.cohort.deid.column_names import table_text
from cimara.cohort.deid.hits import HitKind, Rule

MOST = 0.5
"""From this share of passing numbers on, numbers without separators are taken for person numbers."""
FEWEST_DIGITS = 7
SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""Value of a letter, or of the digit of that rank, at odd places of the codice fiscale; decree of 1976."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One country's number: shape (a regex), how it is checked, and where the rule stands."""

    id: str
    name: str
    shape: str
    check: str
    source: str
    weights: tuple[tuple[int, ...], ...] = ()
    modulus: int = 0
    looks_like: str = ""


HARD = Rule(
    "national_id",
    HitKind.HARD,
    "G, J",
    "national person numbers by shape and check digit (British, Dutch, US, German, Spanish, French, Danish, "
    "Italian, Swedish, Norwegian, Polish, Belgian), and bank accounts (IBAN)",
    "Remove the column: a person number may never leave the site.",
)
SOFT = Rule(
    "national_id_like",
    HitKind.SOFT,
    "G",
    "numbers of which some, but not most, pass the check of a national person number",
    "If they are person numbers, remove them; some numbers pass by chance.",
)


def national_hits(cells: pl.DataFrame) -> list[tuple[str, Rule, int, str]]:
    """Column, rule, count of cells and name of the number, for each scheme that a column's cells meet."""
    long = cells.filter(pl.col(TEXT).str.count_matches("[0-9]") >= FEWEST_DIGITS)
    hits = []
    for scheme in schemes() if long.height else ():
        for column, hard, soft in _passing(long, scheme):
            if hard or soft:
                hits.append((column, HARD if hard else SOFT, hard or soft, scheme.name))
    return hits


def _passing(cells: pl.DataFrame, scheme: Scheme) -> list[tuple[str, int, int]]:
    """By column: cells with a number that passes, certain ones, and those that chance may explain."""
    bounded = rf"(?:^|[^0-9A-Za-z.])({scheme.looks_like or scheme.shape})(?:$|[^0-9A-Za-z])"
    tokens = cells.select(COLUMN, COUNT, token=pl.col(TEXT).str.extract(bounded, 1)).drop_nulls("token")
    if not tokens.height:
        return []
    bare = tokens["token"].str.replace_all(r"[ .+\-]", "").str.to_uppercase()
    fits = CHECKS[scheme.check](bare, scheme) & tokens["token"].str.contains(f"^(?:{scheme.shape})$")
    parted = tokens["token"].str.contains(r"[ .+\-]")
    counted = (
        tokens.with_columns(fits=fits.fill_null(False), parted=parted)
        .group_by(COLUMN)
        .agg(
            every=pl.col(COUNT).sum(),
            passing=pl.col(COUNT).filter("fits").sum(),
            certain=pl.col(COUNT).filter(pl.col("fits") & pl.col("parted")).sum(),
        )
        .sort(COLUMN)
    )
    return [
        (column, passing, 0) if passing >= MOST * every else (column, certain, passing - certain)
        for column, every, passing, certain in counted.iter_rows()
    ]


def _digits(bare: pl.Series, places: int) -> list[pl.Series]:
    return [bare.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(places)]


def _weighted(bare: pl.Series, scheme: Scheme) -> pl.Series:
    digits = _digits(bare, len(scheme.weights[0]))
    ok = pl.repeat(True, bare.len(), eager=True)
    for weights in scheme.weights:
        total = sum(
            (digit * weight for digit, weight in zip(digits, weights, strict=True)),
            start=pl.zeros(bare.len(), dtype=pl.Int64, eager=True),
        )
        ok = ok & (total % scheme.modulus == 0)
    return ok & ~bare.str.contains("^(?:0+|1+)$")


def _shape(bare: pl.Series, scheme: Scheme) -> pl.Series:
    return pl.repeat(True, bare.len(), eager=True)


def _luhn10(bare: pl.Series, scheme: Scheme) -> pl.Series:
    total = pl.zeros(bare.len(), dtype=pl.Int64, eager=True)
    for place, digit in enumerate(_digits(bare.str.tail(10), 10)):
        part = digit * (2 - place % 2)
        total = total + part % 10 + part // 10
    return total % 10 == 0


def _iso7064(bare: pl.Series, scheme: Scheme) -> pl.Series:
    """ISO/IEC 7064 MOD 11,10."""
    digits = _digits(bare, 11)
    product = pl.repeat(10, bare.len(), dtype=pl.Int64, eager=True)
    for digit in digits[:10]:
        total = (digit + product) % 10
        product = (total + 10 * (total == 0).cast(pl.Int64)) * 2 % 11
    return (11 - product) % 10 == digits[10]


def _letter_mod23(bare: pl.Series, scheme: Scheme) -> pl.Series:
    number = bare.str.replace("^X", "0").str.replace("^Y", "1").str.replace("^Z", "2")
    place = number.str.extract(r"^([0-9]+)", 1).cast(pl.Int64) % 23
    letter = place.replace_strict(dict(enumerate(SPANISH_LETTERS)), return_dtype=pl.String)
    return letter == bare.str.tail(1)


def _key_mod97(bare: pl.Series, scheme: Scheme) -> pl.Series:
    number = bare.str.replace("2A", "19", literal=True).str.replace("2B", "18", literal=True)
    return 97 - number.str.head(13).cast(pl.Int64, strict=False) % 97 == number.str.tail(2).cast(
        pl.Int64, strict=False
    )


def _codice_fiscale(bare: pl.Series, scheme: Scheme) -> pl.Series:
    ranks = {chr(65 + rank): rank for rank in range(26)} | {str(rank): rank for rank in range(10)}
    total = pl.zeros(bare.len(), dtype=pl.Int64, eager=True)
    for place in range(15):
        rank = bare.str.slice(place, 1).replace_strict(ranks, default=None, return_dtype=pl.Int64)
        odd = place % 2 == 0
        total = total + (rank.replace_strict(dict(enumerate(ODD_VALUES)), default=None) if odd else rank)
    last = bare.str.tail(1).replace_strict(ranks, default=None, return_dtype=pl.Int64)
    return total % 26 == last


def _iban(bare: pl.Series, scheme: Scheme) -> pl.Series:
    """ISO 13616 by remainders, sign by sign, since the number is longer than 64 bits hold."""
    turned = bare.str.slice(4) + bare.str.head(4)
    values = {chr(65 + rank): 10 + rank for rank in range(26)} | {str(digit): digit for digit in range(10)}
    rest = pl.zeros(bare.len(), dtype=pl.Int64, eager=True)
    for place in range(34):
        value = turned.str.slice(place, 1).replace_strict(values, default=None, return_dtype=pl.Int64)
        step = pl.DataFrame({"rest": rest, "value": value})
        wide = pl.when(pl.col("value") >= 10).then(100).otherwise(10)
        rest = step.select(
            pl.coalesce((pl.col("rest") * wide + pl.col("value")) % scheme.modulus, "rest")
        ).to_series()
    return rest == 1


CHECKS: dict[str, Callable[[pl.Series, Scheme], pl.Series]] = {
    "weighted": _weighted,
    "shape": _shape,
    "luhn10": _luhn10,
    "iso7064_mod11_10": _iso7064,
    "letter_mod23": _letter_mod23,
    "key_mod97": _key_mod97,
    "codice_fiscale": _codice_fiscale,
    "iban": _iban,
}


@lru_cache(maxsize=1)
def schemes() -> tuple[Scheme, ...]:
    """The rows of national_ids.toml."""
    raw = tomllib.loads(table_text("national_ids.toml"))["scheme"]
    return tuple(
        Scheme(**{**one, "weights": tuple(tuple(row) for row in one.get("weights", ()))}) for one in raw
    )
