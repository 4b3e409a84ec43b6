"""Templates hold no script, no style of their own, and no other host than those of registries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cimara_web

OF_KEYS = """<script src="{{ static('cimara/keys.js') }}" defer></script>"""
IN_ENGLISH = re.compile(
    r'{% extends "(?:workspace|network/_frame|studies/(?:workspace|data)/\w+)\.html" %}'
    r"|{# Parts of the workspace"
)
TEMPLATES = sorted((Path(cimara_web.__file__).parent / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_script_no_inline_style_no_foreign_host(path: Path) -> None:
    source = path.read_text()
    if path.match("account/_keys.html"):  # a browser gives its keys to a script alone; no other page has one
        source = source.replace(OF_KEYS, "", 1)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=[\"']|javascript:", source)
    assert set(re.findall(r"https?://([^/\"'{ ]+)", source)) <= {"clinicaltrials.gov", "orcid.org", "ror.org"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_marked_as_safe_html(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", path.read_text())


def test_no_text_for_people_stands_outside_a_translation() -> None:
    """Pages of members, studies and the office are in English alone; all others are said in each language."""
    words = re.compile(r">[^<>{}=]*?([A-Za-z]{3,})[^<>{}=]*<")
    for path in TEMPLATES:
        if IN_ENGLISH.search(path.read_text()):
            continue
        source = re.sub(r"{#.*?#}|{%.*?trans.*?endtrans.*?%}|{[{%].*?[%}]}", "", path.read_text(), flags=re.S)
        left = {found for found in words.findall(source) if found not in ("SHA",)}
        assert left == set(), path
