"""An analysis plan: what is analysed in whom, how, and what is drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from cimara.outcomes.large_cells import FEWEST_EVENTS, FEWEST_EXITS
from cimara.outcomes.report.plan_words import AskedTestKind, Audience, FigureKind, Format, Kind, UnitRow

OptionValue = str | float | bool | tuple[str, ...] | tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Name of the study, the day on which its data were cut, and the seed of all that is random.

    `dated` is false where days count from each patient's anchor, so that no start has a date of its own.
    """

    id: str
    title: str
    data_cut: dt.date | None = None
    seed: int = 0
    dated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Who is analysed. `where` is a condition on the columns of rows; "" takes all."""

    where: str = ""
    unit: UnitRow = UnitRow.PATIENT
    cluster: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """What is said of a column: its label, its levels (the reference first), when it was known.

    `known` names the column with the day, on the endpoint's scale, on which the value was known; `forward`
    says that a time-varying indicator does not go back.
    """

    name: str
    label: str = ""
    levels: tuple[str, ...] = ()
    known: str = ""
    forward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointUse:
    """An endpoint under its name in the plan.

    Parameters
    ----------
    use
        Id of the definition, or its label in lower_snake_case; "" for a measurement of a design.
    policy
        "default": the catalogue's own definition; else the first digits of a fingerprint, or "" for any.
    competing
        Names of the competing causes; None takes those of the table.
    measurement, definition
        What a design measures that no definition states.
    """

    name: str
    use: str = ""
    policy: str = ""
    competing: tuple[str, ...] | None = None
    unit: str = "days"
    label: str = ""
    measurement: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTest:
    """A test of groups. `further` holds what a design wrote beside, which the report repeats."""

    kind: AskedTestKind
    strata: tuple[str, ...] = ()
    sided: int = 2
    alpha: float = 0.05
    rho: float = 0.0
    gamma: float = 0.0
    weighting: str = ""
    null: float | None = None
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One entry of the plan; what its kind does not take has its default.

    `plan_words.KEYS` says what each field is.
    """

    id: str
    kind: Kind
    title: str = ""
    endpoint: str = ""
    primary: bool = False
    planned: bool = True
    only_if: str = ""
    cluster: str = ""
    unit: str = ""
    by: str = ""
    times: tuple[float, ...] = ()
    test: AskedTest | None = None
    conf_type: str = "log"
    conf_level: float = 0.95
    tau: float | None = None
    reference: str = ""
    at: float | None = None
    restart: bool = True
    cause: str = ""
    exposure: str = ""
    adjust: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    time_varying: tuple[str, ...] = ()
    ties: str = "efron"
    small_sample: str = "none"
    models: tuple[str, ...] = ("cause_specific", "fine_gray")
    censoring_groups: str = ""
    of: str = ""
    estimand: str = "overlap"
    site_effect: str = "none"
    truncation: tuple[float, ...] = ()
    variance: str = ""
    further: tuple[tuple[str, str], ...] = ()

    @property
    def covariates(self) -> tuple[str, ...]:
        """Exposure, then adjustment, each once."""
        return tuple(dict.fromkeys(one for one in (self.exposure, *self.adjust) if one))

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Key and column of everything that the entry names."""
        tested = self.test.strata if self.test else ()
        named = [("cluster", self.cluster), ("by", self.by), ("exposure", self.exposure)]
        named += [("censoring_groups", self.censoring_groups)]
        for key, columns in (("adjust", self.adjust), ("strata", self.strata), ("test", tested)):
            named += [(key, one) for one in columns]
        return tuple((key, one) for key, one in named if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureAsked:
    """A figure of an analysis, and the files it is written to."""

    of: str
    kind: FigureKind
    formats: tuple[Format, ...] = (Format.SVG,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOne:
    """Columns that describe the study, by the groups of a column."""

    by: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan as it was read. `sha256` is that of the file, `sections` those of its parts by name.

    `grid` holds the days that times are moved to before anything is estimated (exits up, entries down); none
    leaves times as they are. `by_sites` is true for a plan that was completed for a study over sites, whose
    rows may stay there: `causes` has the names of the competing causes of each endpoint, in the order of
    their codes, `of_lesions` the endpoints whose rows are lesions, and every column of labels has levels.
    `drawn` is false where figures would show what may not be seen.
    `cells` are the fewest of all sites who leave in a cell of the grid, and the fewest of them with an event,
    where sums of covariates are made by cell.
    """

    study: Study
    population: Population
    endpoints: tuple[EndpointUse, ...]
    analyses: tuple[Analysis, ...]
    covariates: tuple[Covariate, ...] = ()
    table_one: TableOne = field(default_factory=TableOne)
    figures: tuple[FigureAsked, ...] = ()
    audience: Audience = Audience.INTERNAL
    grid: tuple[float, ...] = ()
    by_sites: bool = False
    cells: tuple[float, float] = (FEWEST_EXITS, FEWEST_EVENTS)
    causes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of_lesions: frozenset[str] = frozenset()
    drawn: bool = True
    source: str = ""
    sha256: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    lines: tuple[tuple[tuple[str | int, ...], int], ...] = ()

    def endpoint(self, name: str) -> EndpointUse:
        """The endpoint of that name in the plan."""
        return next(one for one in self.endpoints if one.name == name)

    def analysis(self, name: str) -> Analysis:
        """The analysis of that id."""
        return next(one for one in self.analyses if one.id == name)

    def covariate(self, name: str) -> Covariate:
        """What the plan says of a column; nothing where it does not name it."""
        return next((one for one in self.covariates if one.name == name), Covariate(name=name))

    def label(self, name: str) -> str:
        """The label of a column, else its name in words."""
        return self.covariate(name).label or name.replace("_", " ")

    def figures_of(self, name: str) -> tuple[FigureAsked, ...]:
        """The figures asked of an analysis."""
        return tuple(one for one in self.figures if one.of == name)
