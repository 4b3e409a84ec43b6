"""Lays a survey out as tables, and renders them as text, Markdown, HTML and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from cimara.trials.atlas.tables import html_table
from cimara.trials.survey.count import Cell, ColumnOdds, ColumnTrend, Dimension, Group, Survey
from cimara.trials.survey.diff import PolicyChange, SurveyDiff
from cimara.trials.survey.schema import Question
from cimara.trials.survey.sensitivity import Confusion, reweigh

ALL = "all trials"
SENSITIVE_QUESTION = "brm"
"""The question that a confusion matrix of brain-metastasis policies re-weighs."""


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, column heads and rows; the first cell of a row heads it."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(survey: Survey, confusion: Confusion | None = None, *, brief: bool = False) -> Iterator[Table]:
    """Every table of a survey: counts by question, trends, odds ratios, and re-weighted counts.

    `brief` rounds shares to whole percent, for a terminal.
    """
    for question in survey.schema.questions:
        yield _counts(survey, question, brief=brief)
    if survey.trends:
        yield _trends(survey)
    if survey.odds:
        yield _odds(survey)
    if confusion is not None:
        yield _sensitivity(survey, confusion)


def caption(survey: Survey) -> str:
    """What a reader must know to use the figures: population, date, snapshot, intervals, sources."""
    parts = [
        f"{survey.schema.title} columns; {len(survey.total.trials):,} trials ({survey.population})",
        survey.provenance.describe().rstrip("."),
        "Shares are of all trials of the row, with Wilson 95 % intervals",
        "The policies were read from the criteria text by rules; what these could not settle has a column",
    ]
    if Dimension.TUMOUR in survey.by:
        parts.append(f"A trial of several tumours counts in each of them, and once in “{ALL}”")
    if Dimension.YEAR in survey.by:
        parts.append(f"The year is that of {survey.year_of.replace('_', ' ')}")
    if survey.schema.source:
        parts.append(f"Published: {survey.schema.source}")
    if survey.schema.note:
        parts.append(survey.schema.note.rstrip("."))
    return ". ".join(parts) + "."


def _label(group: Group) -> str:
    return ", ".join(group.key) if group.key else ALL


def _counts(survey: Survey, question: Question, *, brief: bool) -> Table:
    rows = [
        (
            _label(group),
            f"{len(group.trials):,}",
            *(_cell(cell, brief=brief) for cell in group.cells[question.id]),
        )
        for group in (*survey.groups, survey.total)
    ]
    if any(column.published is not None for column in question.columns):
        published = ("" if one.published is None else f"{one.published:g} %" for one in question.columns)
        rows.append((f"published: {survey.schema.title}", "", *published))
    heads = ("group", "trials", *(column.label for column in question.columns))
    return Table(f"What trials say of {question.label}", heads, tuple(rows))


def _cell(cell: Cell, *, brief: bool) -> str:
    share, interval = cell.share, cell.interval
    if share is None or interval is None:
        return "0"
    if brief:
        return f"{cell.count:,} ({100 * share:.0f} %, {100 * interval.low:.0f}-{100 * interval.high:.0f})"
    return f"{cell.count:,} ({share:.1%}, {interval.low:.1%} to {interval.high:.1%})".replace("%", " %")


def _trends(survey: Survey) -> Table:
    rows = []
    for one in survey.trends:
        found = one.trend
        values = ("no test", "", "") if found is None else (
            f"{found.z:+.2f}", _p(found.p), f"{found.groups}"
        )  # fmt: skip
        rows.append((_share_name(survey, one), *values))
    heads = ("share", "z (rises if positive)", "p, two-sided", "years")
    return Table("Trend over the years, Cochran-Armitage test", heads, tuple(rows))


def _share_name(survey: Survey, one: ColumnTrend | ColumnOdds) -> str:
    question = next(asked for asked in survey.schema.questions if asked.id == one.question)
    return ": ".join((*one.key, question.label, one.column.label))


def _p(value: float) -> str:
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def _odds(survey: Survey) -> Table:
    rows = []
    for one in survey.odds:
        found = one.odds
        if found is None:
            values = ("no ratio: a group is empty", "", "")
        else:
            interval = f"{found.interval.low:.2f} to {found.interval.high:.2f}"
            values = (f"{found.value:.2f}", interval, "yes" if found.corrected else "no")
        rows.append((_share_name(survey, one), *values))
    heads = ("share", "odds ratio", "95 % interval (Woolf)", "0.5 added to each cell (Haldane)")
    name = "Odds in trials of industry over those of all other stated sponsor classes"
    return Table(name, heads, tuple(rows))


def _sensitivity(survey: Survey, confusion: Confusion) -> Table:
    question = next(one for one in survey.schema.questions if one.id == SENSITIVE_QUESTION)
    rows = []
    for group in (*survey.groups, survey.total):
        for one in reweigh(survey, group, question, confusion):
            total = one.total or 1
            rows.append(
                (
                    f"{_label(group)}: {one.column.label}",
                    f"{one.read:,}",
                    f"{one.expected:,.1f}",
                    f"{one.read / total:.1%}".replace("%", " %"),
                    f"{one.expected / total:.1%}".replace("%", " %"),
                )
            )
    name = f"Brain metastases, re-weighted by the reader's errors on {confusion.labelled:,} labelled trials"
    return Table(
        name,
        ("group and answer", "as read", "re-weighted", "share as read", "share re-weighted"),
        tuple(rows),
    )


def trial_table(survey: Survey) -> Table:
    """The registry numbers of every cell that has any."""
    rows = [
        (f"{_label(group)}: {question.label}, {cell.column.label}", f"{cell.count:,}", " ".join(cell.trials))
        for group in (*survey.groups, survey.total)
        for question in survey.schema.questions
        for cell in group.cells[question.id]
        if cell.trials
    ]
    return Table("Trials of each cell", ("cell", "trials", "registry numbers"), tuple(rows))


def write_text(found: Sequence[Table], note: str) -> str:
    """Tables for a terminal, columns aligned, with the caption below."""
    return "\n\n".join((*map(_aligned, found), note)) + "\n"


def _aligned(table: Table) -> str:
    lines = [table.columns, *table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.columns))]
    body = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join((table.caption, *body))


def write_markdown(found: Sequence[Table], note: str) -> str:
    """Tables in Markdown, with the caption below."""
    return "\n\n".join((*map(_markdown, found), note)) + "\n"


def _markdown(table: Table) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"

    rule = "|" + "---|" * len(table.columns)
    return "\n".join((f"**{table.caption}**", "", line(table.columns), rule, *map(line, table.rows)))


def write_html(found: Sequence[Table], note: str, title: str) -> str:
    """Tables as one page without style, script or any other file, with the caption above."""
    body = "\n".join(html_table(table.caption, table.columns, table.rows) for table in found)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n</head>\n<body>\n<main>\n'
        f"<h1>{escape(title)}</h1>\n<p>{escape(note)}</p>\n{body}\n</main>\n</body>\n</html>\n"
    )


def write_csv(survey: Survey) -> str:
    """One line for each cell, with its trials, data date, snapshot hash and the note on starter records."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    dimensions = tuple(survey.by)
    heads = ("question", "answer", "n", "total", "percent", "low", "high", "published_percent")
    writer.writerow((*dimensions, *heads, "trials", "schema", "data_date", "snapshot", "note"))
    source = survey.provenance
    origin = (survey.schema.id, source.data_date or "", source.content_hash or "", source.starter_note or "")
    for group in (*survey.groups, survey.total):
        key = group.key or ("all",) * len(dimensions)
        for question in survey.schema.questions:
            for cell in group.cells[question.id]:
                tail = (" ".join(cell.trials), *origin)
                writer.writerow((*key, question.id, cell.column.id, *_numbers(cell), *tail))
    return out.getvalue()


def _numbers(cell: Cell) -> tuple[str, ...]:
    share, interval = cell.share, cell.interval
    shares: tuple[str, ...] = ("", "", "")
    if share is not None and interval is not None:
        shares = tuple(f"{100 * one:.4f}" for one in (share, interval.low, interval.high))
    published = "" if cell.column.published is None else f"{cell.column.published:g}"
    return (str(cell.count), str(cell.total), *shares, published)


def diff_table(found: SurveyDiff) -> Table:
    """One row for each changed policy, with the sentences before and after."""
    rows = tuple(
        (one.nct_id, one.title, one.field, f"{one.before} -> {one.after}", *_sentences(one), _cause(one))
        for one in found.changes
    )
    heads = ("trial", "title", "policy", "change", "words before", "words after", "criteria text")
    return Table(f"{len(rows):,} changed policies in {found.in_both:,} trials of both snapshots", heads, rows)


def _sentences(change: PolicyChange) -> tuple[str, str]:
    before, after = (" … ".join(part) for part in (change.sentences_before, change.sentences_after))
    return before or "(the record is silent)", after or "(the record is silent)"


def _cause(change: PolicyChange) -> str:
    return "changed" if change.text_changed else "the same: our reader changed"


def diff_note(found: SurveyDiff) -> str:
    """What a reader must know of the two snapshots."""
    parts = [
        f"Old: {found.old.describe()} New: {found.new.describe()}",
        f"{len(found.appeared):,} trials are new, {len(found.gone):,} are gone.",
    ]
    if found.reader_changed:
        parts.append("The two snapshots were read by different rules, so a change may be ours.")
    return " ".join(parts)
