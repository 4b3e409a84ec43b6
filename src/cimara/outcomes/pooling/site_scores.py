"""What each site adds to score and information of a stratified Cox model, and the tests that these allow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cimara.outcomes.contract import ContractError, Scope, State, Summary
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.models.cox_fit import ChiSquare, CoxFit, Ties
from cimara.outcomes.models.cox_result import chi_square, inverse_of_semidefinite
from cimara.outcomes.models.cox_stratified import cluster_products, likelihood_sums
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteScoresState(State):
    """Score (sites x p), information and cross-products of cluster scores (sites x p x p), n and events."""

    score: FloatArray
    information: FloatArray
    cross: FloatArray
    counts: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteScores:
    """Estimator, one round; each part is one site, and sends its own place of the arrays."""

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    sites: tuple[str, ...]
    ties: Ties
    robust: bool
    scope: Scope = Scope.WITHIN_PART

    def start(self) -> SiteScoresState:
        """Zeros."""
        sites, p = len(self.sites), len(self.names)
        matrices = np.zeros((sites, p, p))
        return SiteScoresState(
            score=np.zeros((sites, p)), information=matrices, cross=matrices, counts=np.zeros((sites, 2))
        )

    def summarise(self, rows: Survival, state: SiteScoresState) -> Summary:
        """Score and information of one site at the coefficients."""
        if not rows.n:
            zeros = ("score", "information", "cross", "counts")
            return Summary("site_scores", {name: np.zeros_like(getattr(state, name)) for name in zeros})
        place = self.sites.index(site_of(rows))
        evaluation = evaluate(risk_sets(rows), np.array(self.coefficients), self.ties)
        found = likelihood_sums(evaluation)
        sums = {name: getattr(state, name).copy() for name in ("score", "information", "cross", "counts")}
        sums["score"][place] = found["score"]
        sums["information"][place] = found["information"]
        sums["counts"][place] = rows.n, rows.event.sum()
        if self.robust:
            sums["cross"][place] = cluster_products(rows, evaluation)
        return Summary("site_scores", sums)

    def update(self, total: Summary, state: SiteScoresState) -> SiteScoresState:
        """The sums are the result."""
        return replace(state, round=1, finished=True, **total.sums)

    def result(self, state: SiteScoresState) -> SiteScoresState:
        """The sums by site."""
        return state

    def site_test(
        self, state: SiteScoresState, exposure: int, active: BoolArray, whole: FloatArray | None = None
    ) -> ChiSquare:
        """Score test that the exposure's coefficient is the same in all sites.

        With U_k, I_k of site k at the common estimate, the score of site k's own coefficient is U_k[j] and
        its covariance given the common ones I_kk[j, j] d_kl - I_k[j, :] I^-1 I_l[:, j]. Robust: the
        generalised score test (Boos 1992, eq. 12). A site that says nothing takes no degree of freedom;
        `whole` is the information of all sites then (`whole_information`).
        """
        own = np.flatnonzero(active)
        total = (state.information.sum(axis=0) if whole is None else whole)[np.ix_(own, own)]
        row = state.information[:, exposure, :][:, own]
        given = row @ np.linalg.inv(total)
        score = state.score[:, exposure]
        if not self.robust:
            variance = np.diag(state.information[:, exposure, exposure]) - given @ row.T
        else:
            within = state.cross[:, exposure, :][:, own]
            middle = state.cross.sum(axis=0)[np.ix_(own, own)]
            shared = given @ within.T
            variance = np.diag(state.cross[:, exposure, exposure]) - shared - shared.T
            variance += given @ middle @ given.T
        inverse, rank = inverse_of_semidefinite((variance + variance.T) / 2)
        return chi_square(float(score @ inverse @ score), rank)


def whole_information(state: SiteScoresState, fit: CoxFit) -> FloatArray:
    """Information (p x p) of all sites at the estimate, those included that say nothing of themselves."""
    total = np.asarray(state.information.sum(axis=0))
    if state.counts[:, 0].sum() < fit.n:
        own = np.ix_(fit.estimable, fit.estimable)
        total[own] = np.linalg.inv(fit.model_covariance[own])
    return total


def site_of(rows: Survival) -> str:
    """The one site of a part."""
    if rows.site is None:
        raise ContractError("no site column was named", where="site", hint="Say site= when rows are made.")
    present = np.unique(rows.site.codes) if rows.n else np.arange(len(rows.site.levels))
    if len(present) != 1:
        raise ContractError("a part with rows of several sites", where="site", expected="one part a site")
    return rows.site.levels[int(present[0])]
