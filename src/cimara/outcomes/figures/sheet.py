"""A figure measured in inches from its top left corner: axes, texts and a key at known places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cimara.outcomes.figures.style import TEXT, new_figure
from cimara.outcomes.figures.words import text_width
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.175
"""Height of a line of text, in inches."""
SAMPLE = 0.34
SAMPLE_GAP = 0.06
ENTRY_GAP = 0.22
MARGIN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """One sign of a figure and what it means: a line, a marker on it or alone, or a filled box."""

    label: str
    colour: str = INK
    dashes: Any = None
    marker: str = ""
    face: str = ""
    hatch: str = ""
    narrow: bool = False
    width: float = 1.6
    size: float = 5.5

    @property
    def length(self) -> float:
        """Its length in inches, sample included."""
        return SAMPLE + SAMPLE_GAP + text_width(self.label)


class Sheet:
    """A figure of so many inches with an invisible layer of ink over it."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self.figure = new_figure(width, height)
        self.layer: Axes = self.figure.add_axes((0, 0, 1, 1), zorder=5)
        self.layer.set_xlim(0, width)
        self.layer.set_ylim(height, 0)
        self.layer.axis("off")
        self.layer.patch.set_visible(False)

    def axes(self, left: float, top: float, width: float, height: float, **options: Any) -> Axes:
        """Axes whose frame lies there."""
        bottom = self.height - top - height
        rectangle = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(rectangle, **options)

    def text(self, x: float, y: float, text: str, **options: Any) -> None:
        """A text whose middle line is at y; it begins at x unless `ha` says otherwise."""
        self.layer.text(x, y, text, **{"va": "center_baseline", "fontsize": TEXT, "color": INK, **options})

    def rule(self, left: float, right: float, y: float, **options: Any) -> None:
        """A horizontal line."""
        self.layer.plot(
            [left, right], [y, y], **{"color": INK, "lw": 0.8, "solid_capstyle": "butt", **options}
        )

    def sample(self, x: float, y: float, entry: KeyEntry) -> None:
        """The sign of a key entry, `SAMPLE` wide, beginning at x."""
        if entry.face and not entry.marker:
            from matplotlib.patches import Rectangle

            left, width, height = (SAMPLE - 0.12, 0.055, 0.14) if entry.narrow else (0.06, SAMPLE - 0.06, 0.1)
            box = Rectangle(
                (x + left, y - height / 2), width, height, facecolor=entry.face, edgecolor=entry.colour,
                hatch=entry.hatch, lw=0.7,
            )  # fmt: skip
            self.layer.add_patch(box)
            return
        if entry.dashes is not None:
            self.rule(x, x + SAMPLE, y, color=entry.colour, ls=entry.dashes, lw=entry.width)
        if entry.marker:
            self.layer.plot(
                [x + (SAMPLE / 2 if entry.dashes is not None else SAMPLE - 0.09)], [y], marker=entry.marker,
                ms=entry.size, mfc=entry.face or entry.colour, mec=entry.colour, mew=0.9, ls="none",
            )  # fmt: skip

    def key(self, entries: Sequence[KeyEntry], left: float, top: float, width: float) -> None:
        """A key of all signs in rows, as `key_rows` breaks them."""
        for row, line in enumerate(key_rows(entries, width)):
            x, y = left, top + (row + 0.5) * ROW
            for entry in line:
                self.sample(x, y, entry)
                self.text(x + SAMPLE + SAMPLE_GAP, y, entry.label)
                x += entry.length + ENTRY_GAP


def key_rows(entries: Sequence[KeyEntry], width: float) -> list[list[KeyEntry]]:
    """The entries in as few rows as fit a width, in order."""
    rows: list[list[KeyEntry]] = []
    used = width
    for entry in entries:
        if not rows or used + entry.length > width:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += entry.length + ENTRY_GAP
    return rows


def key_height(entries: Sequence[KeyEntry], width: float) -> float:
    """The height of the key in inches."""
    return ROW * len(key_rows(entries, width))


def broken(text: str, width: float, size: float = TEXT) -> list[str]:
    """A note in lines that fit a width in inches."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines
