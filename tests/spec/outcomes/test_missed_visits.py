"""Events after missed assessments: by the schedule, and by the gap."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.outcomes import Schedule, catalogue, derive_endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.facts import Facts
from tests.spec.outcomes.dated_facts import check, read_table

START = dt.date(2024, 1, 1)


def death_on(day: int, last_scan: int = 113) -> str:
    scan = START + dt.timedelta(days=last_scan)
    return f"""
    {START} | RANDOMISATION
    {scan} | ADEQUATE_SCAN | CNS
    {START + dt.timedelta(days=day)} | DEATH
    """


@pytest.mark.parametrize(
    ("rule", "day", "expect"),
    [
        ("schedule", 200, "DEATH 201"),
        ("schedule", 231, "DEATH 232"),
        ("schedule", 232, "censored 114 MISSED_VISITS"),
        ("schedule", 240, "censored 114 MISSED_VISITS"),
        ("gap", 200, "DEATH 201"),
        ("gap", 232, "DEATH 233"),
        ("gap", 239, "DEATH 240"),
        ("gap", 240, "censored 114 MISSED_VISITS"),
    ],
)
def test_the_rule_fires_when_the_second_window_has_closed(rule: str, day: int, expect: str) -> None:
    """missed_visits. Every 56 days, window 7, last adequate scan on day 113 (days from the start = 0)."""
    endpoint = catalogue["CNSPFS"].replace(switch={"missed_visits": {"count": 2, "rule": rule}})
    check(endpoint, death_on(day), expect)


def test_none_counts_the_event_whatever_was_missed() -> None:
    """missed_visits. "none": a death on day 700 counts."""
    check(catalogue["CNSPFS"].replace(switch={"missed_visits": "none"}), death_on(700), "DEATH 701")


def test_without_any_scan_the_start_stands_for_the_last_one() -> None:
    """missed_visits. No adequate scan: visits 56 and 112 are missed, censored at the start."""
    table = "2024-01-01 | RANDOMISATION\n2024-05-15 | DEATH"
    check(catalogue["CNSPFS"], table, "censored 1 MISSED_VISITS")


def test_one_missed_visit_is_too_few() -> None:
    """missed_visits. The window of day 112 closes on day 119; a death that day still counts."""
    check(catalogue["CNSPFS"], death_on(119, last_scan=56), "DEATH 120")


@pytest.mark.parametrize(("last_scan", "expect"), [(105, "DEATH 190"), (104, "censored 105 MISSED_VISITS")])
def test_a_scan_on_the_edge_of_a_window_keeps_the_visit(last_scan: int, expect: str) -> None:
    """missed_visits. Day 105 is in the window of day 112, day 104 is not; day 168 is missed in both."""
    check(catalogue["CNSPFS"], death_on(189, last_scan), expect)


def test_no_visit_is_missed_after_the_schedule_ends() -> None:
    """missed_visits. A schedule until day 112 has nothing to miss later."""
    check(catalogue["CNSPFS"], death_on(400), "DEATH 401", schedule=Schedule(56, until=112))


def test_a_schedule_may_be_a_table_of_days() -> None:
    """missed_visits. Planned days 60, 120, 240: only day 240 is missed before a death on day 300."""
    check(catalogue["CNSPFS"], death_on(300, 118), "DEATH 301", schedule=Schedule(days=(60, 120, 240)))


def test_without_a_schedule_it_is_an_error() -> None:
    """missed_visits. It is never silently off."""
    with pytest.raises(DerivationError, match="without a schedule"):
        derive_endpoint(catalogue["CNSPFS"], Facts.of(read_table(death_on(100))))


def test_missed_body_scans_do_not_undo_a_brain_event() -> None:
    """BIPFS. CNS progression is weighed against brain scans, however long the body was not scanned."""
    table = """
    2024-01-01 | RANDOMISATION
    2024-06-17 | ADEQUATE_SCAN | CNS
    2024-08-12 | PD            | CNS
    """
    check("BIPFS", table, "CNS_PD 225")
