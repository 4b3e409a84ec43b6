"""Tables and the forest plot of fitted models, and the words of one model among several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cimara.outcomes.figures.forest import plot_forest
from cimara.outcomes.figures.forest_rows import ForestRow, ForestSection
from cimara.outcomes.model_warnings import ModelWarning
from cimara.outcomes.models.cause_specific import CauseSpecificFit
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.fine_gray_fit import FineGrayFit
from cimara.outcomes.models.proportionality import ProportionalityTest
from cimara.outcomes.report.findings import Sheet, finite
from cimara.outcomes.report.task import Task
from cimara.outcomes.report.wording import (
    cause_label,
    covariate_label,
    level_text,
    ratio_text,
)

CAUSE_SPECIFIC, FINE_GRAY = "cause_specific", "fine_gray"


@dataclass(frozen=True, slots=True)
class Part:
    """One model of an analysis in the words of the report."""

    name: str
    method: str
    measure: str
    fit: CoxFit | FineGrayFit
    units: int
    ratios: tuple[tuple[float | None, float | None, float | None], ...]
    assumptions: tuple[str, ...]
    tables: tuple[Sheet, ...]
    warnings: tuple[ModelWarning, ...]
    r_call: tuple[str, ...]


def all_causes_table(task: Task, several: CauseSpecificFit) -> Sheet:
    """Ratios of every cause, one row a cause and covariate."""
    rows = []
    for cause, fit in several.fits.items():
        for place, name in enumerate(fit.names):
            ratio = ratios_of(fit.hr, fit.hr_lower, fit.hr_upper)[place]
            label = covariate_label(task.plan, name, fit.terms[place])
            rows.append((cause_label(cause, task.endpoint), label, fit.n, fit.events, ratio_text(*ratio)))
    head = ("Cause", "Covariate", "n", "Events", "Cause-specific hazard ratio")
    return Sheet(name="all-causes", title="All causes together", columns=head, rows=tuple(rows))


def overall_tests(fit: CoxFit) -> list[Sheet]:
    """Likelihood-ratio, Wald and score tests, as a file."""
    tests = [("likelihood ratio", fit.likelihood_ratio), ("Wald", fit.wald), ("score", fit.score)]
    tests += [("robust score", fit.robust_score)] if fit.robust_score else []
    frame = pl.DataFrame(
        [{"test": name, "chisq": one.statistic, "df": one.df, "p": one.p} for name, one in tests]
    )
    return [Sheet.of("overall-tests", "Tests of all coefficients at once", frame, shown=False)]


def proportionality_table(task: Task, tested: ProportionalityTest) -> Sheet:
    """The test of proportional hazards, one row a term."""
    tests = [(task.plan.label(name), one) for name, one in tested.terms.items()]
    rows = tuple(
        (name, one.statistic, one.df, one.p) for name, one in (*tests, ("All together", tested.overall))
    )
    head = ("covariate", "chisq", "df", "p")
    return Sheet(name="proportionality", title="Test of proportional hazards", columns=head, rows=rows)


def coefficient_table(task: Task, fit: CoxFit | FineGrayFit, name: str, title: str) -> Sheet:
    """Coefficients and ratios, one row a covariate."""
    frame = fit.table().with_columns(
        pl.Series(
            "covariate",
            [covariate_label(task.plan, one, term) for one, term in zip(fit.names, fit.terms, strict=True)],
        )
    )
    return Sheet.of(name, title, frame, note=f"Intervals: {level_text(level_of(fit))}.")


def level_of(fit: CoxFit | FineGrayFit) -> float:
    """The level of the intervals."""
    return fit.confidence if isinstance(fit, CoxFit) else fit.options.confidence


def ratios_of(*arrays: Any) -> tuple[tuple[float | None, float | None, float | None], ...]:
    """Ratio and limits of each coefficient, None where not finite."""
    return tuple(
        (finite(a), finite(b), finite(c)) for a, b, c in zip(*(one.tolist() for one in arrays), strict=True)
    )


def model_forest(task: Task, parts: Sequence[Part]) -> Any:
    """The ratios of all models on one axis."""
    sections = []
    for part in parts:
        fit = part.fit
        rows = []
        for place, name in enumerate(fit.names):
            ratio = part.ratios[place]
            known = ratio[0] is not None and finite(float(fit.se[place])) not in (None, 0.0)
            rows.append(
                ForestRow(
                    label=covariate_label(task.plan, name, fit.terms[place]),
                    estimate=float(fit.coef[place]) if known else None,
                    lower=_log(ratio[1]) if known else None,
                    upper=_log(ratio[2]) if known else None,
                    information=1 / float(fit.se[place]) ** 2 if known else None,
                    events=fit.events,
                    n=part.units,
                )
            )
        heading = "Fine-Gray" if part.name == FINE_GRAY else "Cause-specific" if len(parts) > 1 else ""
        sections.append(ForestSection(heading=heading, rows=tuple(rows)))
    label = cause_label(task.cause, task.endpoint)
    measure = "Hazard ratio" if len(parts) > 1 else f"{parts[0].measure[:1].upper()}{parts[0].measure[1:]}"
    return plot_forest(
        sections,
        measure=measure,
        conf_level=task.analysis.conf_level,
        title=f"{measure}s of {label}{', cause-specific and Fine-Gray' if len(parts) > 1 else ''}",
    )


def _log(value: float | None) -> float | None:
    return None if value is None or value <= 0 else math.log(value)
