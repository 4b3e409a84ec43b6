"""What a site checks before anything leaves it, and what every house checks of a sum (federation.md, 6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import GridKind
from cimara.federation.guard.differencing import near_misses
from cimara.federation.guard.limits import site_limits
from cimara.federation.guard.orders import check_order
from cimara.federation.guard.shapes import check_shape
from cimara.federation.guard.sums import in_all
from cimara.federation.guard.verified_state import (
    State,
    in_trust_region,
    newton_rounds,
    read_state,
    same_grid,
    same_state,
)
from cimara.federation.messages.kinds import Order, Query
from cimara.federation.reports.kinds import SITES
from cimara.federation.site.ledger import SUM, Cohort, Ledger
from cimara.federation.site.policy import Policy, Thresholds
from cimara.federation.study import Facts, FederatedStudy, Work
from cimara.outcomes.contract import Summary

SLOTS = "site_scores"
"""Sums with a place for each site. A site that is left out there has no fit of its own asked for later."""
FITS = "at_once"
"""Sums of fits of each site alone; `report_sites` asks them of every site, others of shown ones alone."""
MOST_STEPS = 200
"""Rounds of an analysis that fits several models; each of them may take `Thresholds.rounds`."""

__all__ = ["Guard", "in_all"]


class Guard:
    """A site's checks of one message, under its policy as it is now.

    Each raises FederationError; nothing may leave after one has. The ledger is written by `cohort` and
    `total`; the rest is noted by who sends and refuses.
    """

    def __init__(self, study: FederatedStudy[Any], policy: Policy, ledger: Ledger, site: str) -> None:
        self._study, self._policy, self._ledger, self._site = study, policy, ledger, site
        self._limits = site_limits(policy.thresholds, study.disclosure)
        self._order: Order | None = None

    def order(self, order: Order, now: datetime) -> None:
        """May this job run here? Keep the order for what follows.

        Raises
        ------
        FederationError
            UNKNOWN_STUDY, ALTERED_STUDY, UNSIGNED_STUDY, EXPIRED_STUDY, STOPPED_BY_SITE, LOOSENED_POLICY,
            UNKNOWN_ANALYSIS, NOT_A_MEMBER, TOO_FEW_SITES, PLAIN_SUMS, CLOCK.
        """
        check_order(order, self._study, self._policy, self._limits, site=self._site, now=now)
        self._order = order

    def cohort(self, analysis: str, facts: Facts, data_version: str, job: str) -> None:
        """May these patients be asked about, after all that was answered before? Notes them if so.

        Cohorts of one masked job may differ by a few patients of this site: all its analyses have the same
        sites and data, so that only differences of sums over all sites can be made. Those are judged by
        `total`, when the patients of all sites are known.

        Raises
        ------
        FederationError
            TOO_MANY_JOBS, OTHER_ROSTER, DIFFERENCING.
        """
        new = self._cohort(analysis, facts, data_version, job)
        earlier = [one for one in self._ledger.released_cohorts() if one.job not in self._study.supersedes]
        asked = {
            one.job
            for one in earlier
            if (one.study, one.analysis, one.data_version) == (new.study, analysis, data_version)
        } - {job}
        if len(asked) >= self._limits.jobs:
            raise FederationError(
                Code.TOO_MANY_JOBS,
                f"analysis {analysis} was answered in {len(asked)} jobs on this version of the data",
                hint="Use the results of those jobs, or resume one of them.",
            )
        self._check_rosters(new, earlier)
        self._check_differences(new, earlier, pooled=False)
        self._ledger.write_cohort(
            new.units, job=job, study=new.study, analysis=analysis, estimator=new.estimator,
            data_version=data_version, roster=list(new.roster),
        )  # fmt: skip

    def step(self, query: Query, own_state: bytes | None, wanted_step: int) -> None:
        """Is this the next round, at the state that this site worked out itself?

        Parameters
        ----------
        own_state
            `contract.to_bytes` of the state here, None in step 0.

        Raises
        ------
        FederationError
            OLD_ROUND, TOO_MANY_ROUNDS, OUTSIDE_TRUST_REGION, OTHER_GRID, NOT_THE_NEXT_STEP.
        """
        _check_step(query, wanted_step)
        announced = query.state.tobytes()
        if own_state is None or not announced:
            if own_state is not None or announced:
                raise _not_next()
            return
        own = read_state(own_state)
        self._check_state(own if announced == own_state else read_state(announced), own)

    def _check_state(self, told: State, own: State) -> None:
        if max(newton_rounds(told), newton_rounds(own)) >= self._limits.rounds:
            raise FederationError(
                Code.TOO_MANY_ROUNDS, f"more than {self._limits.rounds:g} Newton rounds",
                hint="A model that takes so many has too few events for its coefficients.",
            )  # fmt: skip
        if not in_trust_region(told, self._limits.coefficient):
            raise FederationError(
                Code.OUTSIDE_TRUST_REGION, "coefficient outside the trust region",
                expected=f"at most {self._limits.coefficient:g} on scaled covariates",
            )  # fmt: skip
        if not same_grid(told, own):
            raise FederationError(Code.OTHER_GRID, "the grid of the query is not the study's")
        if not same_state(told, own):
            raise _not_next()

    def total(self, analysis: str, total: Summary, facts: Facts, job: str) -> None:
        """May the analysis go on from this sum of all sites? Notes the counts of step 0.

        Raises
        ------
        FederationError
            As `in_all`; DIFFERENCING.
        """
        in_all(total, facts, self._study, self._study.analyses[analysis].estimator, self._policy.thresholds)
        if total.schema != Facts.SCHEMA:
            return
        patients = float(total.sums["patients"][0])
        all_plain = bool(total.sums["sites_plain"][0] == total.sums["sites"][0])
        earlier = self._ledger.released_cohorts()
        own = next((one for one in earlier if (one.job, one.analysis) == (job, analysis)), None)
        if own is not None:
            others = [one for one in earlier if one.job == job and one.analysis != analysis]
            new = replace(own, patients=patients)
            self._check_differences(new, others, pooled=True)
        self._ledger.write(
            decision=SUM, job=job, study=self._study.id, analysis=analysis, patients=patients,
            sites=float(total.sums["sites"][0]), all_plain=all_plain,
        )  # fmt: skip

    def outgoing(
        self, work: Work[Any], facts: Facts, summary: Summary, shape: Summary, masked: bool
    ) -> Summary:
        """What may leave of a round: the summary, or zeros of a site that is not shown by itself.

        Parameters
        ----------
        shape
            What the same round gives for no rows.

        Raises
        ------
        FederationError
            TOO_FEW_PATIENTS, OUTSIDE_TRUST_REGION, WRONG_SHAPE, EVENT_TIMES, PLAIN_SUMS, TOO_FEW_EVENTS,
            SMALL_LEVEL.
        """
        if 0 < facts.patients < self._limits.patients:
            raise FederationError(
                Code.TOO_FEW_PATIENTS, f"site has fewer than {self._limits.patients:g} eligible patients"
            )
        if facts.largest > self._limits.covariate:
            raise FederationError(
                Code.OUTSIDE_TRUST_REGION, "a scaled covariate is outside the trust region",
                expected=f"at most {self._limits.covariate:g}",
                hint="Its unit may be wrong, or its centre and scale in the study file.",
            )  # fmt: skip
        check_shape(summary, shape, "what this site made")
        self._check_times(work, summary)
        in_slots = ESTIMATORS[work.estimator].by_site and summary.schema == SLOTS
        fitted = work.estimator == SITES and summary.schema == FITS
        if in_slots and not facts.plain:
            return _zeros(summary)
        if facts.patients and (in_slots or fitted or not masked):
            self._check_plain(facts, fitted=fitted)
        return summary

    def _cohort(self, analysis: str, facts: Facts, data_version: str, job: str) -> Cohort:
        return Cohort(
            job=job,
            study=self._study.id,
            analysis=analysis,
            estimator=self._study.analyses[analysis].estimator,
            data_version=data_version,
            roster=tuple(sorted(self._order.roster if self._order else self._study.sites)),
            units=self._ledger.unit_ids(facts.units),
        )

    def _check_rosters(self, new: Cohort, earlier: list[Cohort]) -> None:
        """Sums over rosters that differ by one or two sites differ by the sums of those sites."""
        for one in earlier:
            apart = set(one.roster) ^ set(new.roster)
            if not 0 < len(apart) < self._limits.sites:
                continue
            if len(one.units ^ new.units) >= self._limits.difference:
                continue
            kinds = [ESTIMATORS[name] for name in (one.estimator, new.estimator)]
            if one.all_plain and not any(kind.by_time or kind.by_site for kind in kinds):
                continue
            raise FederationError(
                Code.OTHER_ROSTER,
                f"job {one.job} asked about these patients with {len(apart)} other sites more or fewer",
                hint="The sums of those sites would follow. Resume that job with all its sites.",
            )

    def _check_differences(self, new: Cohort, earlier: list[Cohort], *, pooled: bool) -> None:
        shown = {one.units for one in (new, *earlier) if ESTIMATORS[one.estimator].by_site}
        for miss in near_misses(new, earlier, self._limits.difference):
            if self._only_in_sums(new, miss.cohorts, shown) and (
                not pooled or miss.pooled >= self._limits.difference
            ):
                continue
            told = " and ".join(dict.fromkeys(f"job {one.job}" for one in miss.cohorts))
            raise FederationError(
                Code.DIFFERENCING,
                f"cohort differs from {told} by fewer than {self._limits.difference:g} patients",
                where=new.analysis,
                hint="Ask about the same patients, wait for more of them, or name the earlier job in "
                "`supersedes` of the study file and have it signed.",
            )

    def _only_in_sums(self, new: Cohort, others: tuple[Cohort, ...], shown: set[frozenset[str]]) -> bool:
        """Whether what these cohorts differ by can be seen in masked sums of one job alone.

        A difference at this site follows only where the sums of all of them are shown by site: of one that
        is masked nothing but the sum over all sites is known.
        """
        masked = self._order.masked if self._order else self._study.masked
        return (
            masked
            and all(one.job == new.job for one in others)
            and not all(one.units in shown for one in (new, *others))
        )

    def _check_times(self, work: Work[Any], summary: Summary) -> None:
        exact = self._study.grid.kind is GridKind.EXACT and ESTIMATORS[work.estimator].by_time
        if (exact or summary.unions) and not self._policy.allow_event_times:
            raise FederationError(
                Code.EVENT_TIMES, "the analysis would send days on which events happened", where=work.id,
                expected="a grid in the study file, or `allow_event_times = true` in every cimara_site.toml",
            )  # fmt: skip

    def _check_plain(self, facts: Facts, *, fitted: bool) -> None:
        """Sums of this site alone; those of a fit of its own need events for each coefficient."""
        limits = self._limits
        if not self._policy.allow_plain:
            raise FederationError(
                Code.PLAIN_SUMS, "sums of this site alone could be read",
                expected="`allow_plain = true` in cimara_site.toml",
            )  # fmt: skip
        needed = limits.plain_events
        if fitted or limits.plain_events_per_parameter > Thresholds.default().plain_events_per_parameter:
            needed = max(needed, limits.plain_events_per_parameter * facts.parameters)
        if facts.events and facts.events_of_interest < needed:
            raise FederationError(
                Code.TOO_FEW_EVENTS, f"site has fewer than {needed:g} events, and its sums could be read"
            )
        for level, patients in facts.levels.items():
            if patients < limits.plain_level:
                raise FederationError(
                    Code.SMALL_LEVEL,
                    f"covariate {level.partition('=')[0]} has a level below {limits.plain_level:g} patients",
                )


def _check_step(query: Query, wanted: int) -> None:
    if query.step != wanted:
        raise FederationError(
            Code.OLD_ROUND if query.step < wanted else Code.NOT_THE_NEXT_STEP,
            f"the query is of step {query.step}",
            expected=f"step {wanted}",
        )
    if query.step > MOST_STEPS:
        raise FederationError(Code.TOO_MANY_ROUNDS, "too many rounds of one analysis")


def _zeros(summary: Summary) -> Summary:
    return Summary(summary.schema, {name: values * 0.0 for name, values in summary.sums.items()})


def _not_next() -> FederationError:
    return FederationError(
        Code.NOT_THE_NEXT_STEP, "query is not the next step of the analysis, as this site worked it out",
        hint="Coordinator and site may run different versions of CIMARa: `cimara federation doctor` tells.",
    )  # fmt: skip
