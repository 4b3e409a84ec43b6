"""A study as its sites run it: analyses that each can carry out in step, on one grid, in one roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from cimara.cohort.study.disclosure import Disclosure, default_limits
from cimara.cohort.study.keys import PublicKey
from cimara.federation.grid import Grid
from cimara.outcomes.contract import Summary
from cimara.outcomes.frame_columns import FloatArray

D_contra = TypeVar("D_contra", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rows of an analysis are at one site, or at all together: counts, asked for in step 0.

    Parameters
    ----------
    patients, rows
        Numbers of patients and of rows (lesions, intervals) that the analysis uses.
    events
        Events by cause; the first is the one that a regression is about.
    levels
        Patients at each level of each covariate and group that has levels: "covariate=level" -> patients.
    dropped
        Rows left out for an empty cell, by column.
    parameters
        Number of coefficients of the model; 0 for a curve or a count.
    largest
        Largest |x| of the scaled covariates here. It is judged here and never sent.
    units
        Ids of the patients here. They are compared here with earlier cohorts and never sent.
    exits, exits_with_event
        Rows that leave in each cell of the grid, by stratum (strata x cells), and those of them with an
        event; of regressions that sum by time alone (`cells.cell_counts`).
    """

    patients: int
    rows: int
    events: Mapping[str, int]
    levels: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    parameters: int = 0
    largest: float = 0.0
    units: frozenset[str] = frozenset()
    exits: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    exits_with_event: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    SCHEMA = "facts"

    @property
    def events_of_interest(self) -> int:
        """Events of the cause that a regression is about."""
        return next(iter(self.events.values()), 0)

    @property
    def plain(self) -> bool:
        """Whether sums of this site alone may be read, by the platform's thresholds."""
        least = {name: limit.value for name, limit in default_limits("site").items()}
        enough = not self.events or self.events_of_interest >= least["plain_events"]
        levels_large = all(patients >= least["plain_level"] for patients in self.levels.values())
        return self.patients >= least["patients"] and enough and levels_large

    def summary(self) -> Summary:
        """The counts as they are summed; names of levels, causes and columns come from the study file.

        `sites_with_level` counts the sites that have a patient at the level, `sites_plain` those whose own
        sums may be read.
        """
        levels = _array(self.levels)
        return Summary(
            self.SCHEMA,
            {
                "patients": np.array([self.patients], dtype=np.float64),
                "rows": np.array([self.rows], dtype=np.float64),
                "sites": np.array([float(self.patients > 0)]),
                "sites_plain": np.array([float(self.plain)]),
                "events": _array(self.events),
                "levels": levels,
                "sites_with_level": (levels > 0).astype(np.float64),
                "dropped": _array(self.dropped),
                "exits": self.exits,
                "exits_with_event": self.exits_with_event,
            },
        )


def _array(counts: Mapping[str, int]) -> FloatArray:
    return np.array(list(counts.values()), dtype=np.float64)


class Prepared(Protocol):
    """An analysis with the rows of one house (none at the coordinator's), kept for all rounds."""

    @property
    def facts(self) -> Facts:
        """Counts of these rows; at every house with the same names in the same order."""
        ...

    @property
    def times(self) -> FloatArray | None:
        """The study's grid in the unit of these rows, which lie on it; None for the exact grid."""
        ...

    def run(self, pooled: Summary) -> Any:
        """The result. What it learns of rows comes through `outcomes.contract.run`, so that every house does
        the same in step; `pooled` is the sum of all houses' `facts.summary()`."""
        ...


class Work(Protocol[D_contra]):
    """An analysis of a study."""

    @property
    def id(self) -> str: ...

    @property
    def estimator(self) -> str:
        """Id of a row of `estimators.ESTIMATORS`."""
        ...

    def prepare(self, data: D_contra) -> Prepared:
        """The analysis on the rows of a site. Raises FederationError (BAD_TABLE), never with values."""
        ...

    def empty(self) -> Prepared:
        """The analysis where there are no rows, with all names, levels and units of the study file."""
        ...


D = TypeVar("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class FederatedStudy(Generic[D]):
    """A study file, read and hashed, in the form that coordinator and sites need.

    Parameters
    ----------
    hash
        SHA-256 of the study file's canonical content; sites sign it.
    sites
        The roster, with the public keys that sites sign with.
    coordinators
        Public keys that orders may be signed with, by the name of the person or centre.
    signed
        Sites that have signed this hash.
    expires
        Last day (ISO 8601) on which the study may run; "" for none.
    masked
        Whether sums are masked; plain needs every site's policy to allow it too.
    supersedes
        Ids of jobs whose released cohorts this study replaces at its sites: a cohort of it may differ from
        one of theirs by a few patients. Sites agree to it by signing the study.
    """

    id: str
    hash: str
    analyses: Mapping[str, Work[D]]
    grid: Grid
    sites: Mapping[str, PublicKey]
    coordinators: Mapping[str, PublicKey]
    signed: frozenset[str]
    expires: str = ""
    masked: bool = True
    disclosure: Disclosure = field(default_factory=Disclosure)
    data_model: str = ""
    supersedes: frozenset[str] = frozenset()
