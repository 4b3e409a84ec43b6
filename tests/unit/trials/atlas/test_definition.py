"""What a definition says of death, leptomeningeal disease, the clock's start and whom it measures."""

from __future__ import annotations

import pytest

from cimara.trials.atlas.definition import clock_start, death_counts, lmd_counts, population
from cimara.trials.atlas.model import ClockStart, Stated


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("time from randomisation to progression or death from any cause", Stated.YES),
        ("until progressive disease or death, whichever occurs first", Stated.YES),
        ("alive and progression-free at 6 months; or died", Stated.YES),
        ("time to radiographic progression (death is censored)", Stated.NO),
        ("patients who die without progression are censored at death", Stated.NO),
        ("time to progression, deaths being a competing event", Stated.NO),
        ("time from randomisation to progression of intracranial disease", Stated.UNSTATED),
        ("time to progression or death due to cancer", Stated.UNSTATED),
    ],
)
def test_death_is_an_event_only_where_the_words_say_so(words: str, said: Stated) -> None:
    assert death_counts(words) is said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("new brain lesion or leptomeningeal disease", Stated.YES),
        ("intracranial progression excluding leptomeningeal disease", Stated.NO),
        ("intracranial progression", Stated.UNSTATED),
    ],
)
def test_leptomeningeal_disease_counts_only_where_the_words_say_so(words: str, said: Stated) -> None:
    assert lmd_counts(words) is said


@pytest.mark.parametrize(
    ("description", "start"),
    [
        ("time from randomization to death", ClockStart.RANDOMISATION),
        ("from the date of first dose until progression", ClockStart.TREATMENT_START),
        ("time from enrollment to progression", ClockStart.ENROLMENT),
        ("from the first documented response to progression or death", ClockStart.FIRST_RESPONSE),
        ("interval between surgery and recurrence", ClockStart.SURGERY),
        ("time from SRS to local failure", ClockStart.LOCAL_THERAPY),
        ("time from diagnosis to death", ClockStart.DIAGNOSIS),
        ("progression by RECIST 1.1", ClockStart.UNSTATED),
    ],
)
def test_the_clock_starts_where_the_definition_says(description: str, start: ClockStart) -> None:
    assert clock_start("", description.lower(), "") is start


def test_a_length_of_follow_up_is_no_start() -> None:
    assert clock_start("", "", "two years of observation after enrollment") is ClockStart.UNSTATED


def test_a_time_frame_that_says_from_is_a_start() -> None:
    assert clock_start("", "", "from randomization to death (up to 36 months)") is ClockStart.RANDOMISATION


def test_the_population_is_quoted_as_stored() -> None:
    stored = "CNS ORR in Patients with CNS lesion(s) on baseline brain scan"
    assert population(stored, stored.lower()) == "in Patients with CNS lesion"


def test_a_measure_of_everyone_names_no_population() -> None:
    assert population("Overall survival", "overall survival") is None
