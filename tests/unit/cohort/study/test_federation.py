"""The table `[federation]` of a study file: its grid, its masks and its coordinators."""

from __future__ import annotations

import pytest

from cimara.cohort.study.errors import StudyError
from cimara.cohort.study.federation import Federation
from cimara.cohort.study.hashing import study_hash
from cimara.cohort.study.model import StudyFile
from cimara.cohort.study.time_grid import MONTH, GridKind, grid_days
from tests.unit.cohort.study.study_text import TEXT, study

KEY = "ed25519:" + "ab" * 32


def with_table(text: str) -> StudyFile:
    return study(("[governance]", f"[federation]\n{text}\n[governance]"))


def made(text: str) -> Federation:
    found = with_table(text).federation
    assert found is not None
    return found


def faults(text: str) -> list[str]:
    with pytest.raises(StudyError) as error:
        with_table(text)
    return [str(one) for one in error.value.faults]


def test_a_study_without_the_table_keeps_nothing_at_its_sites() -> None:
    assert study().federation is None


def test_sums_are_masked_unless_the_study_says_otherwise() -> None:
    assert made('grid = "weekly"').masked
    assert not made('grid = "weekly"\nmasked = false').masked


def test_a_weekly_grid_reaches_the_day_that_it_ends_on() -> None:
    assert made('grid = "weekly"\nuntil = 20').cuts == (7.0, 14.0, 21.0)


def test_a_mixed_grid_is_of_months_then_of_quarters_then_one_cell() -> None:
    cuts = made('grid = "mixed"\nuntil = 3000').cuts
    assert cuts[23:25] == (24 * MONTH, 27 * MONTH)
    assert cuts[-2:] == (60 * MONTH, 3000.0)


def test_the_exact_grid_has_no_days_of_its_own() -> None:
    assert made('grid = "exact"').cuts == ()


def test_coordinators_are_known_by_their_keys() -> None:
    found = made(f'grid = "weekly"\ncoordinators = {{ "Demo Coordinating Centre" = "{KEY}" }}')
    assert found.coordinators["Demo Coordinating Centre"].text == KEY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("masked = true", "federation.grid: missing; expected one of exact, weekly"),
        ('grid = "daily"', "federation.grid: unknown word"),
        ('grid = "weekly"\nuntil = 0', "federation.until: expected days above 0"),
        ('grid = "exact"\nuntil = 100', "federation.until: has no meaning for the exact grid"),
        ('grid = "weekly"\ndays = [1]', 'federation.days: only for grid = "custom"'),
        ('grid = "custom"\ndays = [30, 20]', "federation.days: expected a list of days above 0"),
        ('grid = "weekly"\ncoordinators = { A = "key" }', "federation.coordinators.A: is no public key"),
        ('grid = "weekly"\nmask = true', "federation.mask: unknown key; did you mean masked?"),
    ],
)
def test_each_fault_is_told_with_its_line(text: str, said: str) -> None:
    found = faults(text)
    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith("line ")


def test_another_grid_is_another_study_for_those_who_signed() -> None:
    weekly, monthly = (with_table(f'grid = "{kind}"') for kind in ("weekly", "monthly"))
    hashes = {study_hash(one, {}) for one in (weekly, monthly, study())}
    assert len(hashes) == 3
    assert "[federation]" not in TEXT


def test_a_custom_grid_is_the_days_of_the_study() -> None:
    assert grid_days(GridKind.CUSTOM, 0, [30, 90]) == (30.0, 90.0)
