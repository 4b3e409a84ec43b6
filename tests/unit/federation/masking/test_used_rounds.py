"""A mask hides one message, and a study is asked with one roster: on disk before it is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking import FixedRosters, UsedRounds


def test_a_round_may_be_sent_again_as_it_was(tmp_path: Path) -> None:
    UsedRounds(tmp_path).claim("A2", 3, 0, b"sums")
    UsedRounds(tmp_path).claim("A2", 3, 0, b"sums")
    assert UsedRounds(tmp_path).sent("A2", 3, 0) == b"sums"


def test_other_numbers_in_a_used_round_are_refused_and_the_first_stay(tmp_path: Path) -> None:
    UsedRounds(tmp_path).claim("A2", 3, 0, b"sums")
    with pytest.raises(FederationError) as caught:
        UsedRounds(tmp_path).claim("A2", 3, 0, b"other sums")
    assert caught.value.code is Code.USED_ROUND
    assert "A2, step 3, attempt 0" in str(caught.value)
    assert UsedRounds(tmp_path).sent("A2", 3, 0) == b"sums"


@pytest.mark.parametrize("other", [("A3", 3, 0), ("A2", 4, 0), ("A2", 3, 1), ("A2", 30, 0)])
def test_another_analysis_step_or_attempt_is_another_round(
    tmp_path: Path, other: tuple[str, int, int]
) -> None:
    UsedRounds(tmp_path).claim("A2", 3, 0, b"sums")
    assert UsedRounds(tmp_path).sent(*other) is None
    UsedRounds(tmp_path).claim(*other, b"other sums")


def test_an_analysis_named_like_a_path_stays_in_the_folder(tmp_path: Path) -> None:
    UsedRounds(tmp_path / "sent").claim("../../outside", 0, 0, b"sums")
    assert UsedRounds(tmp_path / "sent").sent("../../outside", 0, 0) == b"sums"
    assert [one.name for one in tmp_path.iterdir()] == ["sent"]


def test_a_claim_is_on_the_disk_before_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, list[str]]] = []
    real = os.fsync

    def watched(number: int) -> None:
        is_folder = os.path.isdir(f"/proc/self/fd/{number}")
        seen.append((is_folder, sorted(one.suffix for one in tmp_path.iterdir())))
        real(number)

    monkeypatch.setattr(os, "fsync", watched)
    UsedRounds(tmp_path).claim("A2", 3, 0, b"sums")
    assert seen == [(False, [".half"]), (True, [".sent"])]


def test_a_process_killed_while_it_wrote_has_claimed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        UsedRounds(tmp_path).claim("A2", 3, 0, b"sums")
    assert UsedRounds(tmp_path).sent("A2", 3, 0) is None


def test_a_study_is_asked_with_the_sites_of_its_first_answer_or_not_at_all(tmp_path: Path) -> None:
    FixedRosters(tmp_path).hold("hash", ("NL01", "UT02", "CH03", "DE04"))
    FixedRosters(tmp_path).hold("hash", ("DE04", "NL01", "UT02", "CH03"))
    with pytest.raises(FederationError) as caught:
        FixedRosters(tmp_path).hold("hash", ("NL01", "UT02", "CH03"))
    assert caught.value.code is Code.OTHER_ROSTER
    assert "resume" in str(caught.value)


def test_a_roster_with_a_site_more_is_another_one_too(tmp_path: Path) -> None:
    FixedRosters(tmp_path).hold("hash", ("NL01", "UT02", "CH03"))
    with pytest.raises(FederationError) as caught:
        FixedRosters(tmp_path).check("hash", ("NL01", "UT02", "CH03", "DE04"))
    assert caught.value.code is Code.OTHER_ROSTER


def test_looking_at_a_roster_does_not_fix_it(tmp_path: Path) -> None:
    FixedRosters(tmp_path).check("hash", ("NL01", "UT02", "CH03"))
    FixedRosters(tmp_path).hold("hash", ("NL01", "UT02"))


def test_a_new_version_of_a_study_has_a_roster_of_its_own(tmp_path: Path) -> None:
    FixedRosters(tmp_path).hold("hash of version 1", ("NL01", "UT02", "CH03"))
    FixedRosters(tmp_path).hold("hash of version 2", ("NL01", "UT02", "CH03", "DE04"))
