"""All twenty catalogue entries on one made-up study: both engines, and every patient counted once.

CIMARA_NIGHTLY=1 makes the study of 5,000 patients instead of 200.
"""

from __future__ import annotations

import os
from functools import cache

import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes import EndpointTable, Facts, Schedule, binary_rate, catalogue, derive_endpoint
from cimara.response import Policy, derive_compartments, derive_study
from cimara.response.synth import SynthOptions, synth_study

PATIENTS = 5_000 if os.environ.get("CIMARA_NIGHTLY") else 200
SCHEDULE = Schedule(56, window=7)


@cache
def study_facts() -> Facts:
    """Responses by compartment and of the whole body, with deaths, therapies, decisions and tests."""
    made = synth_study(SynthOptions(patients=PATIENTS, seed=2))
    apart = derive_compartments(made.study, Policy.preset("rano_bm"), Policy.preset("recist11"))
    together = derive_study(made.study, Policy.preset("recist11"))
    return Facts.from_response([apart, together], made.supplements)


@cache
def derived(name: str, engine: str) -> EndpointTable:
    return derive_endpoint(catalogue[name], study_facts(), schedule=SCHEDULE, engine=engine)


@pytest.mark.parametrize("name", list(catalogue))
def test_both_engines_give_the_same_table(name: str) -> None:
    readable, quick = derived(name, "reference"), derived(name, "columnar")
    assert_frame_equal(readable.frame, quick.frame)
    assert_frame_equal(readable.exclusions, quick.exclusions)
    assert readable.report == quick.report
    assert_frame_equal(readable.findings, quick.findings)


@pytest.mark.parametrize("name", list(catalogue))
def test_every_patient_is_counted_and_something_happens(name: str) -> None:
    table = derived(name, "columnar")
    report = table.report
    outcomes = (*report.events, *report.competing, *report.censored)
    assert report.analysed == sum(number for _, number in outcomes) == table.frame.height
    assert report.population == report.analysed + sum(number for _, number in report.excluded)
    counted = {*table.frame["patient_id"], *table.exclusions["patient_id"]}
    assert table.endpoint.unit == "lesion" or counted == set(study_facts().patients())
    assert report.events
    assert (table.frame["aval"].null_count() == 0) != table.plan.binary


@pytest.mark.parametrize("name", ["ICORR", "ICCBR"])
def test_rates_are_of_everyone_analysed(name: str) -> None:
    table = derived(name, "columnar")
    rate = binary_rate(table)
    assert rate.n == table.report.analysed
    assert rate.rate is not None
    assert rate.lower is not None
    assert rate.upper is not None
    assert rate.lower < rate.rate < rate.upper
