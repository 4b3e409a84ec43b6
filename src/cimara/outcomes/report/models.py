"""Runs the regressions: cause-specific Cox and Fine-Gray models, with what is shown beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cause_specific import CauseSpecificFit, cause_specific_cox
from cimara.outcomes.models.choices import Baseline
from cimara.outcomes.models.concordance import with_concordance
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.fine_gray import fine_gray, fine_gray_causes
from cimara.outcomes.models.fine_gray_fit import FineGrayFit
from cimara.outcomes.models.proportionality import ProportionalityTest, proportionality
from cimara.outcomes.report.drawing import drawings
from cimara.outcomes.report.findings import Covariance, Estimate, Findings, finite, once
from cimara.outcomes.report.model_tables import (
    CAUSE_SPECIFIC,
    FINE_GRAY,
    Part,
    all_causes_table,
    coefficient_table,
    level_of,
    model_forest,
    overall_tests,
    proportionality_table,
    ratios_of,
)
from cimara.outcomes.report.numbers import number, p_value
from cimara.outcomes.report.plan import Analysis
from cimara.outcomes.report.plan_words import FigureKind, Kind
from cimara.outcomes.report.restricted_means import restricted_findings
from cimara.outcomes.report.task import Task, Timed
from cimara.outcomes.report.wording import (
    cause_label,
    contrast_label,
    counted_text,
    covariate_label,
    level_text,
    ratio_text,
    told_options,
    with_adjustment,
    with_level,
)
from cimara.outcomes.rows import CompetingRisks, Survival

ANSWERS = {
    CAUSE_SPECIFIC: "The cause-specific hazard ratio answers what acts on the rate of the event among those "
    "who are still free of every event.",
    FINE_GRAY: "The subdistribution hazard ratio answers what goes with a higher or lower probability of the "
    "event, deaths and other competing events included.",
}
"""One sentence on the question of each model."""


def run_model(task: Task) -> Findings:
    """The models of an exposure: both kinds where causes compete, the one that the plan names first."""
    entry = task.analysis
    rows = task.rows(covariates=entry.covariates, strata=entry.strata, varying=entry.time_varying)
    wanted = _wanted(task, rows)
    parts: list[Part] = []
    refused: list[ModelWarning] = []
    for place, name in enumerate(wanted):
        try:
            parts.append(MAKERS[name](task, rows))
        except NotEstimable as refusal:
            if place == 0:
                raise
            told = f"{name.replace('_', '-')} model: {refusal.problem}"
            refused.append(ModelWarning(refusal.code, told, refusal.columns))
    return _findings(task, rows, parts, refused)


def _wanted(task: Task, rows: Timed) -> list[str]:
    """Which models, in their order."""
    if not isinstance(rows, CompetingRisks):
        return [CAUSE_SPECIFIC]
    first = FINE_GRAY if task.analysis.kind is Kind.FINE_GRAY else CAUSE_SPECIFIC
    return [
        first,
        *(one for one in (CAUSE_SPECIFIC, FINE_GRAY) if one != first and one in task.analysis.models),
    ]


def _cause_specific(task: Task, rows: Timed) -> Part:
    entry = task.analysis
    own = task.of_cause(rows)
    baseline = task.baseline(entry.strata)
    fit = cox(
        own,
        ties=entry.ties,
        small_sample=entry.small_sample,
        confidence=entry.conf_level,
        baseline=baseline,
    )
    fit = with_concordance(fit, own, inside_sites=baseline is Baseline.COMMON)
    tested, notes = _proportionality(own, fit, entry.exposure)
    several = _all_causes(rows, entry, baseline)
    tables = [coefficient_table(task, fit, "hazard-ratios", "Hazard ratios")]
    if several is not None:
        tables.append(all_causes_table(task, several))
    if tested is not None:
        tables.append(proportionality_table(task, tested))
    tables += overall_tests(fit)
    kind = "cause-specific Cox model" if isinstance(rows, CompetingRisks) else "Cox model"
    return Part(
        name=CAUSE_SPECIFIC,
        method=f"{kind[:1].upper()}{kind[1:]}, {fit.ties} ties, {_variance(fit.robust, fit.clusters)} "
        f"variance{', ' + str(fit.small_sample) if fit.df else ''}",
        measure="hazard ratio",
        fit=fit,
        units=task.units(rows),
        ratios=ratios_of(fit.hr, fit.hr_lower, fit.hr_upper),
        assumptions=(_proportional(tested), _concordance(fit)),
        tables=tuple(tables),
        warnings=(*fit.warnings, *notes, *_of_others(task, several)),
        r_call=(fit.r_call, *((tested.r_call,) if tested else ())),
    )


def _fine_gray(task: Task, rows: Timed) -> Part:
    entry = task.analysis
    if entry.time_varying:
        raise NotEstimable(
            Concern.NOT_SUPPORTED, "time-varying covariates have no place in a model of the subdistribution"
        )
    if not isinstance(rows, CompetingRisks):
        raise NotEstimable(Concern.NOT_SUPPORTED, "no cause competes, so that a Cox model is asked for")
    options: dict[str, Any] = {
        "censoring_groups": bool(entry.censoring_groups),
        "small_sample": entry.small_sample,
        "confidence": entry.conf_level,
        "baseline": task.baseline(entry.strata),
    }
    if entry.censoring_groups:
        made = task.rows(covariates=entry.covariates, strata=entry.strata, group=entry.censoring_groups)
        assert isinstance(made, CompetingRisks)
        rows = made
    try:
        fit = fine_gray_causes(rows, **options)[task.cause]
    except NotEstimable:
        fit = fine_gray(rows, cause=task.cause, **options)
    given = fit.options
    return Part(
        name=FINE_GRAY,
        method=f"Fine-Gray model, Breslow ties, {_variance(True, fit.clusters)} variance that carries the "
        f"estimated censoring weights, censoring ties {given.censor_ties}"
        f"{', censoring by ' + entry.censoring_groups if entry.censoring_groups else ''}",
        measure="subdistribution hazard ratio",
        fit=fit,
        units=task.units(rows),
        ratios=ratios_of(fit.shr, fit.shr_lower, fit.shr_upper),
        assumptions=(
            "Subdistribution hazards are proportional; censoring does not depend on the covariates"
            f"{' but on ' + entry.censoring_groups if entry.censoring_groups else ''}.",
        ),
        tables=(coefficient_table(task, fit, "subdistribution-ratios", "Subdistribution hazard ratios"),),
        warnings=fit.warnings,
        r_call=(fit.r_call,),
    )


MAKERS: dict[str, Callable[[Task, Timed], Part]] = {CAUSE_SPECIFIC: _cause_specific, FINE_GRAY: _fine_gray}


def _findings(task: Task, rows: Timed, parts: Sequence[Part], refused: Sequence[ModelWarning]) -> Findings:
    entry, first = task.analysis, parts[0]
    warnings = once((*(one for part in parts for one in part.warnings), *refused))
    beside = _beside(task, warnings) if first.name == CAUSE_SPECIFIC else None
    label = cause_label(task.cause, task.endpoint)
    told = with_adjustment(task.plan, entry.adjust, entry.strata)
    answers = tuple(ANSWERS[part.name] for part in parts) if isinstance(rows, CompetingRisks) else ()
    methods = "; beside it ".join(part.method for part in parts)
    return Findings(
        method=f"{methods}. Outcome: {label}{told}{_cut(task, rows)}.",
        options=told_options(
            {
                "cause": task.cause,
                "exposure": entry.exposure,
                "adjust": entry.adjust,
                "strata": entry.strata,
                "time_varying": entry.time_varying,
                "ties": entry.ties,
                "small_sample": entry.small_sample,
                "conf_level": entry.conf_level,
                "models": tuple(part.name for part in parts),
                "censoring_groups": entry.censoring_groups,
                "missing": "rows with an empty cell are dropped and counted",
            }
        ),
        sentence=_sentence(task, parts, first.units),
        n=first.units,
        events=first.fit.events,
        clusters=first.fit.clusters,
        strata=first.fit.n_strata,
        estimates=(
            *(one for part in parts for one in _estimates(task, part)),
            *(beside.estimates if beside else ()),
        ),
        tables=(*(one for part in parts for one in part.tables), *(beside.tables if beside else ())),
        figures=drawings(task, {FigureKind.FOREST: lambda: model_forest(task, parts)}),
        assumptions=(*answers, *(one for part in parts for one in part.assumptions if one)),
        warnings=once((*warnings, *(beside.warnings if beside else ()))),
        unmet=_unanswered(first, entry.exposure),
        r_call=tuple(one for part in parts for one in part.r_call),
        covariance=Covariance.of(first.fit.names, first.fit.covariance),
        dropped=tuple(rows.dropped.items()),
        decided_by=_p_of_exposure(first, entry.exposure),
    )


def _cut(task: Task, rows: Timed) -> str:
    if rows.id is None:
        return ""
    return f"; {task.units(rows):,} units cut into {task.height(rows):,} rows where a covariate changes"


def _unanswered(part: Part, exposure: str) -> tuple[ModelWarning, ...]:
    """That the question of the analysis has no answer: no coefficient of the exposure is identified."""
    places = [place for place, term in enumerate(part.fit.terms) if term == exposure]
    if not all(part.fit.aliased[place] for place in places):
        return ()
    told = f"{exposure} is constant in every risk set, or given by the other covariates"
    return (ModelWarning(Concern.ALIASED, told, (exposure,)),)


def _p_of_exposure(part: Part, exposure: str) -> float | None:
    """The p of the exposure, where it has one coefficient."""
    places = [place for place, term in enumerate(part.fit.terms) if term == exposure]
    return finite(float(part.fit.p[places[0]])) if len(places) == 1 else None


def _proportionality(
    rows: Survival, fit: CoxFit, exposure: str
) -> tuple[ProportionalityTest | None, tuple[ModelWarning, ...]]:
    try:
        tested = proportionality(rows, fit, exposure=exposure)
    except NotEstimable as refusal:
        return None, (ModelWarning(refusal.code, f"proportional hazards not tested: {refusal.problem}"),)
    return tested, tested.warnings


def _of_others(task: Task, several: CauseSpecificFit | None) -> tuple[ModelWarning, ...]:
    """Warnings of the models of the other causes; rows that all models drop are told once."""
    if several is None:
        return ()
    own = f"cause {task.cause}:"
    return tuple(
        one
        for one in several.warnings
        if not one.message.startswith(own) and one.code is not Concern.ROWS_DROPPED
    )


def _all_causes(rows: Timed, entry: Analysis, baseline: Baseline) -> CauseSpecificFit | None:
    if not isinstance(rows, CompetingRisks):
        return None
    return cause_specific_cox(
        rows,
        ties=entry.ties,
        small_sample=entry.small_sample,
        confidence=entry.conf_level,
        baseline=baseline,
    )


def _estimates(task: Task, part: Part) -> list[Estimate]:
    label = cause_label(task.cause, task.endpoint)
    return [
        Estimate(
            measure=part.measure,
            of=f"{covariate_label(task.plan, name, part.fit.terms[place])}, {label}",
            estimate=part.ratios[place][0],
            lower=part.ratios[place][1],
            upper=part.ratios[place][2],
            p=finite(float(part.fit.p[place])),
            n=part.units,
            events=part.fit.events,
            note=str(part.fit.table()["note"][place]),
        )
        for place, name in enumerate(part.fit.names)
    ]


def _sentence(task: Task, parts: Sequence[Part], units: int) -> str:
    """What each model says of the exposure, in one sentence."""
    entry, first = task.analysis, parts[0].fit
    levels = task.levels(entry.exposure)
    told = []
    for place, name in enumerate(first.names):
        if first.terms[place] != entry.exposure:
            continue
        said = [f"{part.measure} {_told(part, place)}" for part in parts]
        told.append(f"{contrast_label(task.plan, name, entry.exposure, levels)}, {', '.join(said)}")
    outcome = cause_label(task.cause, task.endpoint)
    adjusted = with_adjustment(task.plan, entry.adjust, entry.strata).removeprefix(", ")
    after = f"; {adjusted}" if adjusted else ""
    counts = counted_text(units, first.events)
    return f"{outcome[:1].upper()}{outcome[1:]}: {'; '.join(told)}{after} ({counts})."


def _told(part: Part, place: int) -> str:
    if part.ratios[place][0] is None:
        return _without_ratio(part.fit, place)
    p = finite(float(part.fit.p[place]))
    ratio = with_level(ratio_text(*part.ratios[place]), level_of(part.fit))
    return f"{ratio}{'' if p is None else ', ' + p_value(p)}"


def _without_ratio(fit: CoxFit | FineGrayFit, place: int) -> str:
    """Why a coefficient has no ratio, with the bound of one that is not finite."""
    if fit.aliased[place]:
        return "not estimable (constant, or given by other covariates)"
    bound = finite(float(np.exp(fit.one_sided_bound[place])))
    if not fit.direction[place]:
        return "not estimable"
    side = "above" if fit.direction[place] > 0 else "below"
    level = level_text(level_of(fit)).removesuffix(" CI")
    return "not finite" if bound is None else f"not finite; {side} {number(bound)} ({level}, one-sided)"


def _variance(robust: bool, clusters: int | None) -> str:
    if not robust:
        return "model-based"
    return "robust" if clusters is None else f"robust ({clusters:,} clusters)"


def _proportional(tested: ProportionalityTest | None) -> str:
    if tested is None:
        return "Hazards are proportional; this could not be tested."
    return (
        f"Hazards are proportional. Score test on the {tested.time_scale} scale of time, all covariates "
        f"together: {p_value(tested.overall.p)}."
    )


def _concordance(fit: CoxFit) -> str:
    if fit.concordance is None or fit.concordance_se is None:
        return ""
    return f"Concordance {fit.concordance:.3f} (standard error {fit.concordance_se:.3f})."


def _beside(task: Task, warnings: Sequence[ModelWarning]) -> Findings | None:
    """Restricted means of the exposure's groups, where its hazard ratio changes with time."""
    exposure = task.analysis.exposure
    uneven = [one for one in warnings if one.code is Concern.NON_PROPORTIONAL and exposure in one.columns]
    if not uneven or exposure in task.analysis.time_varying:
        return None
    return restricted_findings(task, exposure)
