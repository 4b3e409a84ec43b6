"""The study is made beside the portal, and the portal is there whatever becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara_web.studies import making
from cimara_web.studies.shown import FAILED, FOLDER, MAKING


def test_what_goes_wrong_is_told_and_leaves_no_half_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / MAKING).touch()
    assert not making.make(tmp_path, patients=1, sites=3)
    assert "was not made" in capsys.readouterr().err
    assert (tmp_path / FAILED).is_file()
    assert not (tmp_path / MAKING).exists()
    assert not (tmp_path / FOLDER).exists()


def test_a_study_of_an_earlier_run_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    with making.making(tmp_path):
        assert not (tmp_path / MAKING).exists()
