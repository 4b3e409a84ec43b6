"""Writes the harmonisation matrix: text for a terminal, HTML for people, CSV and JSON for machines."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path

import msgspec

from cimara.cohort.harmonise.matrix import Cell, Matrix, Variable
from cimara.cohort.harmonise.plans import Status
from cimara.cohort.model import MissingReason
from cimara.cohort.report.markup import Content, Markup, bullets, element, table, together

TITLE = "Harmonisation matrix"
NAMES = {Status.COMPLETE: "yes", Status.IMPOSSIBLE: "imp", Status.UNDETERMINED: "?"}
LEGEND = (
    "yes: the site can give it; imp: its source never can; ?: nobody has looked yet. "
    "92+5: 92 per cent of the rows have a value, 5 per cent a reason why not, the rest is blank."
)
WIDTH = 100
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
FILES = ("matrix.html", "matrix.csv", "matrix.json")


def cell_text(cell: Cell) -> str:
    """A cell in a few signs: the status, or the share of values and of reasons."""
    if cell.status is not Status.COMPLETE or cell.filled is None:
        return NAMES[cell.status]
    if not cell.filled.rows:
        return "no rows"
    reasons = min(sum(share for _, share in cell.filled.reasons), 100 - cell.filled.values)
    return f"{cell.filled.values}+{reasons}" if reasons else f"{cell.filled.values}"


def as_text(matrix: Matrix) -> str:
    """The matrix for a terminal; fields of an entity that no site can give share a line."""
    lines = list(_text_lines(matrix))
    widths = [max(len(row[place]) for row in lines) for place in range(len(matrix.sites) + 1)]
    told = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in lines
    ]
    return "\n".join([*textwrap.wrap(LEGEND, WIDTH), "", *told]) + "\n"


def _text_lines(matrix: Matrix) -> Iterator[tuple[str, ...]]:
    yield ("", *matrix.sites)
    needed = [one for one in matrix.variables if one.needed_by]
    for one in needed:
        yield (f"{one.entity}.{one.field} *", *(cell_text(cell) for cell in one.cells))
    for total in matrix.analyses:
        yield (
            f"analysis {total.analysis}: {total.sites} of {len(matrix.sites)} sites",
            *("yes" if not lacks else f"lacks {len(lacks)}" for lacks in total.lacks),
        )
    if needed:
        yield ("* needed by an analysis", *("" for _ in matrix.sites))
    for name, held in groupby((one for one in matrix.variables if not one.needed_by), lambda one: one.entity):
        alike: dict[tuple[str, ...], int] = {}
        own = list(held)
        for one in own:
            cells = tuple(cell_text(cell) for cell in one.cells)
            if any(cell.status is Status.COMPLETE for cell in one.cells):
                yield (f"{name}.{one.field}", *cells)
            else:
                alike[cells] = alike.get(cells, 0) + 1
        for cells, count in alike.items():
            more = "" if count == len(own) else "other "
            yield (f"{name}, {count} {more}field{'s' if count > 1 else ''}", *cells)


def as_csv(matrix: Matrix) -> str:
    """One row for each variable at each site; shares in whole per cent."""
    reasons = [f"{one.lower()}_pct" for one in MissingReason]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "entity",
            "field",
            "need",
            "needed_by",
            "site",
            "status",
            "rows",
            "values_pct",
            *reasons,
            "blank_pct",
        ]
    )
    for one in matrix.variables:
        for site, cell in zip(matrix.sites, one.cells, strict=True):
            held = cell.filled
            shares = (
                [
                    held.rows,
                    held.values,
                    *(dict(held.reasons).get(reason, 0) for reason in MissingReason),
                    held.blank,
                ]
                if held is not None
                else [""] * (len(reasons) + 3)
            )
            writer.writerow(
                [one.entity, one.field, one.need, " ".join(one.needed_by), site, cell.status, *shares]
            )
    return out.getvalue()


def as_json(matrix: Matrix) -> bytes:
    """The matrix as JSON, sites and totals first."""
    held = {
        "sites": matrix.sites,
        "analyses": [
            {
                "analysis": one.analysis,
                "sites": one.sites,
                "lacks": {
                    site: [".".join(pair) for pair in lacks]
                    for site, lacks in zip(matrix.sites, one.lacks, strict=True)
                },
            }
            for one in matrix.analyses
        ],
        "variables": [
            {
                "entity": one.entity,
                "field": one.field,
                "label": one.label,
                "need": one.need,
                "needed_by": one.needed_by,
                "sites": {
                    site: {"status": cell.status, **_shares(cell)}
                    for site, cell in zip(matrix.sites, one.cells, strict=True)
                },
            }
            for one in matrix.variables
        ],
    }
    return msgspec.json.format(msgspec.json.encode(held), indent=1) + b"\n"


def _shares(cell: Cell) -> dict[str, object]:
    held = cell.filled
    if held is None:
        return {}
    return {
        "rows": held.rows,
        "values_pct": held.values,
        "reasons_pct": {str(reason): share for reason, share in held.reasons},
        "blank_pct": held.blank,
    }


def as_html(matrix: Matrix) -> str:
    """One page without scripts: who can join which analysis on top, needed variables, then all by entity."""
    style = resources.files("cimara.cohort.report").joinpath("report.css").read_text(encoding="utf-8")
    head = together(
        (
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
            element("title", TITLE),
            element("style", Markup(style)),
        )
    )
    count = len(matrix.sites)
    intro = element("p", f"{count} site{'s' if count != 1 else ''}. {LEGEND}")
    body = element("main", element("h1", TITLE), intro, *_html_sections(matrix))
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def _html_sections(matrix: Matrix) -> Iterator[Content]:
    if matrix.analyses:
        yield element("h2", "Planned analyses")
        yield table(
            ["Analysis", "Sites that can contribute", *matrix.sites],
            [
                (
                    one.analysis,
                    f"{one.sites} of {len(matrix.sites)}",
                    *(_lacking(lacks) for lacks in one.lacks),
                )
                for one in matrix.analyses
            ],
            caption="Sites that can contribute to each analysis, and what the others lack",
        )
    needed = [one for one in matrix.variables if one.needed_by]
    if needed:
        yield element("h2", "Variables that analyses need")
        yield _variables(matrix, needed, "Variables that analyses need", named=True)
    rest = [one for one in matrix.variables if not one.needed_by]
    for name, held in groupby(rest, lambda one: one.entity):
        yield element("h2", name)
        yield _variables(matrix, list(held), name, named=False)


def _lacking(lacks: tuple[tuple[str, str], ...]) -> Markup | str:
    return bullets([".".join(one) for one in lacks]) if lacks else "yes"


def _variables(matrix: Matrix, variables: list[Variable], caption: str, *, named: bool) -> Markup:
    rows = [
        (
            f"{one.entity}.{one.field}" if named else one.field,
            one.label,
            ", ".join(one.needed_by),
            f"{one.can_give} of {len(matrix.sites)}",
            *(cell_text(cell) for cell in one.cells),
        )
        for one in variables
    ]
    heads = ["Field", "Label", "Needed by", "Sites", *matrix.sites]
    if not named:
        rows = [(row[0], row[1], *row[3:]) for row in rows]
        heads.remove("Needed by")
    return table(heads, rows, caption=caption)


def write_matrix(matrix: Matrix, folder: Path) -> list[Path]:
    """Write matrix.html, matrix.csv and matrix.json; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = (as_html(matrix).encode(), as_csv(matrix).encode(), as_json(matrix))
    paths = [folder / name for name in FILES]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths
