"""What must hold of every endpoint, whatever the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes import Endpoint, EndpointTable, Fact, Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.words import EndpointKind, FactWord, Flag
from tests.generative.outcomes.made_facts import DAY_ZERO, made_cut, made_endpoint, made_facts, made_schedule
from tests.many import examples

SEEDS = range(examples(few=30, many=60))
DATES = ["start", "adt"]
OFF = {"preset": "ema"}


def derived(endpoint: Endpoint, facts: Facts, seed: int, **asked: object) -> EndpointTable:
    asked = {"schedule": made_schedule(seed), "cut_date": made_cut(seed), **asked}
    return derive_endpoint(endpoint, facts, allow_missing_criterion=True, **asked)  # type: ignore[arg-type]


@cache
def made(seed: int) -> tuple[Endpoint, Facts, EndpointTable]:
    """A definition, facts, and what the one makes of the other."""
    endpoint, facts = made_endpoint(seed), made_facts(seed)
    return endpoint, facts, derived(endpoint, facts, seed)


def changed(facts: Facts, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Facts:
    return Facts(change(facts.frame))


def with_baseline(facts: Facts) -> Facts:
    return changed(facts, lambda frame: frame.filter(pl.col("fact") != Flag.NO_BASELINE))


def times(table: EndpointTable) -> dict[str, tuple[int, int]]:
    """Patient -> number of the event, days."""
    return {row[0]: (row[1], row[2]) for row in table.frame.select("patient_id", "evcode", "aval").rows()}


def per_patient() -> Iterator[tuple[int, Endpoint, Facts]]:
    for seed in SEEDS:
        endpoint, facts, _ = made(seed)
        if endpoint.kind is not EndpointKind.BINARY and endpoint.unit == "patient":
            yield seed, endpoint, facts


def test_shifting_all_dates_leaves_the_times() -> None:
    for seed in SEEDS:
        endpoint, facts, before = made(seed)
        later = changed(facts, lambda frame: frame.with_columns(pl.col("date").dt.offset_by("37d")))
        cut = made_cut(seed)
        after = derived(endpoint, later, seed, cut_date=None if cut is None else cut + dt.timedelta(days=37))
        assert_frame_equal(before.frame.drop(DATES), after.frame.drop(DATES))


def test_the_order_of_the_input_does_not_matter() -> None:
    for seed in SEEDS:
        endpoint, facts, before = made(seed)
        mixed = changed(facts, lambda frame: frame.sample(fraction=1, shuffle=True, seed=7))
        assert_frame_equal(before.frame, derived(endpoint, mixed, seed).frame)


def added(facts: Facts, *more: Fact) -> Facts:
    return Facts(pl.concat([facts.frame, Facts.of(more).frame]))


@pytest.mark.parametrize("compartment", ["CNS", "SYS"])
def test_one_more_adequate_scan_never_shortens_a_time(compartment: str) -> None:
    for seed, endpoint, facts in per_patient():
        day = DAY_ZERO + dt.timedelta(days=Random(seed).randint(0, 150))
        more = added(facts, Fact("P0", FactWord.ADEQUATE_SCAN, day, compartment))
        before, after = times(made(seed)[2]), times(derived(endpoint, more, seed))
        assert all(after[patient][1] >= time for patient, (_, time) in before.items())


def test_an_event_before_the_present_end_becomes_the_end() -> None:
    endpoint = catalogue["CNSPFS"].replace(switch=OFF)
    for seed in SEEDS:
        facts = with_baseline(made_facts(seed))
        before = list(derived(endpoint, facts, seed).frame.iter_rows(named=True))
        halfway = [row["start"] + dt.timedelta(days=(row["aval"] - 1) // 2) for row in before]
        progressions = [
            Fact(row["patient_id"], FactWord.PD, day, "CNS") for row, day in zip(before, halfway, strict=True)
        ]
        after = times(derived(endpoint, added(facts, *progressions), seed))
        for row in before:
            evcode, sooner = after[row["patient_id"]]
            assert evcode == 1
            assert sooner <= row["aval"]


def test_bipfs_is_the_earlier_of_cnspfs_and_syspfs_where_both_have_events() -> None:
    seen = 0
    for seed in SEEDS:
        facts = with_baseline(made_facts(seed))
        cns, body, both = (
            times(derived(catalogue[name].replace(switch=OFF), facts, seed))
            for name in ("CNSPFS", "SYSPFS", "BIPFS")
        )
        for patient, (evcode, time) in cns.items():
            if evcode == 1 and body[patient][0] == 1:
                seen += 1
                assert both[patient] == (1, min(time, body[patient][1]))
    assert seen > 0.8 * len(SEEDS)


def test_cnspfs_is_never_longer_than_os_where_both_have_events() -> None:
    seen = 0
    for seed in SEEDS:
        facts = made_facts(seed)
        survival = times(derived(catalogue["OS"], facts, seed))
        for patient, (evcode, time) in times(
            derived(catalogue["CNSPFS"].replace(switch=OFF), facts, seed)
        ).items():
            if evcode == 1 and survival[patient][0] == 1:
                seen += 1
                assert time <= survival[patient][1]
    assert seen > 0.3 * len(SEEDS)


def test_censored_if_and_only_if_there_is_a_reason() -> None:
    for seed in SEEDS:
        frame = made(seed)[2].frame
        assert frame.filter((pl.col("evcode") == 0) != (pl.col("reason") != "")).is_empty()


def test_counts_add_up_to_the_population() -> None:
    for seed in SEEDS:
        _, facts, table = made(seed)
        report = table.report
        parts = (report.events, report.competing, report.censored)
        assert sum(n for part in parts for _, n in part) == report.analysed == table.frame.height
        assert report.population == report.analysed + sum(n for _, n in report.excluded)
        if table.endpoint.unit == "patient":
            assert report.population == len(facts.patients())


def test_a_later_cut_never_changes_an_event_already_counted() -> None:
    for seed, endpoint, facts in per_patient():
        early = DAY_ZERO + dt.timedelta(days=30)
        rows = [
            dict(zip(frame["patient_id"], frame.select("evcode", "aval", "code").rows(), strict=True))
            for cut in (early, early + dt.timedelta(days=60))
            for frame in [derived(endpoint, facts, seed, cut_date=cut).frame]
        ]
        assert all(rows[1][patient] == row for patient, row in rows[0].items() if row[0] > 0)


def test_an_event_never_lies_after_the_cut_nor_before_the_start() -> None:
    for seed in SEEDS:
        frame = made(seed)[2].frame
        assert frame.filter(pl.col("adt") < pl.col("start")).is_empty()
        cut = made_cut(seed)
        assert cut is None or frame.filter(pl.col("adt") > cut).is_empty()


def test_random_definitions_to_toml_and_back() -> None:
    for seed in range(examples(few=100, many=300)):
        endpoint = made_endpoint(seed)
        again = Endpoint.from_text(endpoint.to_toml())
        assert again == endpoint
        assert again.fingerprint == endpoint.fingerprint
        assert again.compare(endpoint) == []


def test_a_difference_in_fingerprint_is_a_difference_in_words() -> None:
    for seed in range(examples(few=80, many=200)):
        left, right = made_endpoint(seed), made_endpoint(seed + 1)
        assert (left.fingerprint == right.fingerprint) == (left.compare(right) == [])
