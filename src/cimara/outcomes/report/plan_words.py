"""The words of an analysis plan: kinds of analysis, their keys, tests, figures and audiences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an `[[analysis]]` does."""

    KAPLAN_MEIER = "kaplan_meier"
    CUMULATIVE_INCIDENCE = "cumulative_incidence"
    RMST = "rmst"
    LANDMARK = "landmark"
    COX = "cox"
    FINE_GRAY = "fine_gray"
    HETEROGENEITY = "heterogeneity"
    PROPENSITY = "propensity"
    RATE = "rate"
    DOSE_FINDING = "dose_finding"
    BIOMARKER = "biomarker"


class AskedTestKind(StrEnum):
    """What a `test` does."""

    LOG_RANK = "logrank"
    GRAY = "gray"
    DIFFERENCE = "difference"
    EXACT = "exact"
    MAX_COMBO = "max_combo"
    GROUP_SEQUENTIAL = "group_sequential"
    TWO_STAGE = "two_stage"
    PAIRED_T = "paired_t"
    WELCH_T = "welch_t"


class FigureKind(StrEnum):
    """What a `[[figure]]` draws."""

    KAPLAN_MEIER = "kaplan_meier"
    CUMULATIVE_INCIDENCE = "cumulative_incidence"
    FOREST = "forest"
    LOVE = "love"


class Format(StrEnum):
    """Suffix of a figure's file."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


class Audience(StrEnum):
    """Who may read the report."""

    INTERNAL = "internal"
    PUBLIC = "public"


class UnitRow(StrEnum):
    """What one row of the study is."""

    PATIENT = "patient"
    LESION = "lesion"


TEST_SPELLINGS = {"log_rank": AskedTestKind.LOG_RANK, "log-rank": AskedTestKind.LOG_RANK}
"""Other ways to write a test."""


class Form(StrEnum):
    """What the value of a key must be."""

    TEXT = "text"
    FLAG = "true or false"
    NUMBER = "a number"
    NUMBERS = "a list of numbers"
    COLUMN = "a column"
    COLUMNS = "a list of columns"
    TEST = "a table"
    ANY = "what the design wrote"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of `[[analysis]]`: its form, what it says, and the kinds of analysis that take it."""

    name: str
    form: Form
    meaning: str
    kinds: frozenset[Kind]
    needed: frozenset[Kind] = frozenset()


_CURVES = frozenset({Kind.KAPLAN_MEIER, Kind.CUMULATIVE_INCIDENCE, Kind.LANDMARK})
_MODELS = frozenset({Kind.COX, Kind.FINE_GRAY})
_EFFECTS = _MODELS | {Kind.PROPENSITY}
_ALL = frozenset(Kind)
_TIMED = frozenset({*_CURVES, *_EFFECTS, Kind.RMST})
_DESIGNED = frozenset({Kind.DOSE_FINDING, Kind.BIOMARKER})
_TESTED = frozenset({*_CURVES, Kind.RMST, Kind.RATE, *_DESIGNED})


def _key(
    name: str, form: Form, kinds: frozenset[Kind], meaning: str, needed: frozenset[Kind] = frozenset()
) -> Key:
    return Key(name, form, meaning, kinds, needed)


KEYS: tuple[Key, ...] = (
    _key("id", Form.TEXT, _ALL, "name of the analysis, unique in the plan", _ALL),
    _key("kind", Form.TEXT, _ALL, "what is done", _ALL),
    _key("title", Form.TEXT, _ALL, "heading in the report"),
    _key("endpoint", Form.TEXT, _ALL, "name of an [endpoints] table", _ALL - {Kind.HETEROGENEITY}),
    _key("primary", Form.FLAG, _ALL, "true for the analysis that the study stands on"),
    _key("planned", Form.FLAG, _ALL, "false puts it under its own heading, apart from what was planned"),
    _key("only_if", Form.TEXT, _ALL, "id of the analysis whose test must have rejected first"),
    _key("cluster", Form.COLUMN, _ALL, "column whose rows depend on each other; that of [population]"),
    _key("unit", Form.TEXT, _ALL, "patient or lesion; must be that of [population]"),
    _key("by", Form.COLUMN, _TESTED, "column that makes the groups"),
    _key("times", Form.NUMBERS, _CURVES, "times at which the curve is printed"),
    _key("test", Form.TEST, _TESTED, "test of the groups: kind, strata, sided, alpha, rho, gamma"),
    _key("conf_type", Form.TEXT, _CURVES, "scale of the pointwise limits; log by default"),
    _key("conf_level", Form.NUMBER, _TIMED | {Kind.RATE}, "level of the intervals; 0.95 by default"),
    _key("tau", Form.NUMBER, _TIMED, "horizon of the restricted mean", frozenset({Kind.RMST})),
    _key("reference", Form.TEXT, frozenset({Kind.RMST}), "group that the others are set against"),
    _key("at", Form.NUMBER, frozenset({Kind.LANDMARK}), "the landmark", frozenset({Kind.LANDMARK})),
    _key("restart", Form.FLAG, frozenset({Kind.LANDMARK}), "times count from the landmark; true by default"),
    _key("cause", Form.TEXT, _EFFECTS, "cause of interest; the endpoint's own event by default"),
    _key("exposure", Form.COLUMN, _EFFECTS | {Kind.HETEROGENEITY}, "covariate that the question is about",
         frozenset({Kind.COX, Kind.FINE_GRAY, Kind.PROPENSITY})),
    _key("adjust", Form.COLUMNS, _EFFECTS, "further covariates; of a propensity score its covariates",
         frozenset({Kind.PROPENSITY})),
    _key("strata", Form.COLUMNS, _EFFECTS, "columns whose crossing has a baseline hazard each"),
    _key("time_varying", Form.COLUMNS, frozenset({Kind.COX, Kind.LANDMARK}), "columns of changes.csv"),
    _key("ties", Form.TEXT, frozenset({Kind.COX, Kind.PROPENSITY}), "efron (default) or breslow"),
    _key("small_sample", Form.TEXT, _MODELS, "none (default) or cr1, for few clusters"),
    _key("models", Form.COLUMNS, _MODELS, "cause_specific, fine_gray; both by default where causes compete"),
    _key("censoring_groups", Form.COLUMN, _MODELS, "column whose levels are censored each in their own way"),
    _key("of", Form.TEXT, frozenset({Kind.HETEROGENEITY}), "id of the model to compare over sites",
         frozenset({Kind.HETEROGENEITY})),
    _key("estimand", Form.TEXT, frozenset({Kind.PROPENSITY}), "overlap (default), ate, stabilised_ate, att"),
    _key("site_effect", Form.TEXT, frozenset({Kind.PROPENSITY}), "none (default), fixed or stratum"),
    _key("truncation", Form.NUMBERS, frozenset({Kind.PROPENSITY}), "two quantiles at which weights are cut"),
    _key("variance", Form.TEXT, frozenset({Kind.CUMULATIVE_INCIDENCE, Kind.PROPENSITY}),
         "of incidences ij, delta or cmprsk; of weighted effects known or stacked"),
    _key("unknown_cause", Form.ANY, _TIMED, "written by a design: how events of unknown cause count"),
    _key("sensitivity", Form.ANY, _TIMED, "written by a design: the other ways of counting them"),
    _key("schedule_days", Form.ANY, _TIMED, "written by a design: days between scans"),
    _key("scale", Form.ANY, _TIMED, "written by a design: hazard that it planned on"),
    _key("design", Form.ANY, _DESIGNED, "written by a design"),
    _key("target", Form.ANY, _DESIGNED, "written by a design"),
    _key("interval", Form.ANY, _DESIGNED, "written by a design"),
    _key("drop_above", Form.ANY, _DESIGNED, "written by a design"),
    _key("below_limit", Form.ANY, _DESIGNED, "written by a design"),
)  # fmt: skip
"""Every key of an `[[analysis]]`."""

TEST_KEYS = ("kind", "strata", "sided", "alpha", "rho", "gamma", "weighting", "null", "weights", "looks",
             "spending", "parameter", "futility", "stages", "order", "scale")  # fmt: skip
"""Keys of `test`."""


def keys_of(kind: Kind) -> tuple[Key, ...]:
    """The keys that an analysis of this kind takes."""
    return tuple(one for one in KEYS if kind in one.kinds)
