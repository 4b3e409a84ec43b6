"""Made-up results, and every kind of figure drawn from them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from cimara.outcomes.causal.balance import Balance, balance
from cimara.outcomes.causal.propensity import propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weights import treatment_weights
from cimara.outcomes.comparisons.gray import gray_test
from cimara.outcomes.comparisons.log_rank import log_rank
from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.incidence_curve import AalenJohansenFit
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.curves.turnbull import TurnbullFit, turnbull
from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.figures.cumulative_events import plot_cumulative_events
from cimara.outcomes.figures.cumulative_incidence import plot_cumulative_incidence
from cimara.outcomes.figures.forest import plot_forest
from cimara.outcomes.figures.forest_rows import (
    ForestRow,
    ForestSection,
    RowKind,
    heterogeneity_sections,
    site_sections,
    subgroup_section,
)
from cimara.outcomes.figures.funnel import plot_site_funnel
from cimara.outcomes.figures.interval_boxes import plot_interval_boxes
from cimara.outcomes.figures.kaplan_meier import plot_kaplan_meier
from cimara.outcomes.figures.log_log import plot_log_log
from cimara.outcomes.figures.love import plot_love
from cimara.outcomes.figures.schoenfeld import plot_schoenfeld
from cimara.outcomes.figures.spider import plot_spider
from cimara.outcomes.figures.swimmer import plot_swimmer
from cimara.outcomes.figures.swimmer_facts import swimmer_lanes
from cimara.outcomes.figures.waterfall import plot_waterfall
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import ChiSquare, CoxFit
from cimara.outcomes.models.proportionality import proportionality
from cimara.outcomes.models.residuals import schoenfeld
from cimara.outcomes.pooling.funnel import Funnel, site_funnel
from cimara.outcomes.pooling.heterogeneity import Heterogeneity, heterogeneity
from cimara.outcomes.pooling.meta_analysis import SitePool, pool_sites
from cimara.outcomes.rows import CompetingRisks, IntervalCensored, Survival
from cimara.response import Policy, ResultTables, derive_study
from cimara.response.synth import SynthOptions, synth_study

ARMS = ("SRS + ADC", "SRS alone")
CAUSES = {1: "radiation necrosis", 2: "death"}


@cache
def cohort(n: int = 140) -> pl.DataFrame:
    """Follow-up in months with delayed entry, competing causes, ties and sites."""
    source = np.random.default_rng(7)
    arm, site = source.integers(0, 2, n), source.integers(0, 6, n)
    first, second = source.exponential(25 + 15 * arm, n), source.exponential(20, n)
    censored = source.uniform(4, 36, n)
    time = np.round(np.minimum(np.minimum(first, second), censored), 1) + 0.2
    status = np.where(first <= np.minimum(second, censored), 1, np.where(second <= censored, 2, 0))
    start = np.where(source.random(n) < 0.4, np.round(source.uniform(0, 1, n) * time * 0.6, 1), 0.0)
    return pl.DataFrame(
        {
            "start": start,
            "time": time,
            "status": status,
            "event": (status > 0).astype(np.int64),
            "arm": np.array(ARMS)[arm],
            "treated": arm,
            "age": source.normal(60, 9, n) + 3 * arm,
            "ecog": source.integers(0, 3, n),
            "site": np.array([f"Site {one}" for one in "ABCDEF"])[site],
        }
    )


@cache
def survival_rows(*, delayed: bool = False) -> Survival:
    return Survival.from_frame(
        cohort(),
        time="time",
        event="event",
        start="start" if delayed else None,
        group="arm",
        covariates=["treated", "age"],
        site="site",
        unit="months",
    )


@cache
def km(*, delayed: bool = False) -> KaplanMeierFit:
    return kaplan_meier(survival_rows(delayed=delayed))


@cache
def competing_rows(*, delayed: bool = False, grouped: bool = True) -> CompetingRisks:
    return CompetingRisks.from_frame(
        cohort(),
        time="time",
        status="status",
        causes=CAUSES,
        start="start" if delayed else None,
        group="arm" if grouped else None,
        unit="months",
    )


@cache
def incidence(*, delayed: bool = False, grouped: bool = True) -> AalenJohansenFit:
    return aalen_johansen(competing_rows(delayed=delayed, grouped=grouped))


@cache
def cox_fit() -> CoxFit:
    return cox(survival_rows())


@cache
def sites() -> Heterogeneity:
    return heterogeneity(survival_rows(), exposure="treated")


@cache
def pool() -> SitePool:
    source = np.random.default_rng(3)
    variances = source.uniform(0.03, 0.4, 9)
    return pool_sites(source.normal(-0.3, 0.4, 9), variances, sites=[f"Site {one}" for one in range(9)])


@cache
def funnel() -> tuple[Funnel, pl.DataFrame]:
    """Twelve sites, of which two have too few patients or events."""
    source = np.random.default_rng(5)
    events = np.array([3, 12, 40, 33, 25, 18, 60, 44, 8, 15, 22, 70])
    patients = np.array([30, 9, 80, 60, 51, 40, 99, 90, 20, 31, 40, 120])
    estimates = source.normal(-0.2, 1.6 / np.sqrt(events))
    estimates[-1] = 0.9
    names = [f"Site {one:02d}" for one in range(1, 13)]
    made = site_funnel(estimates, 2 / np.sqrt(events), target=-0.2, sites=names)
    return made, pl.DataFrame({"site": names, "n": patients, "events": events})


@cache
def balanced() -> Balance:
    rows = Treatment.from_frame(cohort(), treatment="treated", covariates=["age", "ecog"])
    return balance(treatment_weights(rows, propensity(rows)).applied_to(rows))


@cache
def intervals() -> TurnbullFit:
    time = cohort()["time"].to_numpy()[:50]
    lower = np.floor(time / 3) * 3
    upper = np.where(cohort()["event"].to_numpy()[:50] == 1, lower + 3, np.nan)
    upper[:3] = lower[:3] = [4.0, 7.0, 10.0]
    frame = pl.DataFrame({"lower": lower, "upper": upper, "arm": cohort()["arm"][:50]})
    named = frame.with_columns(pl.col("upper").fill_nan(None))
    return turnbull(IntervalCensored.from_frame(named, lower="lower", upper="upper", group="arm"))


POLICY = "rano_bm"


@cache
def responses() -> tuple[ResultTables, Policy, Facts]:
    """A made-up study's responses by RANO-BM, and its facts."""
    made = synth_study(SynthOptions(patients=26, seed=4))
    policy = Policy.preset(POLICY)
    tables = derive_study(made.study, policy)
    return tables, policy, Facts.from_response(tables, made.supplements)


def treatment_ends() -> pl.DataFrame:
    tables, _, _ = responses()
    return tables.timepoints.group_by("patient_id", maintain_order=True).agg(date=pl.col("date").max())


def subgroups() -> list[ForestSection]:
    def fitted(frame: pl.DataFrame) -> CoxFit:
        return cox(Survival.from_frame(frame, time="time", event="event", covariates=["treated"]))

    levels = {f"ECOG {one}": fitted(cohort().filter(pl.col("ecog") == one)) for one in range(3)}
    overall = ForestRow.of_fit("All patients", fitted(cohort()), "treated", kind=RowKind.DIAMOND)
    interaction = ChiSquare(2.1, 2, 0.35)
    return [
        ForestSection(rows=(overall,)),
        subgroup_section("Performance status", levels, "treated", interaction),
    ]


def competing(**options: Any) -> Any:
    tests = [gray_test(competing_rows(), cause=cause) for cause in CAUSES.values()]
    return plot_cumulative_incidence(incidence(), endpoint="radiation necrosis", gray=tests, **options)


FIGURES: dict[str, Callable[[], Any]] = {
    "kaplan_meier": lambda: plot_kaplan_meier(
        km(),
        endpoint="overall survival",
        hazard_ratio=cox_fit(),
        covariate="treated",
        log_rank=log_rank(survival_rows()),
    ),
    "kaplan_meier_narrow": lambda: plot_kaplan_meier(km(delayed=True), width=3.5),
    "cumulative_incidence": competing,
    "cumulative_incidence_narrow": lambda: competing(width=3.5),
    "cumulative_incidence_stacked": lambda: plot_cumulative_incidence(incidence(), layout="stacked"),
    "cumulative_incidence_one_group": lambda: plot_cumulative_incidence(incidence(grouped=False)),
    "forest_sites": lambda: plot_forest(heterogeneity_sections(sites()), favours=("SRS + ADC", "SRS alone")),
    "forest_pool": lambda: plot_forest(site_sections(pool()), notes=["τ² by REML."]),
    "forest_subgroups": lambda: plot_forest(subgroups()),
    "swimmer": lambda: plot_swimmer(swimmer_lanes(responses()[2])),
    "waterfall": lambda: plot_waterfall(*responses()[:2]),
    "spider": lambda: plot_spider(*responses()[:2], treatment_end=treatment_ends()),
    "spider_lesions": lambda: plot_spider(*responses()[:2], line="lesion"),
    "funnel": lambda: plot_site_funnel(*funnel()),
    "love": lambda: plot_love(balanced()),
    "schoenfeld": lambda: plot_schoenfeld(
        schoenfeld(survival_rows(), cox_fit()),
        cox_fit(),
        test=proportionality(survival_rows(), cox_fit()),
    ),
    "log_log": lambda: plot_log_log(km()),
    "cumulative_events": lambda: plot_cumulative_events(km(), endpoint="deaths"),
    "interval_boxes": lambda: plot_interval_boxes(intervals()),
}


@cache
def drawn_figure(name: str) -> Any:
    """Figure and data of that name, drawn once."""
    return FIGURES[name]()
