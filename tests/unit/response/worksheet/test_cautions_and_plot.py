"""What a reader is warned of while measuring, and the numbers and the drawing of a spider plot."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from cimara.response import Policy, derive
from cimara.response.worksheet.cautions import Caution, cautions
from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.reading import read_sheet
from cimara.response.worksheet.sheet import SheetLesion, Worksheet
from cimara.response.worksheet.spider import spider
from cimara.response.worksheet.spider_figure import SpiderWords, spider_svg

WORDS = SpiderWords(
    title="A title", description="A description", weeks="Weeks", percent="Per cent", sum="Sum of {criterion}"
)


def watched(sheet: Worksheet, criterion: str) -> list[tuple[str, str]]:
    """Code and lesion of each caution."""
    patient, policy = read_sheet(sheet).patient, Policy.preset(criterion)
    assert patient is not None
    return [(one.code, one.lesion_id) for one in cautions(patient, policy, derive(patient, policy))]


def with_lesions(*lesions: SheetLesion) -> Worksheet:
    """The invented patient with other lesions and the first two visits."""
    return replace(demo_sheet(), visits=demo_sheet().visits[:2], lesions=lesions)


def test_a_target_below_the_limit_and_one_without_its_axis_are_told() -> None:
    sheet = with_lesions(
        SheetLesion("A", cells=("9 x 6", "8")),
        SheetLesion("B", cells=("12", "8")),
        SheetLesion("C", cells=("12 x 4", "8")),
        SheetLesion("D", "leptomeninges", cells=("12 x 9", "8")),
    )
    assert watched(sheet, "rano_bm") == [
        ("DIAMETER_BELOW_MINIMUM", "A"),
        ("PERPENDICULAR_MISSING", "B"),
        ("PERPENDICULAR_BELOW_MINIMUM", "C"),
        ("LEPTOMENINGEAL", "D"),
    ]


def test_the_limit_is_that_of_the_criterion() -> None:
    sheet = with_lesions(SheetLesion("A", cells=("6 x 5", "6")))
    assert watched(sheet, "mrecist_cns5") == []
    assert watched(sheet, "rano_bm") == [("DIAMETER_BELOW_MINIMUM", "A")]


def test_too_many_targets_are_told() -> None:
    sheet = with_lesions(*(SheetLesion(f"L{n}", cells=("12 x 9", "12")) for n in range(6)))
    assert ("TOO_MANY_TARGETS", "") in watched(sheet, "rano_bm")
    assert ("TOO_MANY_IN_ORGAN", "") in watched(sheet, "recist11")


def test_a_patient_without_a_baseline_is_told_so() -> None:
    assert ("NO_BASELINE", "") in watched(replace(demo_sheet(), start="2025-01-01"), "rano_bm")


def test_one_caution_stands_once() -> None:
    patient, policy = read_sheet(replace(demo_sheet(), immunotherapy="")).patient, Policy.preset("rano_bm")
    assert patient is not None
    found = [one.code for one in cautions(patient, policy, derive(patient, policy))]
    assert found == ["IMMUNOTHERAPY_UNKNOWN"]
    assert isinstance(found[0], str)
    assert Caution("X") == Caution("X")


def plot_of(sheet: Worksheet, *criteria: str):  # type: ignore[no-untyped-def]
    patient = read_sheet(sheet).patient
    assert patient is not None
    policies = [Policy.preset(name) for name in criteria]
    return spider(patient, [(one.label, derive(patient, one)) for one in policies])


def test_the_plot_has_each_target_once_and_each_sum() -> None:
    plot = plot_of(demo_sheet(), "recist11", "rano_bm")
    assert [(one.name, one.is_sum) for one in plot.lines] == [
        ("Cerebellum R", False),
        ("Frontal L", False),
        ("Liver S7", False),
        ("Parietal R", False),
        ("RECIST 1.1", True),
        ("RANO-BM", True),
    ]
    assert [round(one) for one in plot.lines[1].percents] == [0, -27, -41, -27, -27, -14]
    assert [visit.day for visit in plot.visits][:2] == [-7, 56]


def test_what_was_not_assessed_has_no_point() -> None:
    plot = plot_of(with_lesions(SheetLesion("A", cells=("20", "NE"))), "rano_bm")
    assert [one.percents for one in plot.lines] == [(0.0, None), (0.0, None)]


def test_the_drawing_has_a_name_and_no_style_that_a_page_would_refuse() -> None:
    drawn = spider_svg(plot_of(demo_sheet(), "rano_bm"), WORDS)
    root = ET.fromstring(drawn)
    assert root.attrib["role"] == "img"
    assert [one.text for one in root[:2]] == ["A title", "A description"]
    assert root.attrib["aria-labelledby"].split() == [one.attrib["id"] for one in root[:2]]
    for element in root.iter():
        assert "style" not in element.attrib
        assert not element.tag.endswith(("}style", "}script", "}metadata"))
    assert "Sum of RANO-BM" in "".join(root.itertext())


@pytest.mark.parametrize(
    "name", [r"$\frac{$", "_hidden", "<script>alert(1)</script>", "腦 🧠", "x" * 90, "&"]
)
def test_any_name_can_be_drawn(name: str, recwarn: pytest.WarningsRecorder) -> None:
    drawn = spider_svg(plot_of(with_lesions(SheetLesion(name, cells=("20", "16"))), "rano_bm"), WORDS)
    assert "<script" not in drawn
    assert ET.fromstring(drawn) is not None
    assert [str(one.message) for one in recwarn if "lyph" in str(one.message)] == []
