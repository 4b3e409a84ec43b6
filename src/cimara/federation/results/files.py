"""The files of a federated result: results.json, a CSV file for each table, and one page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

import cimara
from cimara.federation.estimators import ESTIMATORS
from cimara.outcomes.report.findings import Sheet
from cimara.outcomes.report.html import Markup, element, items, table, together
from cimara.outcomes.report.page import POLICY

if TYPE_CHECKING:
    from cimara.federation.results.result import Result

SCHEMA = "cimara-federated-result/1"
NOT_SHOWN = "not shown"


def write_result(result: Result, folder: Path) -> None:
    """Write all files into a new folder."""
    folder.mkdir(parents=True)
    text = json.dumps(_content(result), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "results.json").write_text(f"{text}\n", encoding="utf-8")
    for name, frame in _frames(result).items():
        frame.write_csv(folder / f"{name}.csv")
    (folder / "index.html").write_text(page(result), encoding="utf-8")


def _frames(result: Result) -> dict[str, pl.DataFrame]:
    """Every table that may be seen, by the name of its file."""
    found = {_file_name(name): frame for name, frame in result.tables.items()}
    extra = {"curve": result.curve, "sites": result.site_panel}
    return found | {name: frame for name, frame in extra.items() if frame is not None}


def _file_name(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in name)


def _content(result: Result) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "study": result.study,
        "analysis": result.analysis,
        "estimator": result.estimator,
        "job": result.job,
        "sites": list(result.sites),
        "patients": result.shown_patients,
        "events": result.shown_events,
        "rounds": result.rounds,
        "masked": result.masked,
        "grid": str(result.grid.kind),
        "tables": {name: _rows(frame) for name, frame in _frames(result).items()},
        "disclosure": list(result.disclosure),
        "warnings": list(result.warnings),
        "hashes": dict(result.hashes),
        "bytes": dict(result.bytes),
        "methods": result.methods_text(),
        "version": cimara.__version__,
    }


def _rows(frame: pl.DataFrame) -> dict[str, Any]:
    sheet = Sheet.of("", "", frame)
    return {"columns": list(sheet.columns), "rows": [list(row) for row in sheet.rows]}


def page(result: Result) -> str:
    """The whole page; it asks for nothing and runs nothing."""
    title = f"{result.study}: {result.analysis}"
    body = together(
        (
            element("header", element("h1", title), _facts(result)),
            element("main", *(element("section", *one) for one in _sections(result))),
        )
    )
    style = resources.files("cimara.outcomes.report").joinpath("report.css").read_text(encoding="utf-8")
    head = together(
        (
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
            element("title", title),
            element("style", Markup(style)),
        )
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def _facts(result: Result) -> Markup:
    kind = ESTIMATORS.get(result.estimator)
    facts = [
        ("Sites", ", ".join(result.sites)),
        ("Patients", _shown(result.shown_patients)),
        ("Events", _shown(result.shown_events)),
        ("Rounds", str(result.rounds)),
        ("What left a site", kind.words if kind else result.estimator),
        ("Sums", "masked: only the total could be read" if result.masked else "not masked"),
    ]
    listed = (together((element("dt", name), element("dd", told))) for name, told in facts)
    return element("dl", *listed, class_="facts")


def _sections(result: Result) -> Iterator[tuple[Markup, ...]]:
    for name, frame in _frames(result).items():
        title = name.replace("-", " ").capitalize()
        yield element("h2", title), table(Sheet.of(name, title, frame), name=name, titled=False)
    if result.warnings:
        yield element("h2", "Warnings"), items(result.warnings, class_="warnings")
    yield element("h2", "Methods"), element("p", result.methods_text())
    lines = [
        together((f"{name}: ", element("span", one, class_="hash"))) for name, one in result.hashes.items()
    ]
    sent = [f"{site}: {count:,} bytes" for site, count in result.bytes.items()]
    yield element("h2", "What this result was made of"), items(lines)
    yield element("h2", "What each site sent in this job"), items(sent)


def _shown(count: int | None) -> str:
    return NOT_SHOWN if count is None else f"{count:,}"
