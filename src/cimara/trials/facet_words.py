"""Words by which the head index is filtered: policies, phases, tumours, countries and places as index terms.

A filter that is a term of the full-text index is intersected inside it, in milliseconds at half a million
studies, where a join of a common word with a rare filter would walk every match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import cos, floor, radians

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, StudyType
from cimara.terms.tumour import ancestors
from cimara.trials.facets import code, phases_of, sponsor_class_code
from cimara.trials.study import Study

MARK = "zq"
"""Begins every facet word; no word of a title or condition does."""

METASTASES = frozenset({"brain_metastases", "leptomeningeal_disease"})
WIDE = frozenset({"brain_tumour", "any_solid", "any_cancer"})
ANY_PRIMARY_WORD = f"{MARK}y"
"""Borne by studies of brain metastases or leptomeningeal disease that name no primary tumour."""

_GRIDS = (1, 10)
"""Degrees of a cell's side: fine ones for what is near, coarse ones for a continent."""
MAX_CELLS = 120
KM_PER_DEGREE = 111.2
"""Of latitude, rounded up, so that cells cover a circle and a little more."""


def facet_words(study: Study) -> str:
    """The facet words of a study that has been read, parted by spaces."""
    return " ".join(dict.fromkeys(" ".join(_words(study)).split()))


def _words(study: Study) -> Iterator[str]:
    if study.eligibility is not None:
        yield brm_word(study.eligibility.brm_policy)
        yield lmd_word(study.eligibility.lmd_policy)
    yield type_word(study.study_type)
    yield sponsor_word(study.sponsor_class)
    yield from (phase_word(place) for place in {code(phase) for phase in study.phases})
    yield from _tumour_words(study.tumours)
    if not study.sites:
        yield unplaced_word(None)
    for site in study.sites:
        status = site.status or study.overall_status
        yield _site_words(site.iso2, site.lat, site.lon, status is OverallStatus.RECRUITING)


@lru_cache(maxsize=65_536)
def _site_words(iso2: str | None, lat: float | None, lon: float | None, is_open: bool) -> str:
    country = f"{country_word(iso2)} " if iso2 else ""
    if lat is None or lon is None:
        return country + unplaced_word(iso2)
    return country + " ".join(cell_word(lat, lon, degrees, is_open=is_open) for degrees in _GRIDS)


def _tumour_words(tumours: Sequence[str]) -> Iterator[str]:
    yield from map(tumour_word, sorted(frozenset[str]().union(*map(ancestors, tumours))))
    yield from map(named_word, tumours)
    if METASTASES.intersection(tumours) and METASTASES.union(WIDE).issuperset(tumours):
        yield ANY_PRIMARY_WORD


def brm_word(policy: BrmPolicy) -> str:
    """The word of a brain-metastasis policy."""
    return f"{MARK}b{code(policy)}"


def lmd_word(policy: LmdPolicy) -> str:
    """The word of a leptomeningeal policy."""
    return f"{MARK}l{code(policy)}"


def phase_word(place: int) -> str:
    """The word of the phase at that place of `Phase`."""
    return f"{MARK}p{place}"


def phase_words(bits: int) -> list[str]:
    """The words of a mask of phases."""
    return [phase_word(code(phase)) for phase in phases_of(bits)]


def type_word(kind: StudyType | None) -> str:
    """The word of a kind of study, or of a missing one."""
    return f"{MARK}s{code(kind) + 1}"


def sponsor_word(sponsor_class: str | None) -> str:
    """The word of a sponsor's class, or of a missing one."""
    return f"{MARK}a{sponsor_class_code(sponsor_class) + 1}"


def tumour_word(tumour_id: str) -> str:
    """The word of a tumour; a study bears those of its tumours and of every wider one."""
    return f"{MARK}t{tumour_id.replace('_', '')}"


def named_word(tumour_id: str) -> str:
    """The word of a tumour that a study names itself, not only a kind of it."""
    return f"{MARK}d{tumour_id.replace('_', '')}"


def country_word(iso2: str) -> str:
    """The word of a country with a site."""
    return f"{MARK}c{iso2.lower()}"


def unplaced_word(iso2: str | None) -> str:
    """The word of a site without coordinates, by its country; without one, of a place that isn't known."""
    return f"{MARK}n{(iso2 or '').lower()}"


def cell_word(lat: float, lon: float, degrees: int, *, is_open: bool) -> str:
    """The word of the grid cell around a site, apart for open sites and others."""
    row, column = floor((lat + 90) / degrees), floor((lon + 180) / degrees)
    return _cell(row, column % (360 // degrees), degrees, is_open)


def _cell(row: int, column: int, degrees: int, is_open: bool) -> str:
    return f"{MARK}{'o' if is_open else 'x'}{degrees}r{row}c{column}"


def cells_around(lat: float, lon: float, km: float) -> list[str] | None:
    """Words of the cells, of open sites and of others, that a circle may touch; None when too many."""
    for degrees in _GRIDS:
        cells = list(_cells(lat, lon, km, degrees))
        if len(cells) <= MAX_CELLS:
            return [
                _cell(row, column, degrees, is_open) for row, column in cells for is_open in (True, False)
            ]
    return None


def _cells(lat: float, lon: float, km: float, degrees: int) -> Iterable[tuple[int, int]]:
    reach = km / KM_PER_DEGREE + 0.05
    south, north = max(lat - reach, -90.0), min(lat + reach, 90.0)
    widest = cos(radians(max(abs(south), abs(north))))
    columns_round = 360 // degrees
    wide = reach / widest if widest > 1e-6 else 360.0
    first, last = floor((lon - wide + 180) / degrees), floor((lon + wide + 180) / degrees)
    columns = range(columns_round) if last - first >= columns_round else range(first, last + 1)
    for row in range(floor((south + 90) / degrees), floor((north + 90) / degrees) + 1):
        for column in columns:
            yield row, column % columns_round
