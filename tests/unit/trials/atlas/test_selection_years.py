"""A population may be bounded by the year of start."""

from __future__ import annotations

import pytest

from cimara.trials.atlas import Selection
from tests.unit.trials.survey.made_survey import trial


@pytest.mark.parametrize(
    ("first", "last", "taken"),
    [
        (None, None, [2018, 2020, 2022, None]),
        (2020, None, [2020, 2022]),
        (None, 2020, [2018, 2020]),
        (2019, 2021, [2020]),
        (2020, 2020, [2020]),
        (2023, 2024, []),
    ],
)
def test_both_years_are_included_and_no_date_is_in_no_year(
    first: int | None, last: int | None, taken: list[int | None]
) -> None:
    population = Selection(first_year=first, last_year=last)
    started = (("2018", 2018), ("2020-06", 2020), ("2022-01-31", 2022), (None, None))
    assert [year for start, year in started if population.takes(trial(1, start=start))] == taken


def test_the_years_are_part_of_its_words() -> None:
    assert Selection(first_year=2019, last_year=2021).describe() == (
        "start in 2019 or later; start in 2021 or earlier"
    )
