"""Age of data and of records."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cimara.trials.importers.api_v2 import study_from_record
from cimara.trials.staleness import Freshness, StalenessPolicy, freshness, may_be_outdated
from tests.unit.trials.registry.records import MISSING, raw, record, updated

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("data_date", "found"),
    [
        ("2026-03-01", Freshness.FRESH),
        ("2026-02-15", Freshness.FRESH),
        ("2026-02-14", Freshness.DATED),
        ("2025-12-31", Freshness.DATED),
        ("2025-12-30", Freshness.OLD),
        ("2026-02", Freshness.DATED),
        ("2026-03-05", Freshness.FRESH),
        (None, Freshness.OLD),
    ],
)
def test_data_are_fresh_for_14_days_and_old_after_60(data_date: str | None, found: Freshness) -> None:
    assert freshness(data_date, TODAY) is found


def test_the_bounds_are_a_policy() -> None:
    strict = StalenessPolicy(fresh_days=1, dated_days=2)
    assert freshness("2026-02-25", TODAY, strict) is Freshness.OLD


@pytest.mark.parametrize(
    ("changes", "outdated"),
    [
        ({"status__lastUpdatePostDateStruct": updated("2024-03-05")}, False),
        ({"status__lastUpdatePostDateStruct": updated("2024-02-20")}, True),
        ({"status__lastUpdatePostDateStruct": MISSING}, True),
        ({"status__lastUpdatePostDateStruct": MISSING, "status__statusVerifiedDate": "2026-01"}, False),
        (
            {
                "status__lastUpdatePostDateStruct": updated("2020-01-01"),
                "status__overallStatus": "COMPLETED",
            },
            False,
        ),
    ],
)
def test_a_recruiting_record_that_no_one_updates_may_be_outdated(
    changes: dict[str, Any], outdated: bool
) -> None:
    study, _ = study_from_record(raw(record(**changes)))
    assert may_be_outdated(study, TODAY) is outdated
