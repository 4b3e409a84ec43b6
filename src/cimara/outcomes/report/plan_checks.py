"""Whether the parts of a plan fit each other: names that are used are there, and used as they may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from cimara.outcomes.endpoints.errors import nearest
from cimara.outcomes.report.plan import Analysis, Plan
from cimara.outcomes.report.plan_words import FigureKind, Kind
from cimara.terms.toml_lines import KeyPath

Note = Callable[[KeyPath, str], None]
MODELS = (Kind.COX, Kind.FINE_GRAY)
FIGURES_OF = {
    FigureKind.KAPLAN_MEIER: (Kind.KAPLAN_MEIER, Kind.LANDMARK, Kind.PROPENSITY),
    FigureKind.CUMULATIVE_INCIDENCE: (Kind.CUMULATIVE_INCIDENCE, Kind.LANDMARK),
    FigureKind.FOREST: (*MODELS, Kind.HETEROGENEITY),
    FigureKind.LOVE: (Kind.PROPENSITY,),
}
"""Kinds of analysis that a figure can be drawn of."""


def check_references(plan: Plan, note: Note) -> None:
    """Note every name that leads nowhere, and every key that says what cannot be."""
    ids = [one.id for one in plan.analyses if one.id]
    if not plan.analyses:
        note(("analysis",), "a plan without an [[analysis]]")
    for place, one in enumerate(plan.analyses):
        path: KeyPath = ("analysis", place)
        if one.id and one.id in [other.id for other in plan.analyses[:place]]:
            note((*path, "id"), "an id that an earlier analysis has")
        for key, text in (*_names(plan, one, ids), *_values(plan, one)):
            note((*path, key), text)
    _check_figures(plan, ids, note)


def _names(plan: Plan, one: Analysis, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    names = [endpoint.name for endpoint in plan.endpoints]
    if one.endpoint and one.endpoint not in names:
        yield "endpoint", f"no endpoint {one.endpoint!r} in the plan; {_nearest(one.endpoint, names)}"
    elif one.endpoint:
        yield from _causes(plan, one)
    for key, other in (("of", one.of), ("only_if", one.only_if)):
        if other and (other not in ids or other == one.id):
            yield (
                key,
                f"no other analysis {other!r}; {_nearest(other, [name for name in ids if name != one.id])}",
            )
    if one.kind is Kind.HETEROGENEITY and one.of in ids and plan.analysis(one.of).kind not in MODELS:
        yield "of", f"{one.of} is no model; expected an analysis of kind cox or fine_gray"
    for column in one.time_varying:
        if one.kind is Kind.COX and column not in one.covariates:
            yield "time_varying", f"{column!r} is not in the model; name it under exposure or adjust"


def _causes(plan: Plan, one: Analysis) -> Iterator[tuple[str, str]]:
    competing = plan.endpoint(one.endpoint).competing
    if one.cause and competing is not None and one.cause not in (one.endpoint, *competing):
        yield "cause", f"no cause {one.cause!r}; {_nearest(one.cause, (one.endpoint, *competing))}"


def _values(plan: Plan, one: Analysis) -> Iterator[tuple[str, str]]:
    if not 0 < one.conf_level < 1:
        yield "conf_level", "expected a share between 0 and 1, such as 0.95"
    if one.test and not 0 < one.test.alpha < 1:
        yield "test", "alpha: expected a share between 0 and 1, such as 0.05"
    if one.unit and one.unit != plan.population.unit:
        yield "unit", f"the study's unit is {plan.population.unit}; say it in [population]"
    if one.truncation and (len(one.truncation) != 2 or not 0 <= one.truncation[0] < one.truncation[1] <= 1):
        yield "truncation", "expected two quantiles, such as [0.01, 0.99]"
    if any(after <= before for before, after in pairwise(one.times)):
        yield "times", "expected times in rising order"
    for key, value in (("tau", one.tau), ("at", one.at)):
        if value == 0:
            yield key, "expected a time after 0"
    if one.kind is Kind.HETEROGENEITY and not plan.population.site:
        yield "kind", "heterogeneity needs sites; name the column as site in [population]"
    if one.test and one.kind not in (Kind.RATE, Kind.BIOMARKER, Kind.DOSE_FINDING) and not one.by:
        yield "test", "a test of groups without by"


def _check_figures(plan: Plan, ids: list[str], note: Note) -> None:
    for place, figure in enumerate(plan.figures):
        path: KeyPath = ("figure", place)
        if figure.of and figure.of not in ids:
            note((*path, "of"), f"no analysis {figure.of!r}; {_nearest(figure.of, ids)}")
        elif figure.of and plan.analysis(figure.of).kind not in FIGURES_OF[figure.kind]:
            kinds = ", ".join(FIGURES_OF[figure.kind])
            note((*path, "kind"), f"{figure.of} has no such figure; expected an analysis of kind {kinds}")


def _nearest(word: str, allowed: Iterable[str]) -> str:
    known = [one for one in allowed if one]
    return nearest(word, known) if known else "there is none"
