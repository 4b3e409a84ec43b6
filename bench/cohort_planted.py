"""Planted effects recovered from a synthetic consortium: bias, coverage of the 95 % intervals, calibration

Per replicate a consortium of 1,700 patients at 17 sites is drawn with another seed, its tables are read as an
analyst without the truth reads them (missing values left out), and the models of `cimara.outcomes` are fitted
with the sites as strata. Printed per effect: coverage and mean bias with their Monte Carlo standard errors.
A coverage holds the goal when it is no further below 95 % than chance explains (three standard errors).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bench.cohort_rows import death_rows, necrosis_rows, recurrence_rows, survival_by_band
from bench.measure import Figure, Options
from cimara.cohort.dataset import Dataset, pooled
from cimara.cohort.indices.gpa import gpa
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.cohort.synth.srs_effects import MONTH, TWO_YEARS
from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.fine_gray import fine_gray
from cimara.outcomes.rows import CompetingRisks

NOMINAL = 0.95
FEWEST_SEEDS = 20
"""Of the calibration; its coverage is counted over half the replicates where that is more."""
LARGE_BAND = 200
"""Patients from which on a band's median is held against its target."""
RISK_TARGET_PCT = 8.5
"""Lebow 2023, abstract."""
MEDIAN_GOAL_PCT, RISK_GOAL_POINTS = 10.0, 2.0


@dataclass
class Recovered:
    """Estimates of one effect over the replicates, with their standard errors."""

    truth: float
    estimate: list[float] = field(default_factory=list)
    se: list[float] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)

    def figures(self, name: str, least: float | None = None) -> Iterator[Figure]:
        """Coverage against its goal, and bias."""
        n = len(self.covered)
        share = float(np.mean(self.covered))
        chance = np.sqrt(NOMINAL * (1 - NOMINAL) / n)
        goal = NOMINAL - 3 * chance if least is None else least
        detail = f"Monte Carlo SE {100 * chance:.1f}, {n} replicates"
        yield Figure(
            f"{name}: coverage", 100 * share, "%", round(100 * goal, 1), at_least=True, detail=detail
        )
        bias, spread = float(np.mean(self.estimate)) - self.truth, float(np.std(self.estimate, ddof=1))
        detail = f"true {self.truth:.3f}, Monte Carlo SE {spread / np.sqrt(n):.4f}"
        detail += f"; SD {spread:.3f}, mean SE {np.mean(self.se):.3f}"
        yield Figure(f"{name}: bias", 1_000 * bias, "/1000 log ratio", detail=detail)


def run(options: Options) -> Iterable[Figure]:
    """Coverage and bias of the demonstration study, then the calibration of the radiosurgery cohort."""
    yield from demonstration(options.replicates)
    yield from calibration(max(FEWEST_SEEDS, options.replicates // 2))


def demonstration(replicates: int) -> Iterator[Figure]:
    """Cox and Fine-Gray models of `rn_treated`."""
    deaths: dict[str, Recovered] = {}
    recurrences: dict[str, Recovered] = {}
    for seed in range(1, replicates + 1):
        made = synth_consortium(SynthOptions(seed=seed))
        dataset, truth = pooled(made.datasets.values()), made.truth["estimands"]
        _record(deaths, cox(death_rows(dataset)), truth["overall_survival"]["log_hazard_ratios"])
        fit = fine_gray(recurrence_rows(dataset), cause="recurrence")
        _record(recurrences, fit, truth["recurrent_necrosis"]["log_subdistribution_hazard_ratios"])
    for title, found in (("death, Cox", deaths), ("recurrence, Fine-Gray", recurrences)):
        for name, one in found.items():
            yield from one.figures(f"{title}, {name}")


def calibration(seeds: int) -> Iterator[Figure]:
    """Radiosurgery cohort: medians by band, necrosis at 24 months, coverage of the effects."""
    found: dict[str, Recovered] = {}
    medians: dict[str, list[tuple[float, float]]] = {}
    risks: list[tuple[float, float]] = []
    for seed in range(1, seeds + 1):
        options = SynthOptions(seed=seed, scenario=Scenario.SRS_COHORT, missing=False)
        made = synth_consortium(options)
        dataset = pooled(made.datasets.values())
        rows = necrosis_rows(dataset)
        truth = made.truth["estimands"]["symptomatic_necrosis"]["log_subdistribution_hazard_ratios"]
        _record(found, fine_gray(rows, cause="necrosis"), truth)
        risks.append((risk_at(rows, TWO_YEARS), made.truth["drawn"]["risk_at_24_months"]))
        for name, median, target in band_medians(dataset):
            medians.setdefault(name, []).append((median, target))
    for name, one in found.items():
        yield from one.figures(f"necrosis, Fine-Gray, {name}", least=0.90)
    seen, planted = 100 * np.mean(risks, axis=0)
    detail = f"mean of {seeds} seeds {seen:.2f} %, planted {planted:.2f} %, target {RISK_TARGET_PCT} %"
    off = abs(seen - RISK_TARGET_PCT)
    yield Figure("necrosis at 24 months: error", off, "points", RISK_GOAL_POINTS, detail=detail)
    for name, pairs in sorted(medians.items()):
        mean, target = float(np.mean([median for median, _ in pairs])), pairs[0][1]
        detail = f"mean of {len(pairs)} {mean / MONTH:.1f} months, target {target / MONTH:.1f}"
        off = 100 * abs(mean / target - 1)
        yield Figure(f"median survival, {name}: error", off, "%", MEDIAN_GOAL_PCT, detail=detail)


def _record(found: dict[str, Recovered], fit: object, truth: dict[str, float]) -> None:
    table = fit.table()  # type: ignore[attr-defined]
    columns = table.select("covariate", "coef", "se").iter_rows()
    for name, coefficient, se in columns:
        one = found.setdefault(name, Recovered(truth[name]))
        one.estimate.append(coefficient)
        one.se.append(se)
        one.covered.append(abs(coefficient - truth[name]) <= 1.959964 * se)


def risk_at(rows: CompetingRisks, day: int) -> float:
    """Aalen-Johansen incidence of the first cause at a day."""
    curve = aalen_johansen(rows).curves[0]
    return float(curve.incidence[np.searchsorted(curve.time, day, side="right") - 1, 0])


def band_medians(dataset: Dataset) -> Iterator[tuple[str, float, float]]:
    """Name, Kaplan-Meier median and target, in days, of each band of an index with 200 patients or more."""
    bands = gpa(dataset).filter(pl.col("band").is_not_null())
    bands = bands.select("patient_id", "band", "median_months", index="table")
    target = {
        f"{index} {band}": MONTH * median
        for index, band, median in bands.select("index", "band", "median_months").unique().rows()
    }
    for curve in kaplan_meier(survival_by_band(dataset, bands)).curves:
        median = curve.median.time
        if curve.n >= LARGE_BAND and median is not None:
            yield curve.group, float(median), target[curve.group]
