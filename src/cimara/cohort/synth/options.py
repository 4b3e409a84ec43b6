"""What is asked of the generator: scenario, seed, size, and which of the real world's flaws to add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError

MOST_SITES = 26
FEWEST_A_SITE = 5


class Scenario(StrEnum):
    """Which patients: all who had radiosurgery, or those with radionecrosis who were given bevacizumab."""

    SRS_COHORT = "srs_cohort"
    RN_TREATED = "rn_treated"


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthOptions:
    """What to make.

    Parameters
    ----------
    seed
        The same seed gives the same tables.
    missing
        Leave values out as charts do; False fills every field that a site collects.
    exact_days
        False: necrosis and its recurrence get the day of the next scan, as in practice, or are not seen.
        Times are then too late; studies of the planted effects keep True.
    frailty_sd
        Standard deviation of a log-normal frailty that a patient's necrosis and death share. With any but 0
        the planted ratios are no longer the exact parameters of the models.

    Raises
    ------
    CohortError
        More than 26 sites, or fewer than 5 patients a site on average.
    """

    seed: int = 1
    scenario: Scenario = Scenario.RN_TREATED
    patients: int = 1700
    sites: int = 17
    missing: bool = True
    exact_days: bool = True
    frailty_sd: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scenario", Scenario(self.scenario))
        if not 1 <= self.sites <= MOST_SITES:
            raise CohortError(f"{self.sites} sites were asked for", expected=f"1 to {MOST_SITES}")
        if self.patients < FEWEST_A_SITE * self.sites:
            raise CohortError(
                f"{self.patients} patients are too few for {self.sites} sites",
                expected=f"{FEWEST_A_SITE * self.sites} or more",
            )
        if self.seed < 0 or self.frailty_sd < 0:
            raise CohortError("the seed and the frailty are 0 or more")


@dataclass(frozen=True, eq=False)
class SyntheticConsortium:
    """Data sets by site, and everything that made them (`truth`, which can be written as JSON).

    `anchors` holds the date of day 0 of each patient (patient_id, anchor_date), which only the sites know.
    """

    options: SynthOptions
    datasets: Mapping[str, Dataset]
    anchors: pl.DataFrame
    truth: Mapping[str, Any]
