"""The names of `cimara.outcomes`: loaded when used, all there, none that drags in what it need not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cimara.outcomes

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "python.md"


def loaded_by(code: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after some code."""
    shown = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split())


def test_importing_the_package_loads_no_library() -> None:
    heavy = {"matplotlib", "numba", "scipy", "polars", "pandas", "numpy"}
    assert loaded_by("import cimara.outcomes") & heavy == set()


def test_the_estimators_load_neither_matplotlib_nor_numba_nor_pandas() -> None:
    used = "import cimara.outcomes as o\n[getattr(o, name) for name in o.__all__]"
    assert loaded_by(used) & {"matplotlib", "numba", "pandas"} == set()


@pytest.mark.parametrize("name", cimara.outcomes.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(cimara.outcomes, name) is not None


def test_every_name_has_a_home_and_is_listed_once() -> None:
    homes = [name for names in cimara.outcomes._HOMES.values() for name in names]
    assert sorted(homes) == sorted(cimara.outcomes.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'kaplan'"):
        cimara.outcomes.kaplan  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    "name", [one for one in cimara.outcomes.__all__ if one[0].islower() and one != "catalogue"]
)
def test_a_public_function_is_in_the_reference(name: str) -> None:
    assert f".. autofunction:: {name}\n" in REFERENCE.read_text(encoding="utf-8")
