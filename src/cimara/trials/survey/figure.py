"""Draws a survey: for each group, what share of its trials gives each answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cimara.terms.svg import FOOT_LINE_INCHES, INK, LINE, draw_svg, foot_lines
from cimara.trials.survey.count import Group, Survey
from cimara.trials.survey.schema import Column, Question
from cimara.trials.survey.tables import ALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "required": "#2b6ca3",
    "active_allowed": "#7fb3d8",
    "allowed": "#7fb3d8",
    "max_dose": "#7fb3d8",
    "stable_only": "#e8a33d",
    "excluded": "#b5532a",
    "none": "#b5532a",
    "not_mentioned": "#c3cad1",
    "not_applicable": "#7d6b91",
}
"""The colour of a column, by the first of its policies, so that a policy looks the same in every schema."""

UNREAD_COLOUR = "#ffffff"
DARK = frozenset({"#2b6ca3", "#b5532a", "#7d6b91"})

MAX_GROUPS = 24
ROW_INCHES = 0.34
LEFT_INCHES = 3.1
BAR_INCHES = 5.6
RIGHT_INCHES = 0.9
TOP_INCHES = 1.25
FOOT_INCHES = 0.35
LABEL_LENGTH = 40
TEXT_FROM_PERCENT = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureWords:
    """The words of a survey figure in one language; `smaller` has the place `n`.

    `columns` are the labels by column id; `values` replace words of the groups' keys.
    """

    title: str
    columns: Mapping[str, str]
    everyone: str
    values: Mapping[str, str]
    smaller: str
    foot: str


def in_english(survey: Survey, question: Question) -> FigureWords:
    """The library's own words."""
    return FigureWords(
        title=f"What trials say of {question.label}",
        columns={column.id: column.label for column in question.columns},
        everyone=ALL,
        values={},
        smaller="{n} smaller groups are in the tables.",
        foot=survey.provenance.describe(),
    )


def survey_svg(survey: Survey, question_id: str = "brm", words: FigureWords | None = None) -> str:
    """Stacked bars in percent for one question, the published figures as bars of their own, as SVG."""
    question = next(one for one in survey.schema.questions if one.id == question_id)
    said = words or in_english(survey, question)
    return draw_svg(lambda: _bars(survey, question, said), title=said.title)


def _bars(survey: Survey, question: Question, words: FigureWords) -> Figure:
    from matplotlib.figure import Figure

    groups = (*_largest(survey), survey.total)
    published = [one.published for one in question.columns]
    lines = len(groups) + any(one is not None for one in published)
    foot = foot_lines(_note(survey, words))
    height = TOP_INCHES + lines * ROW_INCHES + FOOT_INCHES + len(foot) * FOOT_LINE_INCHES
    width = LEFT_INCHES + BAR_INCHES + RIGHT_INCHES
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    _head(axes, question, words)
    colours = [_colour(column) for column in question.columns]
    for place, group in enumerate(groups):
        shares = [100 * (cell.share or 0.0) for cell in group.cells[question.id]]
        _bar(
            axes, place, _label(group, words), zip(colours, shares, strict=True), f"n = {len(group.trials):,}"
        )
    if lines > len(groups):
        shares = [one or 0.0 for one in published]
        _bar(axes, len(groups), f"published: {survey.schema.title}", zip(colours, shares, strict=True), "")
    for place, line in enumerate(foot):
        y = TOP_INCHES + lines * ROW_INCHES + 0.25 + place * FOOT_LINE_INCHES
        axes.text(0.2, y, line, fontsize=7, color=INK)
    return figure


def _largest(survey: Survey) -> tuple[Group, ...]:
    """The largest groups, in the survey's order."""
    sizes = sorted((-len(group.trials), place) for place, group in enumerate(survey.groups))
    return tuple(survey.groups[place] for place in sorted(place for _, place in sizes[:MAX_GROUPS]))


def _note(survey: Survey, words: FigureWords) -> str:
    hidden = len(survey.groups) - MAX_GROUPS
    more = words.smaller.format(n=hidden) + " " if hidden > 0 else ""
    return more + words.foot


def _label(group: Group, words: FigureWords) -> str:
    return ", ".join(words.values.get(one, one) for one in group.key) if group.key else words.everyone


def _colour(column: Column) -> str:
    return COLOURS.get(column.policies[0], UNREAD_COLOUR) if column.policies else UNREAD_COLOUR


def _head(axes: Axes, question: Question, words: FigureWords) -> None:
    from matplotlib.patches import Rectangle

    axes.text(0.2, 0.32, words.title, fontsize=12, weight="bold", color=INK)
    x, y = 0.2, 0.66
    for column in question.columns:
        colour, label = _colour(column), words.columns[column.id]
        length = 0.42 + 0.078 * len(label)
        if x + length > LEFT_INCHES + BAR_INCHES + RIGHT_INCHES:
            x, y = 0.2, y + 0.26
        axes.add_patch(Rectangle((x, y - 0.11), 0.2, 0.14, facecolor=colour, edgecolor=LINE, lw=0.6))
        axes.text(x + 0.26, y, label, fontsize=8, color=INK)
        x += length


def _bar(axes: Axes, place: int, label: str, shares: Iterable[tuple[str, float]], note: str) -> None:
    from matplotlib.patches import Rectangle

    y = TOP_INCHES + place * ROW_INCHES
    axes.text(LEFT_INCHES - 0.12, y + 0.2, _cut(label, LABEL_LENGTH), ha="right", color=INK)
    left = LEFT_INCHES
    for colour, share in shares:
        width = BAR_INCHES * share / 100
        if width:
            box = Rectangle(
                (left, y + 0.04), width, ROW_INCHES - 0.08, facecolor=colour, edgecolor=LINE, lw=0.6
            )
            axes.add_patch(box)
        if share >= TEXT_FROM_PERCENT:
            ink = "white" if colour in DARK else INK
            axes.text(left + width / 2, y + 0.2, f"{share:.0f} %", ha="center", fontsize=7.5, color=ink)
        left += width
    axes.text(LEFT_INCHES + BAR_INCHES + 0.08, y + 0.2, note, fontsize=8, color=INK)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
