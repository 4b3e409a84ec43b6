"""A made-up study that all tests of the report share."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.outcomes.report import drawing
from cimara.outcomes.report.findings import Drawing
from tests.unit.outcomes.report.made_up_study import write_study


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of 160 patients; tests read it only."""
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture
def without_ink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures by name only: drawing them takes longer than all the statistics."""

    def named(kind: str, plot: object, formats: object) -> Drawing:
        return Drawing(kind=kind, title=kind, description="not drawn in this test", svg="")

    monkeypatch.setattr(drawing, "_drawn", named)
