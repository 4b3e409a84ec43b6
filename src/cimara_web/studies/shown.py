"""The demonstration study as its folder shows it: question, sites, flow, results beside what was planted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimara.studies.demonstration.shown import EFFECTS, FIGURES, FLOW, REPORT, RESULTS, SITE_REPORTS, SITES

FOLDER = "demonstration-study"
"""Name of the folder in the portal's var folder."""
MAKING = f"{FOLDER}.making"
FAILED = f"{FOLDER}.failed"
"""Files beside it: it is being made; it could not be made."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: name of its file, title, and its words."""

    name: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Effect:
    """A ratio that was found, beside the one that was planted."""

    analysis: str
    measure: str
    covariate: str
    planted: float
    found: float
    lower: float
    upper: float

    @property
    def covers(self) -> bool:
        """Whether the interval holds what was planted."""
        return self.lower <= self.planted <= self.upper


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis: its title, its sentence and its figures."""

    id: str
    title: str
    sentence: str
    primary: bool
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class ShownStudy:
    """All that the page says."""

    title: str
    flow: Mapping[str, Any]
    sites: tuple[Mapping[str, Any], ...]
    analyses: tuple[Analysis, ...]
    effects: tuple[Effect, ...]

    @property
    def patients(self) -> int:
        """Patients of all sites."""
        return sum(one["patients"] for one in self.sites)


def read_study(folder: Path) -> ShownStudy:
    """The study in a folder that `make_shown_demonstration` wrote."""
    results = _json(folder / RESULTS)
    flow = next(one for one in _json(folder / FLOW)["tables"] if one["name"] == "consort")
    return ShownStudy(
        title=results["study"]["title"],
        flow=flow,
        sites=tuple(_json(folder / SITES)["sites"]),
        analyses=tuple(_analysis(one) for one in results["analyses"] if one.get("sentence")),
        effects=tuple(Effect(**one) for one in _json(folder / EFFECTS)["effects"]),
    )


def report_path(folder: Path) -> Path:
    """The report as one page."""
    return folder / REPORT


def results_path(folder: Path) -> Path:
    """The results for programs."""
    return folder / RESULTS


def figure_path(folder: Path, name: str) -> Path:
    """A figure by the name of its file."""
    return folder / FIGURES / f"{name}.svg"


def site_report_path(folder: Path, site: str) -> Path:
    """What a site's first export was told."""
    return folder / SITE_REPORTS / f"{site}.html"


def _analysis(one: Mapping[str, Any]) -> Analysis:
    figures = tuple(
        Figure(f"{one['id']}-{made['kind'].replace('_', '-')}", made["title"], made["description"])
        for made in one["figures"]
    )
    return Analysis(one["id"], one["title"] or one["id"], one["sentence"], one["primary"], figures)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
