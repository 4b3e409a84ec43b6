"""Standardised risks: what the whole population would have met had everyone had one treatment or the other.

Outcome models (Cox, or a Cox model for each competing cause) predict every row once for each level of the
exposure; the mean over rows is the standardised curve. Intervals come from resampling patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.random import Generator

from cimara.outcomes.causal.bootstrap import Replicates, cluster_bootstrap
from cimara.outcomes.causal.refit import recounted, refit
from cimara.outcomes.causal.standardised_curves import (
    Curves,
    CurveTimes,
    largest_time,
    standardised_curves,
)
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit, Ties
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import CompetingRisks, Rows, Survival
from cimara.terms.errors import CimaraError

TimedRows = Survival | CompetingRisks


class StandardisationError(CimaraError):
    """An exposure or a time that the standardisation cannot take."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Standardised:
    """Standardised quantities, one entry each (k): what, of which cause, at which exposure or contrast, when.

    `what` is "event_free", "risk", "rmst" or "rmtl" (time free of all events, and time lost to a cause, up
    to `tau`), or one of them with "_difference": exposed less unexposed. `se`, `lower` and `upper` are None
    without a bootstrap.
    """

    what: tuple[str, ...]
    cause: tuple[str, ...]
    level: tuple[str, ...]
    time: FloatArray
    estimate: FloatArray
    se: FloatArray | None
    lower: FloatArray | None
    upper: FloatArray | None
    exposure: str
    levels: tuple[float, float]
    tau: float | None
    replicates: int
    clusters: int
    conf_level: float
    ties: Ties
    unit: str
    n: int
    events: int
    fits: tuple[CoxFit, ...]
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a quantity."""
        nothing = [None] * len(self.what)
        found = {
            name: nothing if values is None else values
            for name, values in (("se", self.se), ("lower", self.lower), ("upper", self.upper))
        }
        named = {"what": self.what, "cause": self.cause, "level": self.level, "time": self.time}
        return pl.DataFrame(named | {"estimate": self.estimate} | found)

    def value(self, what: str, *, cause: str = "", level: str = "", time: float | None = None) -> float:
        """One estimate by its names; `time` may be left out where there is one."""
        frame = self.table().filter(what=what)
        for name, wanted in (("cause", cause), ("level", level), ("time", time)):
            frame = frame if wanted in ("", None) else frame.filter(pl.col(name) == wanted)
        if len(frame) != 1:
            raise StandardisationError(
                f"{len(frame)} quantities have these names", where=what, hint="See table() for what there is."
            )
        return float(frame["estimate"][0])


def g_computation(
    rows: TimedRows,
    *,
    exposure: str,
    times: Sequence[float] | FloatArray,
    tau: float | None = None,
    levels: tuple[float, float] = (0.0, 1.0),
    ties: Ties | str = Ties.EFRON,
    replicates: int = 0,
    generator: Generator | None = None,
    executor: Executor | None = None,
    conf_level: float = 0.95,
) -> Standardised:
    """Standardised risks and their differences between two levels of an exposure.

    Parameters
    ----------
    rows
        Survival, or competing risks (then a Cox model for each cause); the exposure is one of the
        covariates. Rows are one a patient, from the beginning: a prediction needs covariates known at 0.
    exposure, levels
        Its column and the two values to compare (reference first).
    times, tau
        Times of the risks, and the end of restricted mean times, in the unit of the rows.
    replicates, generator, executor
        Bootstrap of clusters (of rows without clusters); results do not depend on the executor.

    Raises
    ------
    NotEstimable
        TAU_TOO_LATE: a time after the last of some stratum; MONOTONE_LIKELIHOOD: no finite coefficients;
        NOT_SUPPORTED: delayed entry, or probability weights.
    StandardisationError
        An exposure that is no covariate; a bootstrap without a generator.

    Source: Robins 1986; for Cox models Makuch 1982, and with competing causes Young et al. 2020 (the total
    effect on the risk of each cause).
    """
    column = _checked(rows, exposure, replicates, generator)
    asked = CurveTimes(times=np.asarray(times, dtype=np.float64), tau=tau)
    per_cause = _by_cause(rows)
    fits = tuple(cox(part, ties=ties, robust=False) for part in per_cause)
    _check_finite(fits)
    _check_times(rows, asked)
    statistic = _Standardisation(
        parts=per_cause,
        begin=tuple(fit.evaluated_at for fit in fits),
        active=tuple(fit.estimable for fit in fits),
        ties=Ties(ties),
        column=column,
        levels=levels,
        asked=asked,
    )
    found = None
    if replicates and generator is not None:
        clusters = rows.cluster_codes()
        found = cluster_bootstrap(
            statistic, clusters, replicates=replicates, generator=generator, executor=executor
        )
    return _standardised(rows, statistic, fits, found, (replicates, conf_level))


def _standardised(
    rows: TimedRows,
    statistic: _Standardisation,
    fits: tuple[CoxFit, ...],
    found: Replicates | None,
    resampling: tuple[int, float],
) -> Standardised:
    """The estimates with their names, and with intervals where there are replicates."""
    replicates, conf_level = resampling
    what, cause, level, time = _labels(rows, statistic.asked, statistic.levels)
    lower, upper = (None, None) if found is None else found.interval(conf_level)
    exposure = rows.names[statistic.column]
    return Standardised(
        what=what,
        cause=cause,
        level=level,
        time=time,
        estimate=statistic.at(statistic.begin, np.ones(rows.n)),
        se=None if found is None else found.se,
        lower=lower,
        upper=upper,
        exposure=exposure,
        levels=statistic.levels,
        tau=statistic.asked.tau,
        replicates=replicates,
        clusters=len(np.unique(rows.cluster_codes())),
        conf_level=conf_level,
        ties=statistic.ties,
        unit=rows.unit,
        n=rows.n,
        events=sum(fit.events for fit in fits),
        fits=fits,
        warnings=_warnings(fits, found),
        r_call=f"rowMeans(summary(survfit(fit, transform(rows, {exposure} = level)), times)$surv)",
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Standardisation:
    """From how often each row was drawn to all quantities, in the order of `_labels`."""

    parts: tuple[Survival, ...]
    begin: tuple[FloatArray, ...]
    active: tuple[BoolArray, ...]
    ties: Ties
    column: int
    levels: tuple[float, float]
    asked: CurveTimes

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Refit every model to the counted rows, and standardise over them."""
        coefficients = []
        for part, begin, active in zip(self.parts, self.begin, self.active, strict=True):
            sets = recounted(risk_sets(part), counts)
            coefficients.append(refit(sets, begin, active, self.ties))
        return self.at(tuple(coefficients), counts)

    def at(self, coefficients: tuple[FloatArray, ...], counts: FloatArray) -> FloatArray:
        """The quantities at these coefficients, over rows that count so often."""
        reference, exposed = (self._curves(coefficients, counts, level) for level in self.levels)
        return np.concatenate(
            [np.concatenate((low, high, high - low)) for low, high in zip(reference, exposed, strict=True)]
        )

    def _curves(
        self, coefficients: tuple[FloatArray, ...], counts: FloatArray, level: float
    ) -> list[FloatArray]:
        found: Curves = standardised_curves(
            self.parts, coefficients, counts, self.ties, (self.column, level), self.asked
        )
        return found.quantities()


def _labels(
    rows: TimedRows, asked: CurveTimes, levels: tuple[float, float]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], FloatArray]:
    """Names in the order in which `_Standardisation` gives its numbers."""
    causes = rows.causes if isinstance(rows, CompetingRisks) else ("event",)
    blocks = [("event_free", "", asked.times)] + [("risk", cause, asked.times) for cause in causes]
    if asked.tau is not None:
        end = np.array([asked.tau])
        blocks += [("rmst", "", end)] + [("rmtl", cause, end) for cause in causes]
    contrasts = (*(f"{level:g}" for level in levels), f"{levels[1]:g} - {levels[0]:g}")
    named = [
        (what if place < 2 else f"{what}_difference", cause, contrast, float(time))
        for what, cause, times in blocks
        for place, contrast in enumerate(contrasts)
        for time in times
    ]
    what, cause, level, time = zip(*named, strict=True)
    return what, cause, level, np.array(time)


def _by_cause(rows: TimedRows) -> tuple[Survival, ...]:
    if isinstance(rows, Survival):
        return (rows,)
    return tuple(rows.cause_specific(cause) for cause in rows.causes)


def _checked(rows: TimedRows, exposure: str, replicates: int, generator: Generator | None) -> int:
    """The column of the exposure."""
    if exposure not in rows.names:
        raise StandardisationError(
            "the exposure is not a covariate of numbers", where=exposure, expected=", ".join(rows.names)
        )
    if rows.names.count(exposure) > 1:
        raise StandardisationError("two covariates have the name of the exposure", where=exposure)
    if replicates and generator is None:
        raise StandardisationError(
            "a bootstrap without a generator",
            where="generator",
            hint="Give numpy.random.default_rng(seed of the plan).",
        )
    _refuse(rows, rows.start is not None, "delayed entry: covariates are not known at time 0")
    weighted = rows.weights is not None and rows.weight_kind is WeightKind.PROBABILITY
    _refuse(rows, weighted, "probability weights: standardisation replaces them")
    return rows.names.index(exposure)


def _refuse(rows: Rows, refused: bool, why: str) -> None:
    if refused:
        raise NotEstimable(Concern.NOT_SUPPORTED, f"no standardisation over rows with {why}")


def _check_finite(fits: tuple[CoxFit, ...]) -> None:
    for fit in fits:
        endless = tuple(name for name, one in zip(fit.names, fit.direction, strict=True) if one != 0)
        if endless:
            raise NotEstimable(
                Concern.MONOTONE_LIKELIHOOD,
                "nothing can be predicted from a coefficient that is not finite",
                columns=endless,
            )


def _check_times(rows: TimedRows, asked: CurveTimes) -> None:
    latest = largest_time(rows)
    if max([*asked.times.tolist(), asked.tau or 0.0]) > latest:
        raise NotEstimable(
            Concern.TAU_TOO_LATE,
            f"some stratum is not observed that long; all are until {latest:g} {rows.unit}",
            columns=rows.strata_columns,
            hint="Ask for earlier times, or fit without strata.",
        )


def _warnings(fits: tuple[CoxFit, ...], found: Replicates | None) -> tuple[ModelWarning, ...]:
    said = [one for fit in fits for one in fit.warnings]
    said += [] if found is None else found.warnings()
    return tuple(dict.fromkeys(said))
