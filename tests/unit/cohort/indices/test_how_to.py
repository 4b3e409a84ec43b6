"""The notebook lines of the how-to run, one block after the other, on a clean data set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cimara.cohort.reading import write_tables
from tests.unit.cohort.clean import clean_dataset

PAGE = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "derive-indices.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_lines_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_tables(clean_dataset(), Path("tables"))
    names: dict[str, object] = {}
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        exec(compile(block, PAGE.name, "exec"), names)
    assert (tmp_path / "response" / "visits.csv").is_file()
    assert {"scores", "around", "cavities", "watched", "scans"} <= set(names)
