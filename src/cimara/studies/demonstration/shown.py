"""What a page may show of the demonstration study: results, figures, sites' reports, no patient's row."""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cimara.outcomes.report.data_folder import COHORT
from cimara.studies.demonstration.whole_way import Clock, Demonstration, SiteWay, make_demonstration

SHOWN_FORM = "cimara-shown-study/1"
RESULTS, REPORT, FIGURES, FLOW = "results.json", "report.html", "figures", "flow.json"
SITES, EFFECTS, SITE_REPORTS = "sites.json", "effects.json", "sites"
PLANTED = {
    "A1": ("overall_survival", "log_hazard_ratios", "hazard ratio"),
    "A2": ("recurrent_necrosis", "log_subdistribution_hazard_ratios", "subdistribution hazard ratio"),
}
"""Analyses that look for planted effects: where truth.json has them, and the measure that estimates them."""
NAMES_OF_TRUTH = {"kps_10": "kps_per_10", "severe": "severe_necrosis"}
"""Variables of the study file that truth.json calls otherwise."""


def make_shown_demonstration(
    folder: Path,
    *,
    now: Clock,
    seed: int = 1,
    patients: int = 1700,
    sites: int = 17,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Walk the demonstration in a folder of its own, and leave what may be shown in `folder`.

    `folder` is there once it is whole, and not before; what is there already is replaced.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as held:
        made = make_demonstration(
            Path(held) / "whole", now=now, seed=seed, patients=patients, sites=sites, progress=progress
        )
        aside = Path(held) / "shown"
        _write(made, aside)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(aside, folder)


def _write(made: Demonstration, target: Path) -> None:
    report, data = made.finished.report.folder, made.finished.data
    (target / SITE_REPORTS).mkdir(parents=True)
    shutil.copyfile(report / RESULTS, target / RESULTS)
    shutil.copyfile(report / REPORT, target / REPORT)
    shutil.copytree(report / FIGURES, target / FIGURES)
    shutil.copyfile(data / COHORT, target / FLOW)
    truth = json.loads((made.folder / "consortium" / "truth.json").read_text(encoding="utf-8"))
    _dump(target / EFFECTS, {"form": SHOWN_FORM, "effects": list(_effects(made, truth["estimands"]))})
    told = []
    for site, way in made.sites.items():
        first = made.folder / "reports" / site / "first" / "report.html"
        if first.is_file():
            shutil.copyfile(first, target / SITE_REPORTS / f"{site}.html")
        told.append(_site(site, way))
    _dump(target / SITES, {"form": SHOWN_FORM, "sites": told})


def _effects(made: Demonstration, truth: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """Each ratio that was planted beside the one that was found."""
    labels = {one.name: one.label for one in made.checked.study.variables}
    for result in made.finished.report.results:
        if result.analysis.id not in PLANTED or result.findings is None:
            continue
        estimand, scale, measure = PLANTED[result.analysis.id]
        for name in result.analysis.covariates:
            found = next(
                one
                for one in result.findings.estimates
                if one.measure == measure and one.of.startswith((f"{labels[name]}:", f"{labels[name]},"))
            )
            yield {
                "analysis": result.analysis.id,
                "measure": measure,
                "covariate": labels[name],
                "planted": math.exp(truth[estimand][scale][NAMES_OF_TRUTH.get(name, name)]),
                "found": found.estimate,
                "lower": found.lower,
                "upper": found.upper,
            }


def _dump(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _site(site: str, way: SiteWay) -> dict[str, object]:
    return {
        "site": site,
        "format": str(way.delivery.kind),
        "first_errors": way.first.errors if way.first else None,
        "first_warnings": way.first.warnings if way.first else None,
        "refusal": way.refusal,
        "mended_warnings": way.mended.warnings,
        "patients": way.mended.patients,
        "rows": sum(way.mended.rows.values()),
        "version": way.version,
    }
