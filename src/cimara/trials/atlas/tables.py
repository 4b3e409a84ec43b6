"""Writes an atlas as CSV and as one self-contained HTML page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape

from cimara.terms.endpoint import CATALOGUE, EndpointId
from cimara.terms.spreadsheet import safe_cell
from cimara.trials.atlas.collect import AtlasRow
from cimara.trials.atlas.heterogeneity import (
    NOT_STATED,
    Comparison,
    EndpointReport,
    Heterogeneity,
    Item,
    items_of,
    shown_of,
    value_of,
)

CSV_COLUMNS = (
    "nct_id", "title", "endpoint", "role", "outcome", "name", "compartment", "criteria", "assessor", "death",
    "lmd", "start", "landmark_days", "time_frame_days", "local_only", "ambiguous", "population", "flags",
    "rule_id", "data_date", "snapshot", "note",
)  # fmt: skip


def write_csv(report: Heterogeneity) -> str:
    """One line for each endpoint use, with data date, snapshot hash and the note of a starter record.

    The registry's words can't act as a formula in a spreadsheet.
    """
    provenance = report.atlas.provenance
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    source = (provenance.data_date or "", provenance.content_hash or "")
    for entry in report.endpoints:
        for row in entry.rows:
            writer.writerow(map(safe_cell, (*_cells(row), *source, row.note or "")))
    return out.getvalue()


def _cells(row: AtlasRow) -> tuple[str, ...]:
    use = row.use
    return (
        row.nct_id,
        row.title,
        use.canonical,
        use.role,
        str(use.ordinal + 1),
        use.name,
        use.compartment,
        ";".join(use.criteria),
        use.assessor,
        use.death_counts,
        use.lmd_counts,
        use.clock_start,
        "" if use.landmark_days is None else f"{use.landmark_days:g}",
        "" if use.time_frame_days is None else f"{use.time_frame_days:g}",
        "yes" if use.local_only else "no",
        "yes" if use.ambiguous else "no",
        use.population or "",
        ";".join(use.flags),
        use.rule_id,
    )


def write_differences_csv(found: Comparison) -> str:
    """One line for each compared item of two trials."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("endpoint", "item", found.first, found.second, "differs"))
    for one in found.items:
        differs = "yes" if one.differs else "no"
        writer.writerow((one.endpoint, one.item, one.first or "", one.second or "", differs))
    return out.getvalue()


def write_html(
    report: Heterogeneity,
    *,
    comparison: Comparison | None = None,
    definition_link: str | None = None,
) -> str:
    """The report as one page of tables without style, script or any other file.

    `definition_link` is the address of an endpoint's definition with `{id}` in it; it is put on endpoints
    that have an executable definition.
    """
    parts = [_summary(report), _census(report), _shares(report)]
    if comparison is not None:
        parts.append(_comparison(comparison))
    parts += [_endpoint_table(entry, definition_link) for entry in report.endpoints]
    title = "How trials define their endpoints"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n</head>\n<body>\n<main>\n'
        f"<h1>{title}</h1>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )


def _summary(report: Heterogeneity) -> str:
    atlas = report.atlas
    return (
        f"<p>{atlas.n_studies:,} trials ({escape(atlas.population)}), {atlas.n_with_outcomes:,} of them with "
        f"outcome measures, {atlas.n_measures:,} measures. {escape(atlas.provenance.describe())}</p>\n"
        f"<p>Values are what the registry's words say; “{NOT_STATED}” means that they say nothing, "
        "not that the trial's protocol says nothing.</p>"
    )


def _census(report: Heterogeneity) -> str:
    rows = [(one.label, f"{n:,}") for one, n in report.census.items()]
    caption = "Trials that name a response criterion in any outcome measure"
    return html_table(caption, ("criterion", "trials"), rows)


def _shares(report: Heterogeneity) -> str:
    rows = []
    for entry in report.endpoints:
        share = entry.share_complete
        stated = [
            f"{entry.stated(item):,}" if item in items_of(entry.endpoint) else "not asked" for item in Item
        ]
        complete = "not asked" if share is None else f"{entry.n_complete:,} ({share:.0%})"
        rows.append((entry.endpoint, f"{entry.n_trials:,}", f"{len(entry.rows):,}", *stated, complete))
    columns = ("endpoint", "trials", "measures", *(f"{item} stated" for item in Item), "all stated")
    return html_table("Measures that state what their endpoint needs", columns, rows)


def _comparison(found: Comparison) -> str:
    rows = [
        (
            f"{one.endpoint}: {one.item}",
            one.first if one.first is not None else "no such endpoint",
            one.second if one.second is not None else "no such endpoint",
            "differs" if one.differs else "same",
        )
        for one in found.items
    ]
    columns = ("endpoint and item", found.first, found.second, "compared")
    return html_table(f"{found.first} beside {found.second}", columns, rows)


def _endpoint_table(entry: EndpointReport, definition_link: str | None) -> str:
    shown = shown_of(entry.endpoint)
    rows = [
        (row.nct_id, f"{row.use.role} {row.use.ordinal + 1}", *(value_of(row.use, item) for item in shown))
        for row in entry.rows
    ]
    heading = f'<h2 id="{entry.endpoint}">{_heading(entry.endpoint, definition_link)}</h2>\n'
    caption = f"{entry.endpoint}: {len(rows):,} measures of {entry.n_trials:,} trials"
    return heading + html_table(caption, ("trial", "outcome", *shown), rows)


def _heading(endpoint: EndpointId, definition_link: str | None) -> str:
    text = escape(f"{endpoint}, {endpoint.label}")
    if definition_link is None or endpoint not in CATALOGUE:
        return text
    return f'<a href="{escape(definition_link.replace("{id}", endpoint))}">{text}</a>'


def html_table(caption: str, columns: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first cell of each row heads the row; every text is escaped."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )
