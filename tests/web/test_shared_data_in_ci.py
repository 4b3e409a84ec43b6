"""A test that reads shared data may skip at home, and fails in CI when the data are missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPS = """
import pytest

@pytest.mark.shared_data
def test_reads_shared_data():
    pytest.skip("shared data not here: some.csv")

def test_skips_for_another_reason():
    pytest.skip("another reason")
"""


@pytest.mark.parametrize(("ci", "code", "said"), [("", 0, "2 skipped"), ("true", 1, "1 failed, 1 skipped")])
def test_a_skip_for_missing_shared_data(tmp_path: Path, ci: str, code: int, said: str) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "test_skips.py").write_text(SKIPS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = shared_data: reads shared data\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(  # noqa: S603 (our own command)
        command,
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert said in done.stdout
