"""Writes figures as SVG, PNG or PDF: equal figures give equal bytes, and text stays text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from cimara.outcomes.figures.figure_data import FigureError, words_of
from cimara.outcomes.figures.style import drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CREATOR = "CIMARa"
SUFFIXES = (".svg", ".png", ".pdf")


def save(figure: Figure, path: Path | str) -> Path:
    """Write the figure as its suffix says: `.svg`, `.png` (300 dots an inch) or `.pdf` (TrueType fonts).

    No file holds a date, and each holds the figure's title and description: as `<title>` and `<desc>` in SVG,
    as `Title` and `Description` in PNG, as `Title` and `Subject` in PDF.

    Raises
    ------
    FigureError
        Another suffix, or a figure without a title and a description.
    """
    target = Path(path)
    if target.suffix not in SUFFIXES:
        raise FigureError("not a kind of figure file", where=target.name, expected=", ".join(SUFFIXES))
    if target.suffix == ".svg":
        target.write_text(svg_text(figure), encoding="utf-8")
        return target
    title, description = words_of(figure)
    metadata: dict[str, Any] = (
        {"Title": title, "Description": description, "Software": CREATOR}
        if target.suffix == ".png"
        else {"Title": title, "Subject": description, "Creator": CREATOR, "CreationDate": None}
    )
    out = io.BytesIO()
    with drawing():
        figure.savefig(out, format=target.suffix[1:], metadata=metadata)
    target.write_bytes(out.getvalue())
    return target


def svg_text(figure: Figure) -> str:
    """The figure as an SVG document that a screen reader announces by its title and description."""
    title, description = words_of(figure)
    out = io.StringIO()
    with drawing():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": CREATOR})
    before, opening, rest = out.getvalue().partition("<svg ")
    attributes, end, body = rest.partition(">")
    named = 'role="img" aria-labelledby="figure-title figure-description" '
    words = (
        f'\n <title id="figure-title">{escape(title)}</title>'
        f'\n <desc id="figure-description">{escape(description)}</desc>'
    )
    return before + opening + named + attributes + end + words + body
