"""The shipped table of place names: its columns, and how a name is folded to a key."""

from __future__ import annotations

import gzip
import re
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

FOLDER = "cimara.data"
FILE = "gazetteer.tsv.gz"
WORDS_FILE = "gazetteer_words.toml"
UNITS_PER_DEGREE = 100
"""Coordinates are whole hundredths of a degree: 1.1 km or less, inside any city."""

_NOT_ALNUM = re.compile(r"[\W_]+")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_SHORT = {"saint": "st", "sainte": "ste", "sankt": "st", "mount": "mt", "fort": "ft"}


def fold_place(name: str) -> str:
    """One key for the spellings of a place: no case, marks or punctuation, `Saint` as `St`."""
    text = name.casefold()
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text).translate(_LETTERS)
        text = "".join(sign for sign in parts if not unicodedata.combining(sign))
    words = _NOT_ALNUM.sub(" ", text.replace("'", "").replace("’", "")).split()
    return " ".join(_SHORT.get(word, word) for word in words)


class Gazetteer:
    """Columns of the table, each unpacked when first asked for; a row number stands for a place.

    Rows are grouped by country and, within one, ordered from the most populous down.
    """

    def __init__(self, packed: bytes) -> None:
        lines = gzip.decompress(packed).split(b"\n")
        self._packed_columns = dict(line.split(b"\t", 1) for line in lines if line)

    def _column(self, name: bytes) -> list[str]:
        return self._packed_columns[name].decode("utf-8").split("\t")

    @cached_property
    def version(self) -> str:
        """Names and versions of the packages that it was built from."""
        return self._column(b"version")[0]

    @cached_property
    def country_names(self) -> dict[str, str]:
        """ISO 3166-1 alpha-2 code -> English name."""
        return dict(zip(self._column(b"iso2"), self._column(b"country"), strict=True))

    @cached_property
    def country_codes(self) -> dict[str, str]:
        """Folded name, alpha-2 or alpha-3 code -> alpha-2 code."""
        codes = {fold_place(name): iso2 for iso2, name in self.country_names.items()}
        codes |= {iso2.lower(): iso2 for iso2 in self.country_names}
        codes |= {
            iso3.lower(): iso2 for iso2, iso3 in zip(self.country_names, self._column(b"iso3"), strict=True)
        }
        return codes | dict(place_words().countries)

    @cached_property
    def _us_states(self) -> dict[str, str]:
        return dict(zip(self._column(b"us_state"), self._column(b"us_state_name"), strict=True))

    @cached_property
    def region_codes(self) -> dict[str, dict[str, str]]:
        """Country -> folded name or letters of a region -> the region's code; US, CA, AU and GB only."""
        states = self._us_states
        us = {fold_place(name): code for code, name in states.items()}
        elsewhere = {iso2: dict(codes) for iso2, codes in place_words().regions.items()}
        return {"US": us | {code.lower(): code for code in states}, **elsewhere}

    @cached_property
    def region_names(self) -> dict[tuple[str, str], str]:
        """Country and region code -> the region's name."""
        us = {("US", code): name for code, name in self._us_states.items()}
        return {**us, **place_words().region_names}

    @cached_property
    def names(self) -> list[str]:
        """The name of each row."""
        return self._column(b"name")

    @cached_property
    def regions(self) -> list[str]:
        """First-order region of each row, where people use it to tell places apart; else empty."""
        return self._column(b"region")

    @cached_property
    def _points(self) -> list[str]:
        return self._column(b"point")

    @cached_property
    def _rows_by_key(self) -> dict[str, int | str]:
        found: dict[str, int | str] = dict(
            zip(map(str.lower, self.names), range(len(self.names)), strict=True)
        )
        found.update(zip(self._column(b"shared_key"), self._column(b"shared_rows"), strict=True))
        return found

    @cached_property
    def _zips(self) -> dict[str, str]:
        return dict(zip(self._column(b"zip"), self._column(b"zip_point"), strict=True))

    @cached_property
    def _blocks(self) -> tuple[list[str], list[int]]:
        return self._column(b"block_country"), list(map(int, self._column(b"block_start")))

    def keys(self) -> Iterable[str]:
        """Every folded name, for spelling advice."""
        return self._rows_by_key

    def rows_named(self, name: str) -> tuple[int, ...]:
        """Rows that bear the name, in any of its spellings."""
        found = self._rows_by_key.get(fold_place(name))
        if found is None:
            return ()
        return (found,) if isinstance(found, int) else tuple(map(int, found.split(",")))

    def point(self, row: int) -> tuple[float, float]:
        """Latitude and longitude of a row in degrees."""
        lat, lon, _ = self._points[row].split(" ")
        return int(lat) / UNITS_PER_DEGREE, int(lon) / UNITS_PER_DEGREE

    def population(self, row: int) -> int:
        """Inhabitants to the nearest hundred; 0 for a US post-office town."""
        return int(self._points[row].rpartition(" ")[2]) * 100

    def zip_point(self, code: str) -> tuple[float, float] | None:
        """Centroid of a US ZIP code in degrees."""
        found = self._zips.get(code)
        if found is None:
            return None
        lat, lon = found.split(" ")
        return int(lat) / UNITS_PER_DEGREE, int(lon) / UNITS_PER_DEGREE

    def iso2(self, row: int) -> str:
        """The country of a row."""
        countries, starts = self._blocks
        return countries[bisect_right(starts, row) - 1]

    @cached_property
    def boxes(self) -> dict[str, tuple[int, ...]]:
        """Country -> south, north, west and east end of its places, in whole degrees."""
        found = (tuple(map(int, box.split(" "))) for box in self._column(b"block_box"))
        return dict(zip(self._blocks[0], found, strict=True))

    def rows_of_country(self, iso2: str) -> range:
        """All rows of a country, the most populous first."""
        countries, starts = self._blocks
        if iso2 not in countries:
            return range(0)
        block = countries.index(iso2)
        return range(starts[block], (*starts, len(self.names))[block + 1])


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """Hand-kept spellings: of countries and regions (folded -> code), of places, and endings to drop."""

    countries: Mapping[str, str]
    regions: Mapping[str, Mapping[str, str]]
    region_names: Mapping[tuple[str, str], str]
    places: Mapping[str, tuple[str, str]]
    endings: Mapping[str, Sequence[str]]


@cache
def place_words() -> PlaceWords:
    """The hand-kept spellings."""
    table = tomllib.loads(files(FOLDER).joinpath(WORDS_FILE).read_text("utf-8"))
    regions = table["regions"]
    return PlaceWords(
        countries={fold_place(name): code for name, code in table["countries"].items()},
        regions={
            iso2: {fold_place(name): code for code, names in codes.items() for name in names}
            for iso2, codes in regions.items()
        },
        region_names={
            (iso2, code): names[0] for iso2, codes in regions.items() for code, names in codes.items()
        },
        places={fold_place(name): (real, iso2) for name, (real, iso2) in table["places"].items()},
        endings=table["endings"],
    )


@cache
def gazetteer() -> Gazetteer:
    """The table, read once when first asked for."""
    return Gazetteer(files(FOLDER).joinpath(FILE).read_bytes())
