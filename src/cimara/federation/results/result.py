"""What people get of an analysis over hospitals: estimate, tables and curve, and how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.exchange import Done
from cimara.federation.grid import Grid
from cimara.federation.results.methods import Told, methods_text, warnings_of
from cimara.federation.results.released import (
    released_curve,
    released_panel,
    released_tables,
    rules_applied,
    shown_count,
)
from cimara.federation.study import Facts, FederatedStudy, Work
from cimara.outcomes.contract import Summary
from cimara.outcomes.report.code_hash import code_hash

CODE = ("outcomes", "federation", "cohort/study", "terms", "data", "__init__.py")
"""Parts of the package that decide what a federated result is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """One analysis over all sites.

    Parameters
    ----------
    value
        The result object of `cimara.outcomes`, as the pooled rows give it; for the coordinating centre, and
        not to be handed out as it is.
    rounds
        Rounds that were asked, the counts of the cohort included.
    hashes
        SHA-256 of the study, of the code and of each site's rows ("data NL01").
    bytes
        Bytes that each site sent in the whole job.
    patients, events
        Over all sites; `shown_patients` and `shown_events` are what may be seen of them.
    """

    study: str
    analysis: str
    estimator: str
    job: str
    value: Any
    rounds: int
    sites: tuple[str, ...]
    masked: bool
    grid: Grid
    limits: Disclosure
    hashes: Mapping[str, str]
    bytes: Mapping[str, int]
    patients: int
    events: int
    dropped: Mapping[str, int]

    @classmethod
    def of(
        cls,
        study: FederatedStudy[Any],
        work: Work[Any],
        done: Done,
        *,
        counts: Summary,
        job: str,
        sites: tuple[str, ...],
        masked: bool,
        versions: Mapping[str, str],
        sent: Mapping[str, int],
    ) -> Result:
        """The result of a finished analysis, with the sum of all sites' counts (step 0)."""
        names = work.empty().facts
        return cls(
            study=study.id,
            analysis=work.id,
            estimator=work.estimator,
            job=job,
            value=done.result,
            rounds=done.steps,
            sites=sites,
            masked=masked,
            grid=study.grid,
            limits=study.disclosure,
            hashes={"study": study.hash, "code": code_hash(CODE)}
            | {f"data {site}": version for site, version in versions.items()},
            bytes=dict(sent),
            patients=round(float(counts.sums["patients"][0])),
            events=_events(counts, names),
            dropped=_named_counts(names.dropped, counts, "dropped"),
        )

    @property
    def table(self) -> pl.DataFrame | None:
        """The first of `tables`; None where the analysis has only a curve."""
        return next(iter(self.tables.values()), None)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables that may be seen, by name."""
        return released_tables(self.value, self.limits)

    @property
    def curve(self) -> pl.DataFrame | None:
        """The steps of its curves that may be seen; None where it has none."""
        return released_curve(self.value, self.limits)

    @property
    def site_panel(self) -> pl.DataFrame | None:
        """What may be seen site by site; None where the analysis tells nothing of single sites."""
        return released_panel(self.value, self.limits)

    @property
    def disclosure(self) -> tuple[str, ...]:
        """The rules of release that were applied, in words."""
        return rules_applied(self.value, self.limits)

    @property
    def shown_patients(self) -> int | None:
        """Patients of all sites, rounded; None for too few."""
        return shown_count(self.patients, self.limits)

    @property
    def shown_events(self) -> int | None:
        """Events of all sites, rounded; None for too few."""
        return shown_count(self.events, self.limits)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know: codes of the estimator's warnings with their columns, and of the grid."""
        return warnings_of(self.value, self.grid, ESTIMATORS.get(self.estimator))

    def methods_text(self) -> str:
        """A paragraph for the methods section of a paper, in plain English."""
        return methods_text(
            Told(
                study=self.study,
                study_hash=self.hashes["study"],
                sites=self.sites,
                patients=self.shown_patients,
                events=self.shown_events,
                dropped={name: shown_count(count, self.limits) for name, count in self.dropped.items()},
                rounds=self.rounds,
                masked=self.masked,
                grid=self.grid,
                kind=ESTIMATORS.get(self.estimator),
                value=self.value,
                rules=self.disclosure,
                warnings=self.warnings,
            )
        )

    def write(self, folder: Path) -> None:
        """Write results.json, a CSV file for each table, and index.html, one page, into a new folder."""
        from cimara.federation.results.files import write_result

        write_result(self, folder)


def _events(counts: Summary, names: Facts) -> int:
    """Of the cause that a regression is about, of all causes otherwise."""
    events = counts.sums["events"]
    return round(float(events[0] if names.parameters and events.size else events.sum()))


def _named_counts(names: Mapping[str, int], counts: Summary, what: str) -> dict[str, int]:
    return {name: round(float(count)) for name, count in zip(names, counts.sums[what], strict=True)}
