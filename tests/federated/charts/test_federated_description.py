"""What a report over sites says before any outcome hides what its own sums would tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.reports.description import HIDDEN, Described, DescriptionWork
from cimara.outcomes.contract import Summary
from cimara.outcomes.report.findings import Sheet
from cimara.studies.demonstration.whole_way import write_study
from cimara.studies.federated import nobody_of
from cimara.studies.plan_by_sites import plan_by_sites

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Described:
    """The description of the demonstration study, of nobody."""
    sites = ["NL01", "UT02", "DE03"]
    checked = write_study(tmp_path_factory.mktemp("description"), sites, seed=1, now=lambda: NOW)
    work = DescriptionWork(plan_by_sites(checked, sites), nobody_of(checked), Disclosure(min_n=10))
    found: Described = work.empty().run(Summary("facts"))
    return found


def with_counts(nobody: Described, **counts: object) -> Described:
    told = {name: np.asarray(values, dtype=np.float64) for name, values in counts.items()}
    return replace(nobody, counts={**nobody.counts, **told})


def cells(sheet: Sheet) -> Mapping[str, tuple[object, ...]]:
    return {str(row[0]): row[1:] for row in sheet.rows}


def labelled(nobody: Described) -> str:
    """A column of Table 1 with two levels."""
    plan = nobody.plan
    return next(one for one in plan.table_one.columns if len(plan.covariate(one).levels) == 2)


def numbers(nobody: Described) -> str:
    """A column of numbers of Table 1."""
    return next(one for one in nobody.plan.table_one.columns if not nobody.plan.covariate(one).levels)


PLANTED = [[70, 66, 4], [130, 64, 66]]
"""Two levels of everyone and of two groups; 4 of the second group have the first level."""


@pytest.fixture(scope="module")
def planted(nobody: Described) -> list[tuple[object, ...]]:
    """The lines of the planted column."""
    assert nobody.counts["groups"].shape == (1, 3)
    name = labelled(nobody)
    found = with_counts(nobody, groups=[[200, 130, 70]], **{f"of {name}": PLANTED})
    table = cells(found.released.table_one)
    return [table[f"{nobody.plan.label(name)}: {one}"] for one in nobody.plan.covariate(name).levels]


def test_a_small_count_of_a_group_is_covered_in_its_line_and_in_its_column(
    planted: list[tuple[object, ...]],
) -> None:
    (everyone, other, small), second = planted
    assert small == HIDDEN
    assert HIDDEN in (everyone, other)
    assert second[2] == HIDDEN


def test_shares_of_a_column_with_a_large_level_hidden_are_left_out(
    planted: list[tuple[object, ...]],
) -> None:
    for line in planted:
        assert all("%" not in str(cell) for cell in line[2:])


def test_a_table_without_small_counts_is_whole(nobody: Described) -> None:
    name = labelled(nobody)
    whole = with_counts(nobody, groups=[[200, 130, 70]], **{f"of {name}": [[90, 66, 24], [110, 64, 46]]})
    table = cells(whole.released.table_one)
    first = nobody.plan.covariate(name).levels[0]
    assert table[f"{nobody.plan.label(name)}: {first}"] == ("90 (45 %)", "65 (50 %)", "25 (36 %)")


def test_a_study_s_stricter_limits_count(nobody: Described) -> None:
    empty = {"In the population": (HIDDEN, None)}
    found = with_counts(nobody, sizes=np.where(nobody.counts["sizes"] >= 0, 79, 0))
    assert empty.items() <= cells(replace(found, limits=Disclosure(min_n=80)).released.flow).items()
    assert cells(found.released.flow)["In the population"] == (80, None)


def test_a_mean_of_few_does_not_follow_from_those_of_everyone_and_the_others(nobody: Described) -> None:
    name = numbers(nobody)
    moments = [[136.0, 136 * 60.0, 136 * 3700.0], [130.0, 130 * 60.0, 130 * 3700.0], [6.0, 360.0, 22200.0]]
    table = cells(with_counts(nobody, groups=[[200, 130, 70]], **{f"of {name}": moments}).released.table_one)
    assert table[nobody.plan.label(name)] == ("60.0 (10.0)", HIDDEN, HIDDEN)


def test_who_was_left_out_does_not_follow_from_who_was_kept(nobody: Described) -> None:
    flow = replace(
        with_counts(nobody, flow=[[500, 0], [495, 5], [400, 95], [300, 100]]), steps=("a", "b", "c", "d")
    )
    told = cells(flow.released.flow)
    assert told["b"][1] == HIDDEN
    assert HIDDEN in (told["a"][0], told["b"][0])
    assert told["d"] == (300, 100)
