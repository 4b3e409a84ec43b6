"""Two checks of a drawn figure that take their time: where its texts lie, and what its SVG says."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from cimara.outcomes.figures.saving import svg_text
from cimara.outcomes.figures.style import drawing
from tests.unit.outcomes.figures.made_figures import drawn_figure

SVG = "{http://www.w3.org/2000/svg}"


def texts(figure: Figure) -> list[Text]:
    return [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip()]


def boxes(figure: Figure) -> list[tuple[str, object]]:
    """Text and its extent, of all that a reader sees."""
    canvas = FigureCanvasAgg(figure)
    with drawing():
        canvas.draw()
        renderer = canvas.get_renderer()
        shown = []
        for axes in figure.axes:
            unseen = set() if axes.axison else {*axes.get_xticklabels(), *axes.get_yticklabels()}
            shown += [one for one in texts(axes) if one not in unseen]  # type: ignore[arg-type]
        return [(one.get_text(), one.get_window_extent(renderer)) for one in shown]


def assert_texts_apart(name: str) -> None:
    """Every text lies inside the figure, and none on another."""
    figure, _ = drawn_figure(name)
    found = boxes(figure)
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in found:
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= height + 1, text
    for (one, box), (other, second) in itertools.combinations(found, 2):
        across = min(box.x1, second.x1) - max(box.x0, second.x0)
        down = min(box.y1, second.y1) - max(box.y0, second.y0)
        assert across < 2 or down < 3, (one, other)


def assert_svg_reads(name: str) -> None:
    """Text is text, under a title and a description."""
    figure, data = drawn_figure(name)
    root = ET.fromstring(svg_text(figure))
    written = {"".join(one.itertext()).strip() for one in root.iter(f"{SVG}text")}
    assert {text.strip() for text, _ in boxes(figure)} <= written
    assert root.find(f"{SVG}title").text == data.title
    assert root.find(f"{SVG}desc").text == data.description
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "figure-title figure-description"
