"""True times put onto scan days: what a trial would see."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes import Schedule, catalogue
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.observe import ScanPlan

DAILY = ScanPlan(Schedule(1, window=0), followup=400)
TRUTH = pl.DataFrame(
    {
        "cns_growth": [50, None, 300, None],
        "systemic_growth": [None, 70, 20, None],
        "death": [100, 90, 350, 900],
    },
    schema={"cns_growth": pl.Int64, "systemic_growth": pl.Int64, "death": pl.Int64},
)


def ends(name: str, truth: pl.DataFrame = TRUTH, scans: ScanPlan = DAILY, **switch: object) -> list[object]:
    endpoint = catalogue[name].replace(switch={"preset": "ema", **switch})
    frame = endpoint.observe(truth, scans, np.random.default_rng(1)).frame
    return [(row[0], row[1] - 1) for row in frame.select("evcode", "aval").rows()]


def test_daily_scans_give_the_true_times() -> None:
    assert ends("OS") == [(1, 100), (1, 90), (1, 350), (0, 400)]
    assert ends("CNSPFS") == [(1, 50), (1, 90), (1, 300), (0, 400)]
    assert ends("SYSPFS") == [(1, 100), (1, 70), (1, 20), (0, 400)]
    assert ends("CNSTTP") == [(1, 50), (2, 90), (1, 300), (0, 400)]
    assert ends("BIPFS") == [(1, 50), (1, 70), (1, 20), (0, 400)]


def test_growth_is_seen_on_the_next_scan() -> None:
    every_eight_weeks = ScanPlan(Schedule(56), followup=400)
    assert ends("CNSPFS", scans=every_eight_weeks) == [(1, 56), (1, 90), (1, 336), (0, 392)]


def test_the_switches_of_the_definition_apply() -> None:
    found = ends("CNSPFS", scans=ScanPlan(Schedule(10, window=0), 400), after_systemic_pd="censor")
    assert found == [(1, 50), (0, 70), (0, 20), (0, 400)]


def test_therapy_ends_observation_where_the_definition_says() -> None:
    truth = TRUTH.with_columns(systemic_therapy=pl.lit(45))
    assert ends("CNSPFS", truth, new_systemic_therapy="censor")[0] == (0, 45)


def test_missed_scans_delay_what_is_seen() -> None:
    growth = pl.DataFrame({"cns_growth": [10] * 400, "death": [10_000] * 400})
    rare = ScanPlan(Schedule(56), followup=1000, missed=0.5)
    days = [day for _, day in ends("CNSPFS", growth, rare)]  # type: ignore[misc]
    assert min(days) == 56
    assert 90 < sum(days) / len(days) < 135  # mean of a geometric number of visits: 2 x 56 = 112


def test_a_schedule_without_brain_scans_is_refused_for_a_cns_endpoint() -> None:
    scans = ScanPlan(Schedule(56), followup=400, assessments=("body scan",))
    with pytest.raises(DerivationError, match="brain MRI"):
        ends("CNSPFS", scans=scans)
    assert ends("SYSPFS", scans=scans)


@pytest.mark.parametrize("name", ["LOCFAIL", "NCOGDET", "ICORR", "BMFS"])
def test_what_true_times_cannot_make(name: str) -> None:
    with pytest.raises(DerivationError):
        ends(name)
