"""Runs propensity-weighted comparisons: balance first, then the outcome."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cimara.outcomes.causal.balance import Balance, balance
from cimara.outcomes.causal.propensity import PropensityModel, propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weighted_outcome import WeightedEffect, weighted_cox
from cimara.outcomes.causal.weights import TreatmentWeights, treatment_weights
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.figures.kaplan_meier import plot_kaplan_meier
from cimara.outcomes.figures.love import plot_love
from cimara.outcomes.report.drawing import drawings
from cimara.outcomes.report.endpoint_rows import EndpointRows
from cimara.outcomes.report.findings import Covariance, Estimate, Findings, Sheet, finite, once
from cimara.outcomes.report.numbers import listed, number, p_value
from cimara.outcomes.report.plan_words import FigureKind
from cimara.outcomes.report.task import Task
from cimara.outcomes.report.wording import (
    cause_label,
    contrast_label,
    counted_text,
    covariate_label,
    endpoint_label,
    in_sentence,
    level_text,
    ratio_text,
    told_options,
    with_level,
)
from cimara.outcomes.rows import CompetingRisks


def run_propensity(task: Task) -> Findings:
    """The propensity model, the balance that its weights reach, then the weighted outcome."""
    entry = task.analysis
    task.refuse_varying(entry.covariates, "a propensity score needs what was known at the start")
    complete, dropped = _complete(task)
    own = _With(task.plan, task.data, entry, complete)
    rows = own.rows(covariates=[entry.exposure], strata=entry.strata)
    treated = _treatment(own, complete)
    model = propensity(treated, site_effect=entry.site_effect)
    cut = (entry.truncation[0], entry.truncation[1]) if entry.truncation else None
    weights = treatment_weights(treated, model, estimand=entry.estimand, truncation=cut)
    balanced = balance(weights.applied_to(treated))
    effect = weighted_cox(
        task.of_cause(rows),
        weights,
        variance=entry.variance or "known",
        ties=entry.ties,
        confidence=entry.conf_level,
    )
    curves = None if isinstance(rows, CompetingRisks) else _curves(own, weights)
    figures = {FigureKind.LOVE: lambda: plot_love(replace(balanced, names=_labels(task, treated)))}
    if curves is not None:
        figures[FigureKind.KAPLAN_MEIER] = lambda: plot_kaplan_meier(
            curves, endpoint=in_sentence(endpoint_label(task.endpoint)), unit=task.endpoint.unit
        )
    return Findings(
        method=_method(task, effect),
        options=told_options(
            {
                "exposure": entry.exposure,
                "propensity covariates": entry.adjust,
                "estimand": entry.estimand,
                "site_effect": entry.site_effect,
                "truncation": entry.truncation,
                "variance": str(effect.variance),
                "strata": entry.strata,
                "ties": entry.ties,
                "conf_level": entry.conf_level,
            }
        ),
        sentence=_sentence(task, effect),
        n=effect.n,
        events=effect.events,
        clusters=effect.fit.clusters,
        strata=effect.fit.n_strata,
        estimates=_estimates(task, effect, weights),
        tables=_tables(task, model, weights, replace(balanced, names=_labels(task, treated)), effect),
        figures=drawings(task, figures),
        assumptions=(
            "Nothing beside the covariates of the propensity model decides both treatment and outcome, and "
            "everyone could have had either treatment.",
            _balance_told(balanced),
        ),
        warnings=once((*model.warnings, *weights.warnings, *balanced.warnings, *effect.warnings)),
        r_call=(model.r_call, weights.r_call, effect.r_call),
        covariance=Covariance.of(effect.names, effect.covariance),
        dropped=dropped,
        decided_by=finite(effect.test.p),
    )


class _With(Task):
    """The task with other rows of its endpoint."""

    def __init__(self, plan: object, data: object, analysis: object, found: EndpointRows) -> None:
        super().__init__(plan, data, analysis)  # type: ignore[arg-type]
        self.__dict__["found"] = found


def _complete(task: Task) -> tuple[EndpointRows, tuple[tuple[str, int], ...]]:
    """The rows without an empty cell in any column of either step, and how many each column cost."""
    entry, found = task.analysis, task.found
    site = [task.plan.population.site] if task.plan.population.site else []
    frame, dropped = found.frame, []
    for column in dict.fromkeys((*entry.covariates, *entry.strata, *site)):
        kept = frame.drop_nulls([column])
        if kept.height < frame.height:
            dropped.append((column, frame.height - kept.height))
        frame = kept
    return replace(found, frame=frame), tuple(dropped)


def _treatment(task: Task, found: EndpointRows) -> Treatment:
    entry, plan = task.analysis, task.plan
    frame, name = found.frame, entry.exposure
    levels = plan.covariate(name).levels
    if frame.schema[name] == pl.String:
        known = levels or tuple(sorted(frame[name].unique().to_list()))
        frame = frame.with_columns((pl.col(name) == known[-1]).cast(pl.Int64).alias(name))
    return Treatment.from_frame(
        frame,
        treatment=name,
        covariates=list(entry.adjust),
        levels={one.name: one.levels for one in plan.covariates if one.levels and one.name in entry.adjust},
        site=plan.population.site or None,
        source="rows",
    )


def _labels(task: Task, treated: Treatment) -> tuple[str, ...]:
    """What the report calls the columns of the propensity model."""
    return tuple(
        covariate_label(task.plan, name, term)
        for name, term in zip(treated.names, treated.terms, strict=True)
    )


def _curves(task: Task, weights: TreatmentWeights) -> KaplanMeierFit:
    rows = task.rows(group=task.analysis.exposure)
    assert not isinstance(rows, CompetingRisks)
    return kaplan_meier(weights.applied_to(rows))


def _method(task: Task, effect: WeightedEffect) -> str:
    entry = task.analysis
    covariates = listed([task.plan.label(one) for one in entry.adjust])
    site = {"none": "", "fixed": ", with an intercept for each site", "stratum": ", in each site by itself"}
    cut = (
        f"; weights cut at the quantiles {entry.truncation[0]:g} and {entry.truncation[1]:g}"
        if entry.truncation
        else ""
    )
    taken = (
        "with the uncertainty of the weights in it"
        if effect.variance == "stacked"
        else "the weights taken as known"
    )
    return (
        f"Logistic propensity model of {task.plan.label(entry.exposure)} on {covariates}"
        f"{site[entry.site_effect]}; {entry.estimand.replace('_', ' ')} weights{cut}; weighted Cox model of "
        f"{cause_label(task.cause, task.endpoint)} with robust variance, {taken}."
    )


def _sentence(task: Task, effect: WeightedEffect) -> str:
    ratio = tuple(finite(one[0]) for one in (effect.hr, effect.hr_lower, effect.hr_upper))
    exposure = task.analysis.exposure
    label = contrast_label(task.plan, effect.names[0], exposure, task.levels(exposure))
    told = with_level(ratio_text(*ratio), effect.confidence)
    return (
        f"Weighted hazard ratio of {cause_label(task.cause, task.endpoint)}, {label}: {told}, "
        f"robust score test {p_value(effect.test.p)} ({counted_text(effect.n, effect.events)}; effective "
        f"sample {number(effect.effective_treated, 0)} treated, "
        f"{number(effect.effective_control, 0)} control)."
    )


def _estimates(task: Task, effect: WeightedEffect, weights: TreatmentWeights) -> tuple[Estimate, ...]:
    found = [
        Estimate(
            measure="weighted hazard ratio",
            of=covariate_label(task.plan, name, task.analysis.exposure),
            estimate=finite(effect.hr[place]),
            lower=finite(effect.hr_lower[place]),
            upper=finite(effect.hr_upper[place]),
            p=finite(effect.p[place]),
            n=effect.n,
            events=effect.events,
        )
        for place, name in enumerate(effect.names)
    ]
    sizes = [("treated", weights.effective_treated), ("control", weights.effective_control)]
    return (
        *found,
        *(Estimate(measure="effective sample", of=arm, estimate=size, n=weights.n) for arm, size in sizes),
    )


def _tables(
    task: Task,
    model: PropensityModel,
    weights: TreatmentWeights,
    balanced: Balance,
    effect: WeightedEffect,
) -> tuple[Sheet, ...]:
    level = level_text(task.analysis.conf_level)
    return (
        Sheet.of("balance", "Balance before and after weighting", balanced.table()),
        Sheet.of("weights", "Weights", weights.table()),
        Sheet.of("propensity", "Propensity model (log odds ratios)", _named(task, model.table(), "term")),
        Sheet.of("weighted-effect", f"Weighted effect ({level})", _named(task, effect.table(), "covariate")),
    )


def _named(task: Task, frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The table with its columns of the model as the report calls them."""
    names = [
        covariate_label(task.plan, name, name.partition("=")[0] if name != "(intercept)" else name)
        for name in frame[column].to_list()
    ]
    return frame.with_columns(pl.Series(column, names))


def _balance_told(balanced: Balance) -> str:
    known = [abs(one) for one in balanced.smd.tolist() if finite(one) is not None]
    raw = [abs(one) for one in balanced.raw_smd.tolist() if finite(one) is not None]
    if not known:
        return "No covariate differs in spread, so that balance cannot be judged."
    return (
        f"Largest standardised difference {number(max(raw), 2)} before and {number(max(known), 2)} after "
        "weighting."
    )
