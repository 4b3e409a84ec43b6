"""What a trial would see: true event times put onto scan days, then the endpoint's own rules.

Simulated power so uses the censoring that the analysis will use (endpoints.md §11).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.endpoints.plan import plan_of
from cimara.outcomes.endpoints.requires import BODY_SCAN, BRAIN_MRI, requirements
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.words import FactWord

if TYPE_CHECKING:
    from cimara.outcomes.endpoints.table import EndpointTable

LATENT = ("cns_growth", "systemic_growth", "lmd", "death", "systemic_therapy", "cns_therapy")
"""Columns of true times, in days from the start (null: never); only `death` must be there."""

START_DAY = dt.date(2000, 1, 1)
OBSERVABLE = frozenset(
    {
        FactWord.RANDOMISATION,
        FactWord.TREATMENT_START,
        FactWord.DEATH,
        FactWord.LAST_ALIVE,
        FactWord.ADEQUATE_SCAN,
        FactWord.PD,
        FactWord.NEW_LESION,
        FactWord.LMD,
        FactWord.SYSTEMIC_THERAPY,
        FactWord.CNS_THERAPY,
        FactWord.CNS_THERAPY_END,
        FactWord.PD_UNCONFIRMED,
        FactWord.LOCAL_PD,
        FactWord.WITHDRAWAL,
        FactWord.START,
    }
)
"""Facts that true times can make, and facts that a simulated patient never has."""

NEVER = 1 << 30


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """Planned scans of a trial: days, which scans, the chance that one is missed, and days of follow-up."""

    schedule: Schedule
    followup: int
    missed: float = 0.0
    assessments: tuple[str, ...] = (BRAIN_MRI, BODY_SCAN)


def observe(
    endpoint: Endpoint, latent: pl.DataFrame, scans: ScanPlan, rng: np.random.Generator
) -> EndpointTable:
    """The endpoint of simulated patients, one for each row of `latent` (columns of `LATENT`, in days).

    Raises
    ------
    DerivationError
        A schedule without a scan that the endpoint needs, or an endpoint of facts that cannot be simulated.
    """
    from cimara.outcomes.endpoints.derive import derive_endpoint

    lacking = [one for one in requirements(endpoint).assessments if one not in scans.assessments]
    if lacking:
        raise DerivationError(
            "the schedule lacks an assessment", where=endpoint.id, expected=", ".join(lacking)
        )
    plan = plan_of(endpoint)
    words = {one.rule.fact for one in (*plan.events, *plan.competing, *plan.censors)}
    if plan.by_lesion or words - OBSERVABLE or endpoint.require:
        raise DerivationError(
            "true times of a patient cannot make the facts of this endpoint",
            where=endpoint.id,
            expected="an endpoint per patient, of progression, new lesions, therapy and death",
        )
    facts = simulated_facts(latent, scans, rng)
    return derive_endpoint(endpoint, facts, schedule=scans.schedule)


def simulated_facts(latent: pl.DataFrame, scans: ScanPlan, rng: np.random.Generator) -> Facts:
    """Facts of simulated patients: growth is seen on the first scan at or after it, while alive."""
    size = latent.height
    death = _days(latent, "death")
    end = np.minimum(death, scans.followup)
    who = pl.Series([f"{number:08d}" for number in range(1, size + 1)])
    days = np.asarray([0, *scans.schedule.nominal(scans.followup)], dtype=np.int64)
    brain = _kept(days, end, scans, rng, planned=BRAIN_MRI in scans.assessments)
    body = _kept(days, end, scans, rng, planned=BODY_SCAN in scans.assessments)
    found = _first_seen(days, brain, _days(latent, "cns_growth"))
    seen_lmd = _first_seen(days, brain, _days(latent, "lmd"))
    systemic = _first_seen(days, body, _days(latent, "systemic_growth"))
    frames = [
        _rows(who, np.zeros(size, dtype=np.int64), FactWord.RANDOMISATION),
        _rows(who, np.where(death <= scans.followup, death, NEVER), FactWord.DEATH),
        _rows(who, end, FactWord.LAST_ALIVE),
        _rows(who, found, FactWord.PD, "CNS", "kind=target"),
        _rows(who, found, FactWord.NEW_LESION, "CNS", "origin=new;type=parenchymal"),
        _rows(who, seen_lmd, FactWord.LMD),
        _rows(who, systemic, FactWord.PD, "SYS", "kind=target"),
        _rows(who, _before(latent, "systemic_therapy", end), FactWord.SYSTEMIC_THERAPY, "", "new_line=yes"),
        _rows(who, _before(latent, "cns_therapy", end), FactWord.CNS_THERAPY, "", "intent=salvage"),
        *(_scans(who, days, kept, where) for kept, where in ((brain, "CNS"), (body, "SYS"))),
    ]
    return Facts(pl.concat(frames))


def _days(latent: pl.DataFrame, name: str) -> NDArray[np.int64]:
    if name not in latent.columns:
        return np.full(latent.height, NEVER, dtype=np.int64)
    return latent[name].cast(pl.Int64).fill_null(NEVER).to_numpy()


def _before(latent: pl.DataFrame, name: str, end: NDArray[np.int64]) -> NDArray[np.int64]:
    days = _days(latent, name)
    return np.where(days <= end, days, NEVER)


def _kept(
    days: NDArray[np.int64],
    end: NDArray[np.int64],
    scans: ScanPlan,
    rng: np.random.Generator,
    *,
    planned: bool,
) -> NDArray[np.bool_]:
    """Patient by scan: whether it was done. The baseline scan is never missed."""
    done = rng.random((len(end), len(days))) >= scans.missed
    done[:, 0] = True
    kept: NDArray[np.bool_] = done & (days[None, :] <= end[:, None]) & planned
    return kept


def _first_seen(
    days: NDArray[np.int64], kept: NDArray[np.bool_], growth: NDArray[np.int64]
) -> NDArray[np.int64]:
    shows = kept & (days[None, :] >= growth[:, None])
    return np.where(shows.any(axis=1), days[shows.argmax(axis=1)], NEVER)


def _rows(
    who: pl.Series, days: NDArray[np.int64], word: FactWord, compartment: str = "", fields: str = ""
) -> pl.DataFrame:
    """One fact for each patient who has the day."""
    frame = pl.DataFrame({"patient_id": who, "day": days}).filter(pl.col("day") < NEVER)
    return _dated(frame, word, compartment, fields)


def _scans(
    who: pl.Series, days: NDArray[np.int64], kept: NDArray[np.bool_], compartment: str
) -> pl.DataFrame:
    patient, visit = np.nonzero(kept)
    frame = pl.DataFrame({"patient_id": who.gather(pl.Series(patient).cast(pl.UInt32)), "day": days[visit]})
    return _dated(frame, FactWord.ADEQUATE_SCAN, compartment, "")


def _dated(frame: pl.DataFrame, word: FactWord, compartment: str, fields: str) -> pl.DataFrame:
    return frame.select(
        "patient_id",
        fact=pl.lit(str(word)),
        date=(pl.lit(START_DAY) + pl.duration(days=pl.col("day"))).cast(pl.Date),
        compartment=pl.lit(compartment),
        fields=pl.lit(fields),
    )
