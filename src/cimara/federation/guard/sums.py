"""What every house checks of the sum of all sites (federation.md, 6.2): sites and coordinator alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import GridKind
from cimara.federation.guard.limits import site_limits, study_limits
from cimara.federation.site.policy import Thresholds
from cimara.federation.study import Facts, FederatedStudy
from cimara.outcomes.contract import Summary
from cimara.outcomes.large_cells import merged_cells, small_cells


def in_all(
    total: Summary,
    facts: Facts,
    study: FederatedStudy[Any],
    estimator: str,
    site: Thresholds | None = None,
) -> None:
    """Are there enough sites, patients and events for what is asked next?

    Sums of later rounds are of the same rows, so step 0 says all; it is judged before anything else is sent.

    Parameters
    ----------
    facts
        Those of this house (of no rows at the coordinator's), for the names of the counts.
    site
        Thresholds of a site that is stricter than the study.

    Raises
    ------
    FederationError
        TOO_FEW_SITES, TOO_FEW_PATIENTS, FEW_EVENTS_IN_ALL, TOO_MANY_PARAMETERS, SMALL_LEVEL_IN_ALL,
        PLAIN_SUMS, SMALL_CELLS; BROKEN_MESSAGE for a sum below this house's own part.
    """
    if total.schema != Facts.SCHEMA:
        return
    of_study = study_limits(study.disclosure)
    limits = of_study if site is None else site_limits(site, study.disclosure)
    own = facts.summary().sums
    if any((total.sums[name] < own[name]).any() for name in own):
        raise FederationError(Code.BROKEN_MESSAGE, "the sum of all sites is less than this site's own part")
    _check_sizes(total, facts, limits)
    _check_levels(total, facts, limits)
    kind = ESTIMATORS[estimator]
    if kind.by_site:
        _check_hidden(total)
    if kind.by_time and kind.regression and study.grid.kind is not GridKind.EXACT:
        _check_cells(total, of_study, limits)


def _check_hidden(total: Summary) -> None:
    if total.sums["sites"][0] - total.sums["sites_plain"][0] == 1:
        raise FederationError(
            Code.PLAIN_SUMS,
            "all sites but one may be shown by themselves, and what is left of the sum is that site's",
            hint="Leave out the comparison of sites, or take part with another small site.",
        )


def _check_sizes(total: Summary, facts: Facts, limits: Thresholds) -> None:
    sites, patients = float(total.sums["sites"][0]), float(total.sums["patients"][0])
    if sites < limits.sites:
        raise FederationError(
            Code.TOO_FEW_SITES, "too few sites have eligible patients", expected=f"{limits.sites:g} or more"
        )
    if patients < limits.patients:
        raise FederationError(Code.TOO_FEW_PATIENTS, "all sites together have too few eligible patients")
    counts = total.sums["events"]
    events = float(counts[0] if facts.parameters else counts.sum()) if counts.size else None
    if events is not None and events < limits.events:
        raise FederationError(
            Code.FEW_EVENTS_IN_ALL, "all sites together have too few events",
            expected=f"{limits.events:g} or more",
        )  # fmt: skip
    most = np.inf if events is None else limits.parameters_per_event * events
    if facts.parameters > most or patients - facts.parameters < limits.residual_freedom:
        raise FederationError(
            Code.TOO_MANY_PARAMETERS, f"{facts.parameters} coefficients are too many for the events",
            expected=f"at most {limits.parameters_per_event:g} an event, and "
            f"{limits.residual_freedom:g} residual degrees of freedom",
        )  # fmt: skip


def _check_levels(total: Summary, facts: Facts, limits: Thresholds) -> None:
    """A level that nobody has tells nothing of anybody; every other one needs enough patients and sites."""
    patients, sites = total.sums["levels"], total.sums["sites_with_level"]
    small = (patients > 0) & ((patients < limits.level) | (sites < limits.level_sites))
    if small.any():
        name = list(facts.levels)[int(np.argmax(small))]
        raise FederationError(
            Code.SMALL_LEVEL_IN_ALL,
            f"a level of {name.partition('=')[0]} has too few patients or sites",
            expected=f"{limits.level:g} patients of {limits.level_sites:g} sites at each level",
            hint="Put levels together in the study file.",
        )


def _check_cells(total: Summary, of_study: Thresholds, limits: Thresholds) -> None:
    """Every cell must be large enough after houses have merged small ones by the study's limits."""
    exits, events = total.sums["exits"], total.sums["exits_with_event"]
    if not exits.size:
        raise FederationError(
            Code.SMALL_CELLS, "who leaves in each cell of the grid was not counted before sums are asked"
        )
    for counted, happened in zip(exits, events, strict=True):
        ends = merged_cells(counted, happened, exits=of_study.cell_exits, events=of_study.cell_events)
        first = np.append(0, np.flatnonzero(np.diff(ends)) + 1)
        merged = np.add.reduceat(counted, first)[:, None], np.add.reduceat(happened, first)[:, None]
        if small_cells(*merged, exits=limits.cell_exits, events=limits.cell_events).any():
            raise FederationError(
                Code.SMALL_CELLS, "too few patients leave in a cell of the grid, or in a stratum",
                expected=f"{limits.cell_exits:g} in each cell",
                hint="Use a longer follow-up, fewer strata, or the baseline of each site (cox_strat).",
            )  # fmt: skip
