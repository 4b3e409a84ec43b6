"""Runs the comparison of sites: whether they agree on the exposure of another analysis."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from cimara.cohort.study.disclosure import default_limits
from cimara.outcomes.figures.forest import plot_forest
from cimara.outcomes.figures.forest_rows import site_sections
from cimara.outcomes.frame_columns import BoolArray, Labels
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.pooling.heterogeneity import Heterogeneity, heterogeneity
from cimara.outcomes.report.drawing import drawings
from cimara.outcomes.report.findings import Covariance, Estimate, Findings, Sheet, finite
from cimara.outcomes.report.numbers import p_value
from cimara.outcomes.report.plan_words import FigureKind
from cimara.outcomes.report.shown_sites import shown_sites
from cimara.outcomes.report.task import Task
from cimara.outcomes.report.wording import (
    cause_label,
    contrast_label,
    counted_text,
    covariate_label,
    level_text,
    ratio_text,
    told_options,
    with_level,
)
from cimara.outcomes.rows import Survival

LEVEL = 0.95


def run_heterogeneity(task: Task) -> Findings:
    """Interaction of site and exposure, estimates by site, and their mean beside the stratified fit."""
    model = task.plan.analysis(task.analysis.of)
    exposure = task.analysis.exposure or model.exposure
    of = task.of(replace(model, cluster=task.analysis.cluster or model.cluster))
    rows = of.rows(covariates=model.covariates, strata=model.strata, varying=model.time_varying)
    names = [name for name, term in zip(rows.names, rows.terms, strict=True) if term == exposure]
    if len(names) != 1:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            f"an exposure of {len(names)} coefficients cannot be compared over sites",
            columns=(exposure,),
            hint="Name an exposure that is a number or has two levels.",
        )
    own = of.of_cause(rows)
    shown = shown_sites(of, model, own) if task.plan.by_sites else None
    parts = own if shown is None else [_of_site(own, int(code)) for code in np.flatnonzero(shown)]
    furthest = None if shown is None else default_limits("site")["coefficient"].value
    found = heterogeneity(parts, exposure=names[0], ties=model.ties, furthest=furthest)
    label = covariate_label(task.plan, names[0], exposure)
    outcome = cause_label(of.cause, of.endpoint)
    contrast = contrast_label(task.plan, names[0], exposure, of.levels(exposure))
    figures = {FigureKind.FOREST: lambda: _forest(found, label)} if found.pool else {}
    return Findings(
        method=f"Site by exposure interaction in the site-stratified Cox model of {model.id}; estimates by "
        f"site pooled by {_pool_method(found)}; each site left out in turn.",
        options=told_options({"of": model.id, "exposure": exposure, "ties": str(found.fit.ties),
                              "robust": found.robust}),
        sentence=_sentence(found, contrast, outcome),
        n=found.n,
        events=found.events,
        clusters=found.fit.clusters,
        strata=found.fit.n_strata,
        estimates=_estimates(found, label),
        tables=(_by_site(found), Sheet.of("sites", "Numbers of all sites", found.table(), shown=False)),
        figures=drawings(task, figures) if figures else (),
        assumptions=(
            "The site-stratified likelihood is the estimate; the pooled mean of site estimates is a display.",
        ),
        warnings=(*found.warnings, *(() if shown is None else _not_shown(shown))),
        r_call=(found.r_call, *((found.pool.r_call,) if found.pool else ())),
        covariance=Covariance.of(found.fit.names, found.fit.covariance),
        dropped=tuple(rows.dropped.items()),
        decided_by=found.score.p,
    )  # fmt: skip


def _not_shown(shown: BoolArray) -> tuple[ModelWarning, ...]:
    """That sites are left out of the comparison, and why."""
    count = int((~shown).sum())
    if not count:
        return ()
    told = f"{count} of {len(shown)} sites have too few patients or events to be shown by themselves"
    return (ModelWarning(Concern.EMPTY_STRATUM, f"{told}, and are left out of the comparison", ("site",)),)


def _of_site(rows: Survival, code: int) -> Survival:
    """The rows of one site, of which a house may have none."""
    assert rows.site is not None
    own = rows.take(rows.site.codes == code)
    return replace(own, site=Labels(np.zeros(own.n, dtype=np.int64), (rows.site.levels[code],)))


def _place(fit: CoxFit, name: str) -> int:
    return fit.names.index(name)


def _ratio(found: Heterogeneity) -> tuple[float | None, float | None, float | None]:
    fit, place = found.fit, _place(found.fit, found.exposure)
    return finite(fit.hr[place]), finite(fit.hr_lower[place]), finite(fit.hr_upper[place])


def _pool_method(found: Heterogeneity) -> str:
    if found.pool is None:
        return "nothing (fewer than two sites can be estimated)"
    intervals = " with Knapp-Hartung intervals" if found.pool.knapp_hartung else ""
    return f"{str(found.pool.method).upper()}{intervals}"


def _sentence(found: Heterogeneity, label: str, outcome: str) -> str:
    ratio = with_level(ratio_text(*_ratio(found)), LEVEL)
    said = (
        f"{outcome[:1].upper()}{outcome[1:]} over {len(found.by_site)} sites: {label}, hazard ratio {ratio} "
        f"({counted_text(found.n, found.events)}); test that sites differ, score {p_value(found.score.p)}"
    )
    if found.likelihood_ratio is not None:
        said += f", likelihood ratio {p_value(found.likelihood_ratio.p)}"
    return f"{said}."


def _estimates(found: Heterogeneity, label: str) -> tuple[Estimate, ...]:
    own = Estimate(
        measure="hazard ratio, stratified by site",
        of=label,
        estimate=_ratio(found)[0],
        lower=_ratio(found)[1],
        upper=_ratio(found)[2],
        n=found.n,
        events=found.events,
    )
    tests = [("score", found.score), ("likelihood ratio", found.likelihood_ratio)]
    return (
        own,
        *(
            Estimate(
                measure=f"site interaction, {name}, chi-square on {one.df} df",
                of=label,
                estimate=one.statistic,
                p=one.p,
                n=found.n,
                events=found.events,
            )
            for name, one in tests
            if one is not None
        ),
        *(_of_pool(found) if found.pool else ()),
    )


def _of_pool(found: Heterogeneity) -> tuple[Estimate, ...]:
    """The pooled mean and how much sites differ."""
    pool = found.pool
    assert pool is not None
    mean = Estimate(
        measure="hazard ratio, mean of site estimates",
        of=f"{pool.n_sites} sites",
        estimate=finite(math.exp(pool.mean)),
        lower=finite(math.exp(pool.lower)),
        upper=finite(math.exp(pool.upper)),
        p=finite(pool.p),
        n=found.n,
        events=found.events,
    )
    spread = [("tau squared", pool.tau2, None), ("I squared", pool.i2, None), ("Q", pool.q, pool.q_p)]
    numbers = tuple(
        Estimate(
            measure=f"{name} of site estimates",
            of=f"{pool.n_sites} sites",
            estimate=finite(value),
            p=p,
            n=found.n,
            events=found.events,
        )
        for name, value, p in spread
    )
    if pool.prediction_lower is None or pool.prediction_upper is None:
        return (mean, *numbers)
    interval = Estimate(
        measure="hazard ratio, prediction for a new site",
        of=f"{pool.n_sites} sites",
        estimate=finite(math.exp(pool.mean)),
        lower=finite(math.exp(pool.prediction_lower)),
        upper=finite(math.exp(pool.prediction_upper)),
        n=found.n,
        events=found.events,
    )
    return (mean, interval, *numbers)


def _by_site(found: Heterogeneity) -> Sheet:
    rows = tuple(
        (
            one.site,
            one.n,
            one.events,
            _wald(one.estimate, one.se) if one.estimate is not None else f"none ({one.why_not})",
            _wald(one.without, one.without_se),
        )
        for one in found.by_site
    )
    head = (
        "Site",
        "n",
        "Events",
        f"Hazard ratio here ({level_text(LEVEL)})",
        "Hazard ratio without the site",
    )
    return Sheet(name="by-site", title="By site", columns=head, rows=rows)


def _wald(estimate: float | None, se: float | None) -> str:
    if estimate is None or se is None:
        return "not estimable"
    reach = 1.959963984540054 * se
    return ratio_text(math.exp(estimate), math.exp(estimate - reach), math.exp(estimate + reach))


def _forest(found: Heterogeneity, label: str) -> Any:
    assert found.pool is not None
    counts = pl.DataFrame([{"site": one.site, "n": one.n, "events": one.events} for one in found.by_site])
    return plot_forest(
        site_sections(found.pool, counts),
        measure="Hazard ratio",
        title=f"Hazard ratio of {label} by site",
        notes=(f"Test that sites differ (score): {p_value(found.score.p)}",),
    )
