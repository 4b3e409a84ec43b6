"""Makes a report of a plan over a data folder, and writes its folder aside before it takes its place."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cimara import __version__
from cimara.outcomes.report.code_hash import code_hash
from cimara.outcomes.report.data_checks import check_audience, check_plan_against_data
from cimara.outcomes.report.data_folder import DataFolder, read_data_folder
from cimara.outcomes.report.description import Description, describe
from cimara.outcomes.report.errors import ReportError
from cimara.outcomes.report.findings import Findings, Result, Sheet, Status
from cimara.outcomes.report.lock import PlanLock, read_lock
from cimara.outcomes.report.over_sites import OverSites
from cimara.outcomes.report.page import Hashes, page
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.plan_reading import read_plan
from cimara.outcomes.report.provenance import provenance
from cimara.outcomes.report.running import run_plan

RESULTS_SCHEMA = "cimara-results/1"
OWN = ("report.html", "results.json", "provenance.json", "tables", "figures")
"""What a report's folder holds."""


@dataclass(frozen=True, slots=True)
class Written:
    """The folder of a report, and the results that it tells."""

    folder: Path
    results: tuple[Result, ...]

    @property
    def complete(self) -> bool:
        """Whether every analysis was done."""
        return all(one.status is Status.DONE for one in self.results)


def write_report(
    plan_path: Path,
    data_folder: Path,
    out: Path,
    *,
    now: Callable[[], dt.datetime],
    progress: Callable[[str], None] | None = None,
    completed: Callable[[Plan], Plan] | None = None,
) -> Written:
    """Run a plan over a data folder and write the report.

    Parameters
    ----------
    out
        Folder of the report. One that is there is replaced if a report wrote it. Results are kept beside it,
        in `.NAME.cache`, and reused while data, entry of the plan and code are unchanged.
    now
        The clock, for provenance.json alone.
    completed
        Adds to the plan what a study knows beside it.

    Raises
    ------
    PlanError, DataFolderError, ReportError
        With every fault of plan and data; nothing is written then.
    """
    started = now()
    plan = read_plan(plan_path)
    check_audience(plan)
    lock = read_lock(plan_path)
    data = read_data_folder(data_folder)
    plan = plan if completed is None else completed(plan)
    check_plan_against_data(plan, data)
    check_target(out)
    hashes = _hashes(plan, data)
    results = run_plan(plan, data, code_hash=hashes.code, cache=cache_path(out), progress=progress)
    made = Made(plan, lock, describe(plan, data, results), results, hashes)
    return write_made(made, out, started=started, now=now)


@dataclass(frozen=True, slots=True)
class Made:
    """All that a report tells; `over_sites` where rows stayed at their sites."""

    plan: Plan
    lock: PlanLock
    description: Description
    results: tuple[Result, ...]
    hashes: Hashes
    over_sites: OverSites | None = None


def write_made(made: Made, out: Path, *, started: dt.datetime, now: Callable[[], dt.datetime]) -> Written:
    """Write the folder of a report, aside until it is whole."""
    check_target(out)
    aside = out.with_name(f".{out.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        _write(aside, made)
        told = provenance(made.hashes, seed=made.plan.study.seed, started=started, ended=now())
        _write_json(aside / "provenance.json", told)
        _take_place(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Written(out, made.results)


def cache_path(out: Path) -> Path:
    """The folder beside a report that keeps results, so that an interrupted run goes on from them."""
    return out.with_name(f".{out.name}.cache")


def check_target(out: Path) -> None:
    """Refuse a folder that holds what no report wrote."""
    if not out.exists():
        return
    strange = sorted(one.name for one in out.iterdir() if one.name not in OWN) if out.is_dir() else [out.name]
    if strange or (out.is_dir() and not (out / "provenance.json").is_file() and any(out.iterdir())):
        raise ReportError(
            "holds what no report wrote",
            where=str(out),
            expected="a new folder, or that of an earlier report",
        )


def _hashes(plan: Plan, data: DataFolder) -> Hashes:
    tables = [(one, data.table(one.use)) for one in plan.endpoints if one.use]
    return Hashes(
        plan=plan.sha256,
        data=data.files,
        endpoints=tuple(
            (f"{one.name} ({found.endpoint})", found.fingerprint) for one, found in tables if found
        ),
        code=code_hash(),
        version=__version__,
    )


def _write(folder: Path, made: Made) -> None:
    plan, description, results = made.plan, made.description, made.results
    tables, figures = folder / "tables", folder / "figures"
    tables.mkdir()
    figures.mkdir()
    (folder / "report.html").write_text(_page(made), encoding="utf-8")
    content = results_content(plan, description, results)
    if made.over_sites is not None:
        content["over_sites"] = msgspec.to_builtins(made.over_sites)
    _write_json(folder / "results.json", content)
    for sheet in description.sheets:
        _write_table(tables / f"{sheet.name}.csv", sheet)
    for one in results:
        if one.findings is None:
            continue
        for sheet in one.findings.tables:
            _write_table(tables / f"{one.analysis.id}-{sheet.name}.csv", sheet)
        _write_figures(figures, one.analysis.id, one.findings)


def _page(made: Made) -> str:
    return page(made.plan, made.lock, made.description, made.results, made.hashes, over_sites=made.over_sites)


def _write_figures(folder: Path, name: str, made: Findings) -> None:
    for drawing in made.figures:
        stem = f"{name}-{drawing.kind.replace('_', '-')}"
        for suffix, content in drawing.files:
            (folder / f"{stem}.{suffix}").write_bytes(content)
        for sheet in drawing.frames:
            _write_table(folder / f"{stem}-{sheet.name.replace('_', '-')}.csv", sheet)


def _write_table(path: Path, sheet: Sheet) -> None:
    sheet.frame().write_csv(path)


def results_content(plan: Plan, description: Description, results: Sequence[Result]) -> dict[str, object]:
    """What results.json holds; nothing in it depends on when or where it was made."""
    return {
        "schema": RESULTS_SCHEMA,
        "study": msgspec.to_builtins(plan.study),
        "population": msgspec.to_builtins(plan.population),
        "endpoints": msgspec.to_builtins(plan.endpoints),
        "description": [_table(one) for one in description.sheets],
        "analyses": [_result(one) for one in results],
    }


def _result(one: Result) -> dict[str, object]:
    entry, made = one.analysis, one.findings
    found: dict[str, object] = {
        "id": entry.id,
        "title": entry.title or None,
        "kind": str(entry.kind),
        "endpoint": entry.endpoint,
        "primary": entry.primary,
        "planned": entry.planned,
        "status": str(one.status),
        "code": one.code or None,
        "message": one.message or None,
        "remarks": list(one.remarks),
    }
    if made is None:
        return found
    return found | {
        "method": made.method,
        "options": dict(made.options),
        "sentence": made.sentence,
        "n": made.n,
        "events": made.events,
        "clusters": made.clusters,
        "strata": made.strata,
        "dropped": dict(made.dropped),
        "estimates": msgspec.to_builtins(made.estimates),
        "covariance": msgspec.to_builtins(made.covariance),
        "assumptions": list(made.assumptions),
        "warnings": [
            {"code": str(note.code), "message": note.message, "columns": list(note.columns)}
            for note in (*made.warnings, *made.unmet)
        ],
        "r_call": list(made.r_call),
        "tables": [_table(sheet) for sheet in made.tables],
        "figures": [{"kind": drawing.kind, "title": drawing.title, "description": drawing.description}
                    for drawing in made.figures],
    }  # fmt: skip


def _table(sheet: Sheet) -> dict[str, object]:
    return {"name": sheet.name, "title": sheet.title, "columns": list(sheet.columns),
            "rows": [list(row) for row in sheet.rows]}  # fmt: skip


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=False)
    path.write_text(text + "\n", encoding="utf-8")


def _take_place(aside: Path, out: Path) -> None:
    """Put the new folder in the place of the old one."""
    if not out.exists():
        os.replace(aside, out)
        return
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    os.replace(out, old)
    os.replace(aside, out)
    shutil.rmtree(old)
