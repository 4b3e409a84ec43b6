"""Collects the endpoint uses of many trials into one atlas."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from cimara.terms.endpoint import CriteriaId, EndpointId
from cimara.trials.atlas.describe import BARE
from cimara.trials.atlas.digest import Digest
from cimara.trials.atlas.model import EndpointUse
from cimara.trials.atlas.read import endpoint_uses
from cimara.trials.atlas.selection import (
    EVERY_STUDY,
    Provenance,
    Selection,
    Source,
    describe,
    provenance_of,
    select,
)

if TYPE_CHECKING:
    from cimara.trials.search.query import Query

UNSORTED = BARE
"""Endpoints that reports leave out unless asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtlasRow:
    """One endpoint use of one trial; `note` marks a starter record, whose words aren't the registry's."""

    nct_id: str
    title: str
    use: EndpointUse
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """The endpoint uses of a population of trials.

    `n_studies` counts the population, `n_with_outcomes` those that list outcome measures, `n_measures` the
    measures; `population` is the population in words.
    """

    rows: tuple[AtlasRow, ...]
    n_studies: int
    n_with_outcomes: int
    n_measures: int
    population: str
    provenance: Provenance

    def of(self, *endpoints: EndpointId) -> tuple[AtlasRow, ...]:
        """The rows of some endpoints, in the atlas's order."""
        return tuple(row for row in self.rows if row.use.canonical in endpoints)

    def trial(self, nct_id: str) -> tuple[AtlasRow, ...]:
        """The rows of one trial."""
        return tuple(row for row in self.rows if row.nct_id == nct_id)

    def endpoints(self) -> tuple[EndpointId, ...]:
        """The endpoints that occur, in the order of the vocabulary."""
        found = {row.use.canonical for row in self.rows}
        return tuple(one for one in EndpointId if one in found)

    def naming(self, criteria: CriteriaId) -> tuple[str, ...]:
        """The trials in which any measure names the criteria."""
        found = (row.nct_id for row in self.rows if criteria in row.use.criteria)
        return tuple(number for number, _ in groupby(sorted(found)))


def atlas(source: Source, population: Selection | Query = EVERY_STUDY) -> Atlas:
    """Every endpoint that the trials of a population name, in order of registry number.

    The source is a snapshot, its digest or any studies, the population a selection or a search of the
    snapshot. Endpoints are read from the outcome measures anew, so that the atlas is always that of the
    present rules; a digest has them read already.
    """
    uses_of = source.uses_of if isinstance(source, Digest) else endpoint_uses
    studies = sorted(select(source, population), key=lambda study: study.nct_id)
    rows = (
        AtlasRow(
            nct_id=study.nct_id,
            title=study.brief_title,
            use=use,
            note=study.starter.note if study.starter else None,
        )
        for study in studies
        for use in uses_of(study)
    )
    return Atlas(
        rows=tuple(rows),
        n_studies=len(studies),
        n_with_outcomes=sum(bool(study.outcomes) for study in studies),
        n_measures=sum(len(study.outcomes) for study in studies),
        population=describe(population),
        provenance=provenance_of(source, studies),
    )
