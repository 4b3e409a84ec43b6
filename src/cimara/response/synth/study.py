"""Made-up studies with a known truth: the same seed gives the same study, and patient n the same patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.response.model import Patient, Study
from cimara.response.synth.clinical import clinical_course, clinical_rows, cognition_rows
from cimara.response.synth.events import Row, adjudications, cns_at_start, lesion_events, therapies, truth
from cimara.response.synth.latent import TREATMENT_STARTS, LatentPatient, latent_patient
from cimara.response.synth.lm_forms import lm_forms
from cimara.response.synth.options import SynthOptions
from cimara.response.synth.scans import read_scans
from cimara.response.synth.visits import MadeVisit, followed_until, made_visits, visit_row
from cimara.terms.response import Answer

FIRST_BASELINE = dt.date(2023, 1, 9)
"""No baseline scan lies before it; patients enter over the year that follows."""

_TEXT, _DATE = pl.String(), pl.Date()
SUPPLEMENTS: Mapping[str, Mapping[str, pl.DataType]] = {
    "patients": {
        "patient_id": _TEXT,
        "randomisation_date": _DATE,
        "treatment_start": _DATE,
        "treatment_end": _DATE,
        "withdrawal_date": _DATE,
        "last_alive": _DATE,
        "cns_disease": _TEXT,
        "measurable_cns": _TEXT,
        "lmd_at_start": _TEXT,
    },
    "deaths": {"patient_id": _TEXT, "date": _DATE, "cause": _TEXT, "adjudicated": _TEXT},
    "therapies": {
        "patient_id": _TEXT,
        "start": _DATE,
        "kind": _TEXT,
        "name": _TEXT,
        "modality": _TEXT,
        "intent": _TEXT,
        "lesion_ids": _TEXT,
        "new_line": _TEXT,
    },
    "lesion_events": {
        "patient_id": _TEXT,
        "lesion_id": _TEXT,
        "date": _DATE,
        "event": _TEXT,
        "compartment": _TEXT,
        "type": _TEXT,
        "origin": _TEXT,
        "certainty": _TEXT,
        "basis": _TEXT,
        "symptomatic": _TEXT,
        "grade": pl.Int64(),
    },
    "cognition": {
        "patient_id": _TEXT,
        "visit_id": _TEXT,
        "date": _DATE,
        "test": _TEXT,
        "score": pl.Float64(),
        "z": pl.Float64(),
        "form": _TEXT,
        "done": _TEXT,
        "missed": _TEXT,
    },
}
"""Tables beside the study that endpoint derivation takes (endpoints.md §12), and their columns."""

DATED = {"therapies": "start"}
"""The column of a row's day, where it is not `date`."""

TRUTH: Mapping[str, pl.DataType] = {
    "patient_id": _TEXT,
    "baseline_date": _DATE,
    "cns_pd_date": _DATE,
    "sys_pd_date": _DATE,
    "lm_pd_date": _DATE,
    "new_cns_lesion_date": _DATE,
    "death_date": _DATE,
    "death_cause": _TEXT,
    "followed_until": _DATE,
    "necrosis_lesions": _TEXT,
    "refuted_lesions": _TEXT,
    "local_failure_lesions": _TEXT,
}
"""One row per patient: what is true, whether or not anyone saw it."""


@dataclass(frozen=True)
class SyntheticStudy:
    """A made-up study, the tables that stand beside it, and its truth. No patient of it ever lived."""

    study: Study
    supplements: Mapping[str, pl.DataFrame]
    truth: pl.DataFrame


def synth_study(options: SynthOptions | None = None) -> SyntheticStudy:
    """Make a study.

    Growth, waiting times and rates are inventions, each documented where it is drawn; nothing in a made-up
    study says anything about a disease or a therapy. Therapy after progression does not change the curves.
    """
    chosen = options or SynthOptions()
    made = [_one_patient(number, chosen) for number in range(1, chosen.patients + 1)]
    supplements = {
        name: _frame((row for one in made for row in one.rows[name]), columns)
        for name, columns in SUPPLEMENTS.items()
    }
    return SyntheticStudy(
        study=Study(patients=tuple(one.patient for one in made)),
        supplements=supplements,
        truth=_frame((one.truth for one in made), TRUTH),
    )


@dataclass(frozen=True, slots=True)
class _Made:
    patient: Patient
    rows: Mapping[str, list[Row]]
    truth: Row


def _one_patient(number: int, options: SynthOptions) -> _Made:
    rng = np.random.default_rng([options.seed, number])
    baseline = FIRST_BASELINE + dt.timedelta(days=int(rng.integers(365)))
    latent = latent_patient(f"DEMO-{number:04d}", options, rng)
    until = followed_until(latent, options, rng)
    visits = made_visits(until, options, rng)
    treated = list(therapies(latent, visits, until, rng))
    patient = _patient(latent, visits, treated, baseline, options, rng)
    died = latent.death is not None and latent.death == until
    withdrew = until < options.horizon and not died
    about = _patient_row(patient.start_date, baseline, until, withdrew=withdrew)
    death: Row = {"cause": latent.death_cause, "adjudicated": "no"}
    dated: dict[str, list[tuple[int, Row]]] = {
        "patients": [(until - 1, {**about, **cns_at_start(latent)})],
        "deaths": [(until, death)] if died else [],
        "therapies": treated,
        "lesion_events": list(lesion_events(latent, visits, rng)),
    }
    rows = {
        name: [
            {
                "patient_id": latent.patient_id,
                DATED.get(name, "date"): baseline + dt.timedelta(days=day),
                **row,
            }
            for day, row in kept
        ]
        for name, kept in dated.items()
    }
    tests = cognition_rows(latent, visits, baseline, options, rng)
    rows["cognition"] = [dict(zip(SUPPLEMENTS["cognition"], row, strict=True)) for row in tests]
    return _Made(patient, rows, truth(latent, baseline, until))


def _patient(
    latent: LatentPatient,
    visits: Sequence[MadeVisit],
    treated: Sequence[tuple[int, Row]],
    baseline: dt.date,
    options: SynthOptions,
    rng: np.random.Generator,
) -> Patient:
    reading = read_scans(latent, visits, baseline, options, rng)
    course = clinical_course(latent, rng)
    next_lines = [day for day, row in treated if row["new_line"] == "yes"]
    start = baseline + dt.timedelta(days=TREATMENT_STARTS)
    return Patient(
        patient_id=latent.patient_id,
        start_date=start,
        immunotherapy=Answer.YES if latent.immunotherapy else Answer.NO,
        immunotherapy_start=start if latent.immunotherapy else None,
        new_therapy_date=baseline + dt.timedelta(days=next_lines[0]) if next_lines else None,
        lesions=reading.lesions,
        measurements=reading.measurements,
        new_lesions=reading.new_lesions,
        visits=tuple(visit_row(latent.patient_id, visit, baseline) for visit in visits),
        clinical=tuple(clinical_rows(latent, course, visits, baseline, options, rng)),
        lm_forms=tuple(lm_forms(latent, visits, baseline, options, rng)),
        adjudications=tuple(adjudications(latent, visits, baseline, rng)),
    )


def _patient_row(start: dt.date, baseline: dt.date, until: int, *, withdrew: bool) -> Row:
    last = baseline + dt.timedelta(days=until - 1)
    return {
        "randomisation_date": start - dt.timedelta(days=3),
        "treatment_start": start,
        "treatment_end": last,
        "withdrawal_date": last if withdrew else None,
        "last_alive": last,
    }


def _frame(rows: Iterable[Row], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(
        [[row.get(name) for name in columns] for row in rows], schema=dict(columns), orient="row"
    )
