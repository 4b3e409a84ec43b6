"""Templates hold no script, no style of their own, and no other host than the registry's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cimara_web

TEMPLATES = sorted((Path(cimara_web.__file__).parent / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_script_no_inline_style_no_foreign_host(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=[\"']|javascript:", source)
    assert set(re.findall(r"https?://([^/\"'{ ]+)", source)) <= {"clinicaltrials.gov"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_marked_as_safe_html(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", path.read_text())


def test_no_text_for_people_stands_outside_a_translation() -> None:
    words = re.compile(r">[^<>{}=]*?([A-Za-z]{3,})[^<>{}=]*<")
    for path in TEMPLATES:
        source = re.sub(r"{#.*?#}|{%.*?trans.*?endtrans.*?%}|{[{%].*?[%}]}", "", path.read_text(), flags=re.S)
        left = {found for found in words.findall(source) if found not in ("SHA",)}
        assert left == set(), path
