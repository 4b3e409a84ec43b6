"""Which studies a report is about, and what the file that they come from says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from cimara.terms.errors import CimaraError
from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus, Phase, StudyType
from cimara.terms.tumour import is_within
from cimara.trials.atlas.digest import Digest
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study

if TYPE_CHECKING:
    from cimara.trials.search.query import Query


class SelectionError(CimaraError):
    """A population that can't be selected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A population of studies; an empty field takes every study.

    `tumours` are ids of the vocabulary and take their kinds, too (lung takes NSCLC). A study of two phases
    is taken by either. `numbers` are registry numbers. `first_year` and `last_year` bound the year of start,
    both included; with either, a study without a start date is left out.
    """

    tumours: frozenset[str] = frozenset()
    phases: frozenset[Phase] = frozenset()
    statuses: frozenset[OverallStatus] = frozenset()
    study_types: frozenset[StudyType] = frozenset()
    countries: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    first_year: int | None = None
    last_year: int | None = None

    def takes(self, study: Study) -> bool:
        """Whether the study belongs to the population."""
        return (
            (not self.numbers or study.nct_id in self.numbers)
            and (not self.phases or bool(self.phases.intersection(study.phases)))
            and (not self.statuses or study.overall_status in self.statuses)
            and (not self.study_types or study.study_type in self.study_types)
            and (not self.tumours or self._takes_tumour(study))
            and (not self.countries or any(site.iso2 in self.countries for site in study.sites))
            and (not self.bounds_years or self._takes_year(study))
        )

    @property
    def bounds_years(self) -> bool:
        """Whether only some years are taken."""
        return self.first_year is not None or self.last_year is not None

    def _takes_year(self, study: Study) -> bool:
        if not study.start:
            return False
        year = int(study.start[:4])
        return (self.first_year is None or year >= self.first_year) and (
            self.last_year is None or year <= self.last_year
        )

    def _takes_tumour(self, study: Study) -> bool:
        return any(is_within(one, wanted) for one in study.tumours for wanted in self.tumours)

    def describe(self) -> str:
        """The population in words."""
        parts = [
            f"{name} {', '.join(sorted(values))}"
            for name, values in (
                ("tumour", self.tumours),
                ("phase", self.phases),
                ("status", self.statuses),
                ("type", self.study_types),
                ("country", self.countries),
            )
            if values
        ]
        if self.numbers:
            parts.append(f"{len(self.numbers)} named trials")
        if self.first_year is not None:
            parts.append(f"start in {self.first_year} or later")
        if self.last_year is not None:
            parts.append(f"start in {self.last_year} or earlier")
        return "; ".join(parts) or "all trials of the snapshot"


EVERY_STUDY = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the studies come from: data date (ISO), content hash, attribution, note on starter records."""

    data_date: str | None = None
    content_hash: str | None = None
    reader_version: str | None = None
    rules_hash: str | None = None
    attribution: str | None = None
    starter_note: str | None = None

    def describe(self) -> str:
        """One sentence for a caption."""
        date = f"Data of {self.data_date}" if self.data_date else "Data of unknown date"
        digest = f"snapshot {self.content_hash[:16]}" if self.content_hash else "no snapshot"
        parts = [f"{date}, {digest}"]
        if self.attribution:
            parts.append(self.attribution.rstrip("."))
        if self.starter_note:
            parts.append(self.starter_note.rstrip("."))
        return ". ".join(parts) + "."


Source = Snapshot | Digest | Iterable[Study]


def provenance_of(source: Source, studies: Iterable[Study]) -> Provenance:
    """What the source says of itself; starter records among the studies are noted."""
    note = next((study.starter.note for study in studies if study.starter), None)
    if not isinstance(source, (Snapshot, Digest)):
        return Provenance(starter_note=note)
    meta = source.meta
    return Provenance(
        data_date=meta.data_date,
        content_hash=meta.content_hash,
        reader_version=meta.reader_version,
        rules_hash=meta.rules_hash,
        attribution=meta.attribution,
        starter_note=note,
    )


def select(source: Source, population: Selection | Query = EVERY_STUDY) -> Iterator[Study]:
    """The studies of the source that belong to the population: a selection, or whatever a search finds.

    Raises
    ------
    SelectionError
        When a search is asked of anything but a snapshot.
    """
    if not isinstance(population, Selection):
        if not isinstance(source, Snapshot):
            raise SelectionError("a search needs a snapshot", expected="a Selection, or a snapshot to search")
        return _found(source, population)
    studies = source.studies() if isinstance(source, (Snapshot, Digest)) else source
    return (study for study in studies if population.takes(study))


def undated(source: Source, population: Selection) -> int:
    """How many studies the bounds on years leave out because they give no start date; 0 without bounds."""
    if not population.bounds_years:
        return 0
    any_year = replace(population, first_year=None, last_year=None)
    return sum(not study.start for study in select(source, any_year))


def _found(snapshot: Snapshot, query: Query) -> Iterator[Study]:
    from cimara.trials.search.query import MAX_PAGE, Page

    cursor: str | None = None
    while True:
        page = snapshot.search(replace(query, page=Page(MAX_PAGE, cursor)))
        yield from snapshot.studies(tuple(hit.row_id for hit in page.hits))
        cursor = page.cursor
        if cursor is None:
            return


def describe(population: Selection | Query) -> str:
    """The population in words."""
    if isinstance(population, Selection):
        return population.describe()
    asked = {field.name: getattr(population, field.name) for field in fields(population)}
    shown = [
        f"{name} {', '.join(sorted(map(str, value))) if isinstance(value, frozenset) else value}"
        for name, value in asked.items()
        if value and name not in ("sort", "page")
    ]
    return "; ".join(("found by search", *shown))


def resolve_numbers(snapshot: Snapshot, numbers: Iterable[str]) -> tuple[NctId, ...]:
    """The current registry numbers of numbers or aliases, in the order given.

    Raises
    ------
    UnknownStudyError
        When the snapshot has no such study.
    """
    return tuple(snapshot.study(number).nct_id for number in numbers)
