"""What an analysis of one flat table asks for: its estimator, its columns and its options."""

from __future__ import annotations

from dataclasses import dataclass

YES_OR_NO = ("0", "1")
DESCRIBING = ("table1", "quantile")
"""Estimators that describe each column by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """A column of numbers, taken as (value - centre) / scale, or of labels, the first level the reference.

    Centre and scale are constants of the study file, never of a site's rows.
    """

    name: str
    levels: tuple[str, ...] = ()
    centre: float = 0.0
    scale: float = 1.0

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that it makes in a model."""
        return tuple(f"{self.name}={level}" for level in self.levels[1:]) if self.levels else (self.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A column of labels with all its levels."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One analysis of a table study.

    Parameters
    ----------
    id, estimator
        Its id in the study, and the id of a row of `estimators.ESTIMATORS`.
    time, start, event, status, causes
        Columns of the exit and entry in `unit`, of an event (0 or 1), or of a status with its causes (code
        and name; 0 is censored).
    outcome, exposure_time
        Column of a yes or no (0 or 1), or of a count, and of what it was counted over (above 0).
    treatment
        Column of 0 and 1 whose effect is weighted for.
    covariates, group, strata, site
        Columns with their levels; of `site` all rows of a table have the same.
    cluster, patient, weights
        Columns of what depends on each other, of the patient's id, and of weights above 0.
    """

    id: str
    estimator: str
    title: str = ""
    unit: str = "days"
    time: str = ""
    start: str = ""
    event: str = ""
    status: str = ""
    causes: tuple[tuple[int, str], ...] = ()
    outcome: str = ""
    exposure_time: str = ""
    treatment: str = ""
    covariates: tuple[Covariate, ...] = ()
    group: Labelled | None = None
    strata: tuple[Labelled, ...] = ()
    site: Labelled | None = None
    cluster: str = ""
    patient: str = ""
    weights: str = ""
    weight_kind: str = "probability"
    cause: str = ""
    baseline: str = "common"
    ties: str = "efron"
    robust: bool | None = None
    small_sample: str = "none"
    confidence: float = 0.95
    tau: float | None = None
    reference: str = ""
    variance: str = ""
    convention: str = "crr"
    censoring_groups: bool = False
    rho: float = 0.0
    time_scale: str = "km"
    estimand: str = "stabilised_ate"
    weight_limits: tuple[float, float] | None = None
    probabilities: tuple[float, ...] = (0.25, 0.5, 0.75)
    cuts: tuple[tuple[str, tuple[float, ...]], ...] = ()
    digits: int = 0
    exposure: str = ""
    refit: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the model's matrix."""
        return tuple(name for one in self.covariates for name in one.columns)

    @property
    def terms(self) -> tuple[str, ...]:
        """The covariate that each column of the matrix belongs to."""
        return tuple(one.name for one in self.covariates for _ in one.columns)

    @property
    def labelled(self) -> tuple[Labelled, ...]:
        """All columns of labels, each once, in the order in which their levels are counted."""
        found = [Labelled(name=one.name, levels=one.levels) for one in self.covariates if one.levels]
        found += [*self.strata, *([self.group] if self.group else [])]
        found += [Labelled(name=self.treatment, levels=YES_OR_NO)] if self.treatment else []
        return tuple({one.name: one for one in found}.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        single = (self.time, self.start, self.event, self.status, self.outcome, self.exposure_time)
        named = [*single, *(one.name for one in self.covariates), *(one.name for one in self.labelled)]
        named += [self.cluster, self.patient, self.weights, self.site.name if self.site else ""]
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def describes(self) -> bool:
        """Whether each covariate has its own missing cells, which are counted, in place of complete rows."""
        return self.estimator in DESCRIBING

    @property
    def needed(self) -> frozenset[str]:
        """Columns that a row must have a value in; rows that lack one are left out and counted by it."""
        own = {one.name for one in self.covariates} if self.describes else set()
        return frozenset(self.columns) - own
