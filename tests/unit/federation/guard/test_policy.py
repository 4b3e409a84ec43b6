"""The file in which a hospital says what it allows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cimara.cohort.study.disclosure import Disclosure, default_limits
from cimara.federation.errors import Code, FederationError
from cimara.federation.guard.limits import site_limits
from cimara.federation.site.policy import Policy, Release, Thresholds, limits, policy_text
from cimara.outcomes.figures.small_sites import LEAST_EVENTS, LEAST_PATIENTS
from cimara.outcomes.large_cells import FEWEST_EVENTS, FEWEST_EXITS

HASH = "ab" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cimara_site.toml"


def refused(path: Path, text: str) -> FederationError:
    path.write_text(text)
    with pytest.raises(FederationError) as error:
        Policy.read(path)
    return error.value


def test_a_new_policy_reads_as_what_it_was_made_of(path: Path) -> None:
    path.write_text(policy_text(data="tables", allowed=[HASH], steward='Demo "Member" 014'))
    policy = Policy.read(path)
    assert (policy.data, policy.allowed) == (path.parent / "tables", {HASH})
    assert (policy.steward, policy.release) == ('Demo "Member" 014', Release.AUTO)
    assert not any((policy.allow_plain, policy.allow_event_times, policy.stopped))
    assert policy.thresholds == Thresholds.default()


def test_a_policy_is_read_anew_so_that_one_line_stops_a_study(path: Path) -> None:
    text = policy_text(data="tables", allowed=[HASH])
    path.write_text(text)
    assert not Policy.read(path).stopped
    path.write_text(text.replace("stopped = []", 'stopped = ["rn-bev-1"]'))
    assert Policy.read(path).stopped == {"rn-bev-1"}


def test_a_threshold_may_be_tightened(path: Path) -> None:
    path.write_text('data = "tables"\n[thresholds]\npatients = 20\ncoefficient = 3\n')
    thresholds = Policy.read(path).thresholds
    assert (thresholds.patients, thresholds.coefficient) == (20, 3)


@pytest.mark.parametrize("name", list(limits()))
def test_no_threshold_may_be_loosened(path: Path, name: str) -> None:
    limit = limits()[name]
    looser = limit.value * (0.5 if limit.tighter == "higher" else 2)
    error = refused(path, f'data = "tables"\n[thresholds]\n{name} = {looser:g}\n')
    assert error.code is Code.LOOSENED_POLICY
    assert f"line 3, thresholds.{name}" in error.problem
    assert limit.may_be in error.problem


def test_every_fault_is_told_with_its_line_and_what_would_be_right(path: Path) -> None:
    text = 'data = "tables"\nrelase = "auto"\nallow_plain = "no"\n[studies]\nallowed = ["abc"]\n'
    error = refused(path, text)
    assert error.code is Code.BAD_KIT
    assert "line 2, relase: unknown key; did you mean release?" in error.problem
    assert "line 3, allow_plain: expected true or false" in error.problem
    assert "line 5, studies.allowed: expected SHA-256" in error.problem


def test_a_policy_without_data_or_that_is_no_toml_or_missing_refuses_everything(path: Path) -> None:
    assert "data: missing" in refused(path, "").problem
    assert refused(path, "data = ").code is Code.BAD_KIT
    path.unlink()
    with pytest.raises(FederationError) as error:
        Policy.read(path)
    assert error.value.code is Code.BAD_KIT


def test_a_study_tightens_what_its_sites_keep_to() -> None:
    kept = site_limits(Thresholds.default(), Disclosure(min_n=25, min_sites=5))
    assert (kept.patients, kept.sites, kept.cell_exits, kept.events) == (25, 5, 25, 10)


def test_of_study_and_site_the_tighter_counts() -> None:
    site = Policy(data=Path(), thresholds=Thresholds.default()).thresholds
    assert site_limits(site, Disclosure(min_n=12)).patients == 12


def test_every_default_says_where_it_comes_from() -> None:
    for part in ("study", "site", "sum", "release"):
        for limit in default_limits(part).values():
            assert limit.tighter in ("higher", "lower")
            assert len(limit.source) > 20
            assert len(limit.what) > 10


def test_the_panel_of_sites_keeps_to_the_same_defaults() -> None:
    site = default_limits("site")
    assert (
        site["patients"].value,
        site["plain_events_per_parameter"].value,
    ) == (LEAST_PATIENTS, LEAST_EVENTS)


def test_cells_are_merged_by_the_same_defaults() -> None:
    default = Thresholds.default()
    assert (default.cell_exits, default.cell_events) == (FEWEST_EXITS, FEWEST_EVENTS)


def test_the_text_of_a_policy_tells_every_threshold() -> None:
    text = policy_text(data="tables", allowed=[])
    assert tomllib.loads(text)["thresholds"] == {}
    assert all(f"# {name} = " in text for name in limits())
