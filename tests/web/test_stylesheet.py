"""The one stylesheet: small, every colour named once, every pair in use with enough contrast."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cimara_web

PORTAL = Path(cimara_web.__file__).parent
STYLE = (PORTAL / "static/cimara/portal.css").read_text()
WORKSPACE = (PORTAL / "static/cimara/workspace.css").read_text()
MARK = (PORTAL / "static/cimara/mark.svg").read_text()
NAMED = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", STYLE))

TEXT, PARTS = 4.5, 3.0
"""WCAG 2.2: 1.4.3 for text; 1.4.11 for borders of controls, signs and focus."""
PAIRS = (
    ("ink", "paper", TEXT),
    ("ink", "wash", TEXT),
    ("ink", "tint", TEXT),
    ("ink", "warm", TEXT),
    ("ink", "mark", TEXT),
    ("muted", "paper", TEXT),
    ("muted", "wash", TEXT),
    ("muted", "tint", TEXT),
    ("muted", "unknown-wash", TEXT),
    ("link", "paper", TEXT),
    ("link", "wash", TEXT),
    ("link", "tint", TEXT),
    ("link", "warm", TEXT),
    ("link-deep", "paper", TEXT),
    ("link-deep", "tint", TEXT),
    ("paper", "link", TEXT),
    ("paper", "link-deep", TEXT),
    ("error", "paper", TEXT),
    ("likely", "likely-wash", TEXT),
    ("not-now", "not-now-wash", TEXT),
    ("no", "no-wash", TEXT),
    ("likely", "paper", PARTS),
    ("not-now", "paper", PARTS),
    ("no", "paper", PARTS),
    ("focus", "paper", PARTS),
    ("focus", "wash", PARTS),
    ("focus", "tint", PARTS),
    ("focus", "warm", PARTS),
    ("border", "paper", PARTS),
)
DECORATION = {"line"}
"""Hairlines that nothing depends on."""


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(front: str, back: str, least: float) -> None:
    assert contrast(NAMED[front], NAMED[back]) >= least


@pytest.mark.parametrize(
    ("name", "colour", "ratio"),
    [
        ("ink", "#1b2530", 15.5),
        ("muted", "#4a5763", 7.4),
        ("link", "#1f4e9e", 8.0),
        ("focus", "#b35900", 4.8),
        ("border", "#6f7b86", 4.3),
    ],
)
def test_the_colours_of_the_design(name: str, colour: str, ratio: float) -> None:
    assert NAMED[name] == colour
    assert contrast(colour, "#ffffff") == pytest.approx(ratio, abs=0.06)


def test_every_named_colour_is_in_a_checked_pair() -> None:
    assert set(NAMED) == {name for pair in PAIRS for name in pair[:2]} | DECORATION


def test_no_colour_is_used_without_a_name() -> None:
    rules = STYLE.split("}", 1)[1]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", rules)
    assert re.findall(r"\brgba?\([^)]*\)", rules) == ["rgb(27 37 48 / 8%)"]  # the doors' shadow
    assert set(re.findall(r"#[0-9a-f]{6}", MARK)) <= set(NAMED.values())


def test_every_name_in_use_is_defined() -> None:
    defined = set(re.findall(r"--([\w-]+):", STYLE))
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) == defined


def test_it_stays_small() -> None:
    assert len(STYLE.encode()) <= 25 * 1024
    assert len(WORKSPACE.encode()) <= 8 * 1024


def test_the_workspace_names_no_colour_of_its_own() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|url\(|@import", WORKSPACE)
    assert set(re.findall(r"var\(--([\w-]+)\)", WORKSPACE)) <= set(re.findall(r"--([\w-]+):", STYLE))


def test_it_loads_nothing() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_every_class_in_use_is_styled_and_the_other_way_round() -> None:
    pages = "".join(path.read_text() for path in (PORTAL / "templates").rglob("*.html"))
    plain = re.sub(r"{#.*?#}", "", pages, flags=re.S)
    used = {
        name
        for names in re.findall(r'class="([^"]*)"', plain)
        for name in re.sub(r"{[{%].*?[%}]}", " ", names).split()
        if not name.endswith("-")
    }
    rules = re.sub(r"/\*.*?\*/|{[^}]*}", "{}", STYLE + WORKSPACE, flags=re.S)
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", rules))
    in_code = re.compile(r"(verdict|value|card|tally|sheet|state)-|sheet$|field-bad$")
    made = {name for name in styled if in_code.match(name)}
    assert used - styled == set()
    assert styled - used - made == set()
