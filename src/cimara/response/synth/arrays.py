"""Large made-up tables for timing: every patient with as many visits and brain lesions, drawn all at once.

Simpler than `study`: target lesions of the brain only, with investigator sizes, clinical state and steroids.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cimara.response.synth.growth import TOO_SMALL, VISIBLE
from cimara.response.synth.options import SynthError
from cimara.response.synth.study import FIRST_BASELINE
from cimara.terms.response import (
    Assessable,
    ClinicalStatus,
    LesionCompartment,
    LesionRole,
    SizeStatus,
    SteroidTrend,
)

EVERY_DAYS = 56
NOT_EVALUABLE = 0.02
"""Share of measurements that could not be made (invented)."""
STATUSES = (
    SizeStatus.MEASURED,
    SizeStatus.TOO_SMALL,
    SizeStatus.ABSENT,
    SizeStatus.NOT_EVALUABLE,
)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SynthArrays:
    """The tidy tables of response.md §11 as typed frames; sizes are millimetres."""

    patients: pl.DataFrame
    lesions: pl.DataFrame
    visits: pl.DataFrame
    measurements: pl.DataFrame
    clinical: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table by its name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def synth_arrays(patients: int, visits: int, lesions: int, seed: int) -> SynthArrays:
    """Tables of `patients` x `visits` (baseline included) x `lesions`, the same for the same seed.

    Diameters are multiples of 0.1 mm; 100,000 x 10 x 5 is five million measurements.
    """
    if min(patients, visits, lesions) < 1 or seed < 0:
        raise SynthError("nothing to make", expected="at least one of each, and a seed of 0 or more")
    rng = np.random.default_rng(seed)
    sizes = _sizes(patients, visits, lesions, rng)
    status = np.where(sizes < VISIBLE, 2, np.where(sizes < TOO_SMALL, 1, 0)).astype(np.uint32)
    unseen = rng.random(sizes.shape) < NOT_EVALUABLE
    unseen[:, 0, :] = False
    status[unseen] = 3
    entry = rng.integers(0, 365, size=patients)
    return SynthArrays(
        patients=_patients(entry),
        lesions=_lesions(patients, lesions),
        visits=_visits(entry, visits),
        measurements=_measurements(entry, sizes, status),
        clinical=_clinical(entry, visits, rng),
    )


def _sizes(patients: int, visits: int, lesions: int, rng: np.random.Generator) -> Ints:
    """Diameters in tenths by patient, visit and lesion: the regrowth of `growth`, at the visits only."""
    start = rng.integers(100, 320, size=(patients, 1, lesions))
    decay = rng.uniform(0.0, 0.02, size=(patients, 1, 1)) * rng.uniform(
        0.67, 1.33, size=(patients, 1, lesions)
    )
    growth = rng.lognormal(np.log(0.0015), 0.7, size=(patients, 1, 1)).clip(max=0.005)
    day = (np.arange(visits) * EVERY_DAYS).reshape(1, visits, 1)
    return np.floor(start * (np.exp(-decay * day) + np.exp(growth * day) - 1.0) + 0.5).astype(np.int64)


def _ids(prefix: str, count: int, width: int) -> pl.Series:
    return pl.Series([f"{prefix}{number:0{width}d}" for number in range(1, count + 1)], dtype=pl.String())


def _patient_ids(count: int) -> pl.Series:
    return _ids("DEMO-", count, 7)


def _visit_ids(count: int) -> pl.Series:
    return pl.Series(["BL", *[f"W{8 * number}" for number in range(1, count)]], dtype=pl.String())


def _dates(entry: Ints, visits: int) -> pl.Series:
    """Date of each visit of each patient, patients first."""
    first = (FIRST_BASELINE - dt.date(1970, 1, 1)).days
    days = first + entry[:, None] + np.arange(visits)[None, :] * EVERY_DAYS
    return pl.Series(days.ravel().astype(np.int32)).cast(pl.Date())


def _picked(values: pl.Series, index: Ints) -> pl.Series:
    return values.gather(pl.Series(index.astype(np.uint32)))


def _patients(entry: Ints) -> pl.DataFrame:
    baseline = _dates(entry, 1)
    return pl.DataFrame(
        {"patient_id": _patient_ids(len(entry)), "start_date": baseline.dt.offset_by("7d")}
    ).with_columns(immunotherapy=pl.lit("no"))


def _lesions(patients: int, lesions: int) -> pl.DataFrame:
    patient, lesion = np.divmod(np.arange(patients * lesions), lesions)
    return pl.DataFrame(
        {
            "patient_id": _picked(_patient_ids(patients), patient),
            "lesion_id": _picked(_ids("B", lesions, 1), lesion),
        }
    ).with_columns(
        compartment=pl.lit(str(LesionCompartment.BRAIN)),
        role=pl.lit(str(LesionRole.TARGET)),
        organ=pl.lit("brain"),
    )


def _by_visit(entry: Ints, visits: int) -> pl.DataFrame:
    patient, visit = np.divmod(np.arange(len(entry) * visits), visits)
    return pl.DataFrame(
        {
            "patient_id": _picked(_patient_ids(len(entry)), patient),
            "visit_id": _picked(_visit_ids(visits), visit),
            "date": _dates(entry, visits),
        }
    )


def _visits(entry: Ints, visits: int) -> pl.DataFrame:
    return _by_visit(entry, visits).with_columns(
        is_baseline=pl.col("visit_id") == "BL",
        brain_scan_date=pl.col("date"),
        brain_assessable=pl.lit(str(Assessable.ALL)),
    )


def _measurements(entry: Ints, sizes: Ints, status: npt.NDArray[np.uint32]) -> pl.DataFrame:
    patients, visits, lesions = sizes.shape
    row, lesion = np.divmod(np.arange(sizes.size), lesions)
    patient, visit = np.divmod(row, visits)
    measured = pl.Series(status.ravel()) == 0
    millimetres = pl.Series(sizes.ravel() / 10.0)
    return pl.DataFrame(
        {
            "patient_id": _picked(_patient_ids(patients), patient),
            "lesion_id": _picked(_ids("B", lesions, 1), lesion),
            "visit_id": _picked(_visit_ids(visits), visit),
            "date": _picked(_dates(entry, visits), row),
            "status": _picked(pl.Series([str(word) for word in STATUSES]), status.ravel().astype(np.int64)),
            "ld_mm": millimetres.zip_with(measured, pl.Series([None], dtype=pl.Float64())),
        }
    )


def _clinical(entry: Ints, visits: int, rng: np.random.Generator) -> pl.DataFrame:
    """Clinical state and steroids; a twentieth of the rows after baseline are worse or on more steroids."""
    count = len(entry) * visits
    later = np.arange(count) % visits > 0
    worse = (rng.random(count) < 0.05) & later
    doses = (0.0, 2.0, 8.0)
    dose = np.where(
        (rng.random(count) < 0.05) & later, 2, np.repeat(rng.integers(0, 2, size=len(entry)), visits)
    )
    words = (SteroidTrend.NONE, SteroidTrend.STABLE, SteroidTrend.INCREASED)
    states = (ClinicalStatus.STABLE, ClinicalStatus.WORSE)
    return _by_visit(entry, visits).with_columns(
        status=_picked(pl.Series([str(word) for word in states]), worse.astype(np.int64)),
        attributable=pl.lit("unknown"),
        dex_mg_per_day=_picked(pl.Series(doses), dose),
        steroid_trend=_picked(pl.Series([str(word) for word in words]), dose),
    )
