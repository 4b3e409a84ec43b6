"""The copy in which mutants live: the package and its tests, nothing that a mutant could harm."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.gz", "*.zst")
PARTS = ("src/cimara", "tests/spec/response", "tests/unit/response")
CONFIGURATION = """[tool.pytest.ini_options]
pythonpath = ["."]
addopts = "-q --strict-markers --import-mode=importlib"
markers = ["shared_data: reads shared data"]
"""


def make_copy(folder: Path) -> Path:
    """Package and tests of this repository in `folder`, with a pytest configuration of their own."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=NOT_COPIED)
    for path in (*(ROOT / "tests").glob("*.py"), *(ROOT / "tests" / "spec").glob("*.py")):
        if not path.name.startswith(("conftest", "test_")):
            shutil.copy(path, folder / path.relative_to(ROOT))
    (folder / "pyproject.toml").write_text(CONFIGURATION, encoding="utf-8")
    return folder
