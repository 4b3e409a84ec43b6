"""A study file: its question, cohort, variables, endpoints by reference, analyses, terms and limits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from cimara.cohort.study.disclosure import Disclosure
from cimara.cohort.study.duo import Purpose
from cimara.cohort.study.federation import Federation

SITE = "site"
"""Column of the site in everything that is built."""
OWN_COLUMNS = ("patient_id", "lesion_id", SITE, "day")
"""Columns that a built table has beside the variables."""


class Unit(StrEnum):
    """What one row of the study is."""

    PATIENT = "patient"
    LESION = "lesion"


class Form(StrEnum):
    """How a variable is worked out: once, or over time.

    EXPR is an expression. INDEX names a prognostic index. CONCURRENT asks whether an agent was given around
    the course that is attributed. SINCE is an expression for the day from which it is 1. DURING names rows
    with a start and a stop, between which it is 1, or the value of a field.
    """

    EXPR = "expr"
    INDEX = "index"
    CONCURRENT = "concurrent"
    SINCE = "since"
    DURING = "during"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column of the study.

    Parameters
    ----------
    text
        The expression, in the language of mappings with calls over child rows; the name of an index; or the
        class of an agent.
    value
        Field that a DURING variable takes while it is on ("" for 1); of an index "value" or "band".
    before, after
        Days around each fraction in which a dose counts as concurrent.
    centre, scale
        The column holds (value - centre) / scale.
    known
        Expression for the day on which the value was known; "" where the days of the rows that it reads say.
    levels
        Levels of a variable of codes, the reference first.
    forward
        A variable over time that does not go back.
    """

    name: str
    form: Form
    text: str
    value: str = ""
    before: int = 7
    after: int = 21
    label: str = ""
    centre: float = 0.0
    scale: float = 1.0
    known: str = ""
    levels: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
    forward: bool = False

    @property
    def varies(self) -> bool:
        """Whether its value changes over time."""
        return self.form in (Form.SINCE, Form.DURING)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition on a patient (or lesion), and what the flow of patients calls it."""

    where: str
    label: str = ""

    def __str__(self) -> str:
        return self.label or self.where


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRule:
    """Who is studied: conditions that must hold, conditions that must not, and the day that time begins.

    `origin` is an expression for a day; `landmark` moves it on by so many days, and leaves out who was not
    followed until then. `are` is an expression for the adverse radiation effect that a row is about.
    """

    include: tuple[Criterion, ...] = ()
    exclude: tuple[Criterion, ...] = ()
    origin: str = "0"
    origin_label: str = ""
    unit: Unit = Unit.PATIENT
    landmark: int = 0
    are: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAsked:
    """An endpoint by reference: an id of the catalogue with switches, or a definition beside the file.

    `switch` and `option` are names with values as the file has them.
    """

    name: str
    use: str
    file: str = ""
    switch: tuple[tuple[str, object], ...] = ()
    option: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisAsked:
    """What the cohort needs to know of an analysis; the plan of the outcomes reads all of it.

    `at` is a landmark on the scale of the endpoint.
    """

    id: str
    kind: str = ""
    endpoint: str = ""
    columns: tuple[str, ...] = ()
    time_varying: tuple[str, ...] = ()
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """Terms of the study: what use it makes of data, until when, and how authors are named."""

    purpose: Purpose = field(default_factory=Purpose)
    expires: dt.date | None = None
    authorship: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A study as its file says it.

    `canonical` is canonical JSON of all that the file says, comments and layout left out; `folder` is where
    the file lies, for the definitions beside it.
    """

    id: str
    title: str
    question: str
    schema: str
    cohort: CohortRule
    variables: tuple[Variable, ...] = ()
    endpoints: tuple[EndpointAsked, ...] = ()
    analyses: tuple[AnalysisAsked, ...] = ()
    sites: tuple[str, ...] = ()
    sites_min: int = 1
    data_cut: dt.date | None = None
    seed: int = 0
    governance: Governance = field(default_factory=Governance)
    disclosure: Disclosure = field(default_factory=Disclosure)
    federation: Federation | None = None
    canonical: str = ""
    folder: str = ""
    source: str = ""

    def variable(self, name: str) -> Variable | None:
        """The variable of that name."""
        return next((one for one in self.variables if one.name == name), None)

    def analyses_with(self, name: str) -> tuple[AnalysisAsked, ...]:
        """The analyses that name a column."""
        return tuple(one for one in self.analyses if name in one.columns)
