"""Every figure: its texts, its SVG, equal bytes of two processes; and matplotlib waits until it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.outcomes.figures.figure_checks import assert_svg_reads, assert_texts_apart
from tests.unit.outcomes.figures.made_figures import FIGURES

ROOT = Path(__file__).resolve().parents[3]
DRAW_ALL = """
import hashlib, sys, tempfile
from pathlib import Path
from cimara.outcomes.figures.saving import save
from tests.unit.outcomes.figures.made_figures import FIGURES
folder = Path(tempfile.mkdtemp())
for name, draw in sorted(FIGURES.items()):
    figure, _ = draw()
    for suffix in sys.argv[1:]:
        content = save(figure, folder / f"{name}{suffix}").read_bytes()
        assert b"CreationDate" not in content and b"dc:date" not in content
        print(name, suffix, hashlib.sha256(content).hexdigest())
"""

LOADED = """
import sys
import cimara.outcomes
import importlib, pkgutil
import cimara.outcomes.figures as figures
for one in pkgutil.iter_modules(figures.__path__):
    importlib.import_module(f"cimara.outcomes.figures.{one.name}")
print("matplotlib" in sys.modules)
"""


def drawn_by(seed: str, *suffixes: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", DRAW_ALL, *suffixes]
    run = subprocess.run(  # noqa: S603  (our own)
        command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    return run.stdout


SUFFIXES = (".svg", ".pdf", ".png") if os.environ.get("CIMARA_MANY") else (".svg",)


def test_hash_seed_and_process_change_no_byte_of_any_figure():
    first, second = drawn_by("1", *SUFFIXES), drawn_by("20", *SUFFIXES)
    assert first.count("\n") >= 19 * len(SUFFIXES)
    assert first == second


@pytest.mark.parametrize("name", FIGURES)
def test_texts_lie_inside_the_figure_and_not_on_each_other(name):
    assert_texts_apart(name)


@pytest.mark.parametrize("name", FIGURES)
def test_svg_keeps_text_as_text_under_a_title_and_a_description(name):
    assert_svg_reads(name)


def test_neither_outcomes_nor_its_figures_load_matplotlib_before_they_draw():
    command = [sys.executable, "-c", LOADED]
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (our own)
    assert run.stdout.strip() == "False"
