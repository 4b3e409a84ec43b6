from __future__ import annotations

import re
import zlib

import pytest
from matplotlib.figure import Figure
from PIL import Image

from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.saving import save, svg_text
from tests.unit.outcomes.figures.made_figures import drawn_figure


def test_png_has_300_dots_an_inch_and_its_words(tmp_path):
    figure, data = drawn_figure("log_log")
    with Image.open(save(figure, tmp_path / "figure.png")) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert image.size[0] == pytest.approx(5.6 * 300, abs=1)
        assert image.info["Title"] == data.title
        assert image.info["Description"] == data.description


def test_pdf_fonts_are_truetype_and_never_type_3(tmp_path):
    content = save(drawn_figure("kaplan_meier")[0], tmp_path / "figure.pdf").read_bytes()
    parts = [content]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            parts.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    whole = b"".join(parts)
    assert b"/FontFile2" in whole
    assert b"/CIDFontType2" in whole
    assert b"/Type3" not in whole
    assert b"DejaVuSans" in whole


def test_another_suffix_is_refused_by_name(tmp_path):
    with pytest.raises(FigureError, match=r"expected \.svg, \.png, \.pdf"):
        save(drawn_figure("log_log")[0], tmp_path / "figure.jpg")


def test_a_figure_without_words_is_refused(tmp_path):
    with pytest.raises(FigureError, match="without a title and a description"):
        save(Figure(), tmp_path / "figure.svg")


def test_words_are_escaped_in_svg():
    figure, _ = with_words(Figure(), FigureData("A < B", "x & y > 1.", {}))
    assert '<title id="figure-title">A &lt; B</title>' in svg_text(figure)
    assert "x &amp; y &gt; 1." in svg_text(figure)


def test_every_frame_is_written_as_csv(tmp_path):
    _, data = drawn_figure("kaplan_meier")
    paths = data.write_csv(tmp_path / "numbers", "km")
    assert {one.name for one in paths} == {
        "km-steps.csv",
        "km-medians.csv",
        "km-risk-table.csv",
        "km-comparison.csv",
    }
