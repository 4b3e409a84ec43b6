"""Ties, ends of observation, and what lies outside them."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.outcomes import Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.facts import Fact
from cimara.outcomes.endpoints.words import FactWord
from tests.spec.outcomes.dated_facts import ENGINES, check, excluded, read_table, rows_of

R = "2024-01-01 | RANDOMISATION\n"


def test_progression_before_death_on_one_day() -> None:
    """Tie. Two events on one day: the one listed first."""
    check("CNSPFS", R + "2024-02-01 | DEATH\n2024-02-01 | PD | CNS", "CNS_PD 32")


def test_event_before_competing_event_on_one_day() -> None:
    """Tie. An event and a competing event on one day: the event."""
    assert rows_of("CNSTTP", R + "2024-02-01 | DEATH\n2024-02-01 | PD | CNS")["evcode"] == 1


def test_two_competing_events_on_one_day() -> None:
    """Tie. The competing event listed first."""
    table = "2024-01-01 | CNS_THERAPY | | A | modality=SRS\n2024-02-01 | DEATH\n"
    row = rows_of("RNINC", table + "2024-02-01 | CNS_THERAPY | | A | modality=surgery", lesion="A")
    assert row["code"] == "DEATH"


def test_censoring_on_the_day_of_the_start() -> None:
    """Tie. A scan on the start day: the censoring listed last, the start."""
    row = rows_of("CNSPFS", R + "2024-01-01 | ADEQUATE_SCAN | CNS")
    assert (row["code"], row["reason"], row["aval"]) == ("START", "NO_FOLLOW_UP", 1)


def test_both_compartments_last_scanned_on_one_day() -> None:
    """Tie. BIPFS: brain and body scanned last on one day, the one listed last names the censoring."""
    table = R + "2024-02-01 | ADEQUATE_SCAN | CNS\n2024-02-01 | ADEQUATE_SCAN | SYS"
    assert rows_of("BIPFS", table)["code"] == "LAST_BODY"


def test_two_ends_of_observation_on_one_day() -> None:
    """Tie. Systemic progression and new therapy on one day: the reason listed first."""
    endpoint = catalogue["CNSPFS"].replace(switch={"after_systemic_pd": "censor"})
    table = R + "2024-02-01 | PD | SYS\n2024-02-01 | SYSTEMIC_THERAPY | | | new_line=yes"
    check(endpoint, table, "censored 1 AFTER_SYSTEMIC_PD")


def test_randomisation_before_treatment_start() -> None:
    """Start. The first available word, not the earliest date."""
    assert rows_of("OS", "2023-12-01 | TREATMENT_START\n" + R)["start"] == dt.date(2024, 1, 1)


def test_without_a_start_the_patient_is_left_out() -> None:
    """Start. None of the words: excluded, and counted."""
    assert excluded("OS", "2024-01-01 | DEATH") == "NO_START"


def test_a_start_without_a_date_does_not_fall_through_to_the_next_word() -> None:
    """Start. Randomised on an unknown day: the treatment start is another clock."""
    assert excluded("OS", "? | RANDOMISATION\n2024-01-10 | TREATMENT_START") == "NO_START"


def test_events_before_the_start_are_told_and_not_used() -> None:
    """EVENT_BEFORE_START. Progression before randomisation."""
    row = rows_of("CNSPFS", R + "2023-12-01 | PD | CNS\n2024-02-01 | ADEQUATE_SCAN | CNS")
    assert (row["evcode"], row["findings"]) == (0, "EVENT_BEFORE_START")


def test_an_event_on_the_start_day_takes_one_day() -> None:
    """Value. AVAL = ADT - START + 1."""
    check("OS", R + "2024-01-01 | DEATH", "DEATH 1")


def test_an_event_on_the_day_of_the_cut_counts() -> None:
    """Data cut. The day of the cut counts; the day after is not used, and counted."""
    cut = dt.date(2024, 2, 1)
    check("CNSPFS", R + "2024-02-01 | PD | CNS", "CNS_PD 32", cut_date=cut)
    check("CNSPFS", R + "2024-02-02 | PD | CNS", "censored 1 NO_FOLLOW_UP", cut_date=cut)
    facts = Facts.of(read_table(R + "2024-02-02 | DEATH"))
    assert derive_endpoint(catalogue["OS"], facts, cut_date=cut).report.facts_after_cut == 1


def test_alive_after_the_cut_is_alive_at_the_cut() -> None:
    """OS. Censored at the cut or the date last known alive, whichever is earlier."""
    check("OS", R + "2024-06-01 | LAST_ALIVE", "censored 32 EVENT_FREE", cut_date=dt.date(2024, 2, 1))
    check("OS", R + "2024-01-20 | LAST_ALIVE", "censored 20 EVENT_FREE", cut_date=dt.date(2024, 2, 1))


def test_scans_censor_at_a_scan_and_never_at_the_cut() -> None:
    """Censoring. The last scan, though observation goes on to the cut."""
    table = R + "2024-01-20 | ADEQUATE_SCAN | CNS"
    check("CNSPFS", table, "censored 20 EVENT_FREE", cut_date=dt.date(2024, 2, 1))


def test_a_patients_own_data_cut() -> None:
    """DATA_CUT. As a cut of the study, for one patient."""
    check("OS", R + "2024-01-31 | DATA_CUT\n2024-03-01 | LAST_ALIVE", "censored 31 EVENT_FREE")


def test_no_facts_after_the_start() -> None:
    """Input. Nothing but a start: analysed, censored there."""
    for endpoint in ("OS", "CNSPFS"):
        check(endpoint, R, "censored 1 NO_FOLLOW_UP")


def test_last_alive_before_the_start() -> None:
    """Input. Last known alive before randomisation: a finding, censored at the start."""
    row = rows_of("OS", R + "2023-12-20 | LAST_ALIVE")
    assert (row["aval"], row["findings"]) == (1, "LAST_ALIVE_BEFORE_START")


def test_start_after_death() -> None:
    """Input. Randomised after death: told, the death not used."""
    row = rows_of("OS", R + "2023-12-20 | DEATH")
    assert (row["evcode"], row["findings"]) == (0, "EVENT_BEFORE_START;START_AFTER_DEATH")


def test_two_dates_of_death() -> None:
    """Input. Neither is used until it is corrected, and it is told."""
    facts = Facts.of(read_table(R + "2024-02-01 | DEATH\n2024-03-01 | DEATH\n2024-01-20 | LAST_ALIVE"))
    for engine in ENGINES:
        made = derive_endpoint(catalogue["OS"], facts, engine=engine)
        assert made.frame["aval"].item() == 20
        assert "TWO_DEATH_DATES" in made.findings["code"].to_list()


def by_reader(evaluator: str, day: int) -> Fact:
    return Fact("P", FactWord.PD, dt.date(2024, 2, day), "CNS", evaluator=evaluator, criterion="rano_bm")


@pytest.mark.parametrize(
    ("named", "readers", "aval"),
    [
        ("", ("INV", "BICR"), 32),
        ("", ("INV", "BICR", "ACCEPTED"), 34),
        ("BICR", ("INV", "BICR"), 33),
    ],
)
def test_whose_reading_counts(named: str, readers: tuple[str, ...], aval: int) -> None:
    """evaluator. The named one, else the accepted record, else the investigator; the others are counted."""
    days = {"INV": 1, "BICR": 2, "ACCEPTED": 3}
    facts = Facts.of([*read_table(R), *(by_reader(one, days[one]) for one in readers)])
    endpoint = catalogue["CNSPFS"].replace(switch={"preset": "ema"}, evaluator=named)
    for engine in ENGINES:
        made = derive_endpoint(endpoint, facts, engine=engine)
        assert made.frame["aval"].item() == aval
        assert made.report.other_evaluators == len(readers) - 1


def test_patients_judged_by_another_criterion_stop_the_derivation() -> None:
    """criterion. Brain responses by RECIST only: an error, or told where it is allowed."""
    scan = Fact("P", FactWord.ADEQUATE_SCAN, dt.date(2024, 2, 1), "CNS", criterion="recist11")
    facts = Facts.of([*read_table(R), scan])
    endpoint = catalogue["CNSPFS"].replace(switch={"preset": "ema"})
    for engine in ENGINES:
        with pytest.raises(DerivationError, match="by the criterion of the definition"):
            derive_endpoint(endpoint, facts, engine=engine)
        made = derive_endpoint(endpoint, facts, engine=engine, allow_missing_criterion=True)
        assert made.frame["aval"].item() == 1
        assert "MISSING_CRITERION" in made.findings["code"].to_list()


def test_facts_of_a_changed_policy_are_refused() -> None:
    """criterion. Responses by another setting of the named policy are not the definition's responses."""
    scan = Fact(
        "P", FactWord.ADEQUATE_SCAN, dt.date(2024, 2, 1), "CNS", criterion="rano_bm", policy_hash="other"
    )
    with pytest.raises(DerivationError, match="other settings"):
        derive_endpoint(catalogue["CNSPFS"].replace(switch={"preset": "ema"}), Facts.of([scan]))
