"""Turns figures into drawings of the report: SVG for the page, further formats, and their numbers."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.outcomes.figures.figure_data import FigureData, FigureError
from cimara.outcomes.figures.saving import save, svg_text
from cimara.outcomes.report.findings import Drawing, Sheet
from cimara.outcomes.report.plan_words import FigureKind, Format
from cimara.outcomes.report.task import Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Plotted = tuple["Figure", FigureData]
_ID = re.compile(r'\b(id|href|xlink:href|aria-labelledby)="([^"]+)"')
_URL = re.compile(r"url\(#([^)]+)\)")
_SIZE = re.compile(r'\s(?:width|height)="[\d.]+pt"')
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_NAMESPACE = re.compile(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"')


def drawings(task: Task, plots: dict[FigureKind, Callable[[], Plotted]]) -> tuple[Drawing, ...]:
    """The figures of an analysis: those that the plan asks for, else the first that there is."""
    if not task.plan.drawn:
        return ()
    asked = task.plan.figures_of(task.analysis.id)
    formats = {one.kind: one.formats for one in asked if one.kind in plots}
    if not formats:
        formats = dict.fromkeys(list(plots)[:1], (Format.SVG,))
    return tuple(_drawn(str(kind), plots[kind], formats[kind]) for kind in formats)


def _drawn(kind: str, plot: Callable[[], Plotted], formats: Sequence[Format]) -> Drawing:
    """The drawing; of a figure that cannot be drawn the reason, so that its numbers are not lost with it."""
    try:
        return _drawing(kind, *plot(), formats)
    except FigureError as error:
        title = f"{kind.replace('_', ' ').capitalize()}: not drawn"
        return Drawing(kind=kind, title=title, description=f"{error}", svg="")


def _drawing(kind: str, figure: Figure, data: FigureData, formats: Sequence[Format]) -> Drawing:
    frames = tuple(
        Sheet.of(name, name.replace("_", " "), frame, shown=False) for name, frame in data.frames.items()
    )
    svg = svg_text(figure)
    with tempfile.TemporaryDirectory() as folder:
        files = tuple(
            (
                one.value,
                svg.encode()
                if one is Format.SVG
                else save(figure, Path(folder) / f"figure.{one}").read_bytes(),
            )
            for one in formats
        )
    return Drawing(
        kind=kind,
        title=data.title,
        description=data.description,
        svg=svg,
        files=files,
        frames=frames,
    )


def inline_svg(svg: str, prefix: str) -> str:
    """An SVG document as an element of a page: ids of its own, no size, no metadata, no addresses."""
    body = svg[svg.index("<svg") :]
    body = _METADATA.sub("", body, count=1)
    opening, end, rest = body.partition(">")
    opening = _NAMESPACE.sub("", _SIZE.sub("", opening))
    inside = rest.replace("xlink:href", "href")
    return _URL.sub(
        rf"url(#{prefix}-\1)", _ID.sub(lambda found: _renamed(found, prefix), opening + end + inside)
    )


def _renamed(found: re.Match[str], prefix: str) -> str:
    name, value = found.groups()
    if name in ("href", "xlink:href"):
        return f'href="#{prefix}-{value[1:]}"' if value.startswith("#") else found.group()
    return f'{name}="{" ".join(f"{prefix}-{one}" for one in value.split())}"'
