"""What a figure shows as numbers and in words, and how the words stay with the figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BETWEEN = "\n\n"


class FigureError(CimaraError):
    """A figure that cannot be drawn from what was given, or not saved as was asked."""


@dataclass(frozen=True, slots=True)
class FigureData:
    """Every number of a figure, by the part of it that shows them, and its words.

    `title` names the figure, `description` says what it shows, made from the same result: the alternative
    text of a page, and `<desc>` inside an SVG.
    """

    title: str
    description: str
    frames: Mapping[str, pl.DataFrame]

    def write_csv(self, folder: Path, stem: str) -> list[Path]:
        """Write each frame as `folder/<stem>-<part>.csv` at full precision; gives the files."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, frame in self.frames.items():
            paths.append(folder / f"{stem}-{name.replace('_', '-')}.csv")
            frame.write_csv(paths[-1])
        return paths


def with_words(figure: Figure, data: FigureData) -> tuple[Figure, FigureData]:
    """The figure, carrying its title and description, beside its data."""
    figure.set_label(data.title + _BETWEEN + data.description)
    return figure, data


def words_of(figure: Figure) -> tuple[str, str]:
    """Title and description that `with_words` gave; raises FigureError for a figure without them."""
    title, _, description = str(figure.get_label()).partition(_BETWEEN)
    if not title or not description:
        raise FigureError(
            "a figure without a title and a description",
            hint="Save figures that plot_* made, or give one its words by with_words.",
        )
    return title, description
