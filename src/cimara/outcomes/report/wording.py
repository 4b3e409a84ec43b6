"""How numbers and names are written in sentences and tables of the report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.report.data_folder import endpoint_id
from cimara.outcomes.report.numbers import INTO, interval, listed, number, significant
from cimara.outcomes.report.plan import Analysis, EndpointUse, Plan
from cimara.outcomes.report.plan_words import Kind

SPACE = "\u00a0"


def endpoint_label(endpoint: EndpointUse) -> str:
    """What the report calls an endpoint."""
    known = endpoint_id(endpoint.use)
    if endpoint.label or endpoint.measurement:
        return endpoint.label or endpoint.measurement
    return catalogue[known].label if known in catalogue else endpoint.name


def in_sentence(label: str) -> str:
    """A label inside a sentence: words in lower case, abbreviations kept."""
    return _PART.sub(lambda found: found[0].lower() if found[0][1:].islower() else found[0], label)


_PART = re.compile(r"[^\W\d_]+")
CAUSE_OF = re.compile(r"^(?:time to|incidence of) (?:an? )?", re.IGNORECASE)
"""What the labels of the catalogue say before the event itself."""


def cause_label(name: str, endpoint: EndpointUse) -> str:
    """What the report calls a cause."""
    if name != endpoint.name:
        return name.replace("_", " ")
    return CAUSE_OF.sub("", in_sentence(endpoint_label(endpoint)))


def by_groups(plan: Plan, column: str) -> str:
    """` by arm`, or nothing."""
    return f" by {plan.label(column)}" if column else ""


def analysis_title(plan: Plan, entry: Analysis) -> str:
    """The title of an analysis: the plan's, or one made of what it does."""
    if entry.title:
        return entry.title
    if entry.kind is Kind.HETEROGENEITY:
        return f"Sites and the exposure of {entry.of}"
    endpoint = plan.endpoint(entry.endpoint)
    kind = KIND_TITLES[entry.kind]
    about = entry.by or entry.exposure
    with_time = entry.kind in (Kind.KAPLAN_MEIER, Kind.RMST, Kind.LANDMARK)
    label = (
        in_sentence(endpoint_label(endpoint))
        if with_time
        else cause_label(entry.cause or entry.endpoint, endpoint)
    )
    joint = "and" if entry.exposure else "by"
    return f"{kind}: {label}{f' {joint} {plan.label(about)}' if about else ''}"


KIND_TITLES = {
    Kind.KAPLAN_MEIER: "Kaplan-Meier",
    Kind.CUMULATIVE_INCIDENCE: "Cumulative incidence",
    Kind.RMST: "Restricted mean",
    Kind.LANDMARK: "Landmark",
    Kind.COX: "Regression",
    Kind.FINE_GRAY: "Regression",
    Kind.PROPENSITY: "Propensity-weighted comparison",
    Kind.RATE: "Rate",
    Kind.DOSE_FINDING: "Dose finding",
    Kind.BIOMARKER: "Biomarker",
}


def level_text(level: float) -> str:
    """`95 % CI`."""
    return f"{100 * level:g}{SPACE}% CI"


def percent_text(estimate: float | None, lower: float | None, upper: float | None) -> str:
    """`41 % (32–52)`, with one decimal below 10 and above 90."""
    if estimate is None:
        return "not estimable"
    sharp = 1 if estimate < 0.1 or estimate > 0.9 else 0
    told = f"{number(100 * estimate, sharp)}{SPACE}%"
    if lower is None or upper is None:
        return f"{told} (no interval)"
    return f"{told} ({number(100 * lower, sharp)}{INTO}{number(100 * upper, sharp)})"


def ratio_text(estimate: float | None, lower: float | None, upper: float | None) -> str:
    """`0.62 (0.41–0.94)`, or that it is not finite."""
    if estimate is None or lower is None or upper is None:
        return "not estimable"
    return interval(estimate, lower, upper)


def time_text(estimate: float | None, lower: float | None, upper: float | None) -> str:
    """`9.3 (7.1–11.2)`; limits that are not reached say so."""
    if estimate is None:
        return "not reached"
    if lower is None and upper is None:
        return f"{significant(estimate)} (limits not reached)"
    limits = [significant(one) if one is not None else "not reached" for one in (lower, upper)]
    between = " to " if lower is not None and lower < 0 else INTO
    return f"{significant(estimate)} ({limits[0]}{between}{limits[1]})"


def counted_text(n: int | None, events: float | None) -> str:
    """`n = 97, 48 events`."""
    told = [] if n is None else [f"n{SPACE}={SPACE}{n:,}"]
    if events is not None:
        told.append(f"{events:,g}{SPACE}event{'' if events == 1 else 's'}")
    return ", ".join(told)


def with_level(text: str, level: float) -> str:
    """`41 % (95 % CI 32–52)` of `41 % (32–52)`."""
    return text.replace("(", f"({level_text(level)} ", 1)


def with_adjustment(plan: Plan, adjust: Sequence[str], strata: Sequence[str]) -> str:
    """`, adjusted for age and sex, stratified by site`."""
    told = f", adjusted for {listed([plan.label(one) for one in adjust])}" if adjust else ""
    if strata:
        told += f", stratified by {listed([plan.label(one) for one in strata])}"
    return told


def group_label(plan: Plan, column: str, level: str) -> str:
    """A group as a sentence calls it: a level in words, a number or yes and no with its column."""
    if not column:
        return "all"
    if level in ("0", "1", "true", "false"):
        return f"{plan.label(column)}: {'yes' if level in ('1', 'true') else 'no'}"
    return level


def covariate_label(plan: Plan, name: str, term: str) -> str:
    """A column of a model: its label, with the level that it stands for."""
    level = name.removeprefix(f"{term}=") if name != term else ""
    return f"{plan.label(term)}: {level}" if level else plan.label(term)


def contrast_label(plan: Plan, name: str, term: str, levels: Sequence[str]) -> str:
    """`study drug against standard`; of a number its unit, or yes and no."""
    if name == term:
        yes = set(levels) <= {"0", "1", "false", "true"} and levels
        return f"{plan.label(term)}, {'yes against no' if yes else 'per unit'}"
    return f"{name.removeprefix(f'{term}=')} against {levels[0]}"


def options_text(options: Iterable[tuple[str, str]]) -> str:
    """Options as one phrase."""
    return "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in options)


def told_options(options: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Options as text, those that were not given left out."""
    found = []
    for name, value in options.items():
        if value in (None, "", ()):
            continue
        if isinstance(value, bool):
            text = "yes" if value else "no"
        elif isinstance(value, float | int):
            text = f"{value:g}"
        elif isinstance(value, tuple | list):
            text = ", ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in value)
        else:
            text = str(value)
        found.append((name, text))
    return tuple(found)
