"""The radiosurgery cohort as data sets: charts of patients treated for brain metastases."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import polars as pl

from cimara.cohort.synth import event_tables, people_tables, srs_tables, treated_lesions
from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import NEVER
from cimara.cohort.synth.draws import log_normal, stream
from cimara.cohort.synth.imaging_tables import measurement_table, scan_table
from cimara.cohort.synth.options import SynthOptions
from cimara.cohort.synth.prognosis import INDICES, NO_INDEX_MEDIAN
from cimara.cohort.synth.sites import DemoSite
from cimara.cohort.synth.srs_draw import SrsPatients, TreatedLesions, draw_srs_patients, draw_treated_lesions
from cimara.cohort.synth.srs_effects import SrsTruth
from cimara.cohort.synth.systemic_tables import systemic_table
from cimara.cohort.synth.treated_lesions import Lesions
from cimara.cohort.synth.visits import Scans, all_scans, last_scan, next_scan

STUDY = "demo-srs"
_CONJUGATE_DAYS = 60
"""A concurrent conjugate ends so soon that no second course is near it."""


def srs_tables_of(
    options: SynthOptions, sites: tuple[DemoSite, ...], truth: SrsTruth
) -> tuple[dict[str, pl.DataFrame], SrsPatients, TreatedLesions, Chart]:
    """Tables by entity of all sites together, with what they were drawn from."""
    drawn = draw_srs_patients(options, sites, truth)
    treated = draw_treated_lesions(options, sites, truth, drawn)
    chart = _chart(options, sites, truth, drawn)
    place, onset, symptomatic = srs_tables.necroses(options.seed, truth, drawn, treated)
    scans = all_scans(chart, [(treated.owner[place], onset)] if options.exact_days else [])
    chart = replace(chart, last_imaging=last_scan(chart.n, scans.owner, scans.day))
    if not options.exact_days:
        onset = next_scan(scans, treated.owner[place], onset, int(NEVER))
        seen = onset < NEVER
        place, onset, symptomatic = place[seen], onset[seen], symptomatic[seen]
    lesions = srs_tables.lesions_of(drawn, treated)
    effects = srs_tables.necrosis_table(chart, treated, place, onset, symptomatic)
    specimen, assay = event_tables.specimen_tables(chart)
    tables = {
        "Site": people_tables.site_table(chart),
        "StudyEnrolment": people_tables.enrolment_table(chart),
        "Patient": people_tables.patient_table(chart),
        "PrimaryTumour": people_tables.primary_table(chart),
        "Biomarker": people_tables.biomarker_table(chart),
        "PerformanceStatus": people_tables.performance_table(chart, []),
        "ExtracranialStatus": people_tables.extracranial_table(chart, []),
        "LabResult": people_tables.laboratory_table(chart),
        "BrainLesion": treated_lesions.lesion_table(chart, lesions),
        "ImagingAssessment": scan_table(chart, scans),
        "LesionMeasurement": _measurements(chart, lesions, scans),
        "LocalTherapyCourse": treated_lesions.course_table(chart, srs_tables.courses_of(drawn)),
        "CourseLesion": treated_lesions.dose_table(chart, srs_tables.doses_of(treated)),
        "SystemicTherapyLine": systemic_table(chart, _CONJUGATE_DAYS),
        "AdverseRadiationEffect": effects,
        "SupportiveCourse": srs_tables.supportive_table(chart, effects),
        "LmdEvent": event_tables.leptomeningeal_table(chart),
        "ProgressionEvent": event_tables.progression_table(chart, scans, np.ones(chart.n, dtype=np.int64)),
        "Death": people_tables.death_table(chart),
        "NeurocogPro": event_tables.cognition_table(chart),
        "Specimen": specimen,
        "OmicsAssay": assay,
    }
    return tables, drawn, treated, chart


def _chart(options: SynthOptions, sites: tuple[DemoSite, ...], truth: SrsTruth, drawn: SrsPatients) -> Chart:
    random = stream(options.seed, "chart")
    last = drawn.course_anchor + drawn.last_contact
    return Chart(
        seed=options.seed,
        study_id=STUDY,
        sites=sites,
        people=drawn.people,
        origin=drawn.course_anchor,
        course=drawn.course_anchor,
        last_contact=last,
        last_imaging=last,
        died=drawn.died,
        lost=drawn.lost,
        neurologic=random.random(drawn.people.n) < truth.neurologic_death,
        kps=drawn.kps,
        extracranial=drawn.extracranial,
        positive=np.isin(drawn.kind, ("positive", "her2", "luminal_b")),
        hormone=np.isin(drawn.kind, ("luminal_a", "luminal_b")),
        haemoglobin=drawn.haemoglobin,
        missing=options.missing,
    )


def _measurements(chart: Chart, lesions: Lesions, scans: Scans) -> pl.DataFrame:
    """All lesions at planning, and the first of each patient on every later scan."""
    planning = np.flatnonzero(scans.planning)
    scan_of = np.full(chart.n, -1)
    scan_of[scans.owner[planning]] = planning
    held = lesions.first_seen <= scans.day[scan_of[lesions.owner]]
    later = np.flatnonzero(~scans.planning)
    place = np.concatenate([scan_of[lesions.owner][held], later])
    lesion = np.concatenate([lesions.number[held], np.ones(len(later), dtype=np.int64)])
    volume = log_normal(stream(chart.seed, "volumes"), 0.8, 0.9, len(place), 0.05, 25.0)
    return measurement_table(chart, scans, place, lesion, volume, np.full(len(place), "none", dtype=object))


def srs_truth(
    options: SynthOptions,
    sites: tuple[DemoSite, ...],
    truth: SrsTruth,
    drawn: SrsPatients,
    treated: TreatedLesions,
) -> dict[str, Any]:
    """The truth of the radiosurgery cohort in a form that can be written as JSON."""
    exact = options.frailty_sd == 0
    medians = {name: list(index.medians) for name, index in INDICES.items()}
    return {
        "synthetic": True,
        "options": {**asdict(options), "scenario": str(options.scenario)},
        "parameters": asdict(truth),
        "estimands": {
            "symptomatic_necrosis": {
                "model": "fine_gray",
                "unit": "lesion in a course",
                "origin": "start of the course",
                "competing": "death",
                "strata": "site",
                "cluster": "patient",
                "log_subdistribution_hazard_ratios": asdict(truth.necrosis),
                "exact": exact and options.exact_days and not bool(treated.excess.any()),
            },
            "overall_survival": {
                "origin": "first radiosurgery",
                "weibull_shape": truth.death_shape,
                "median_months_by_band": {**medians, "no_index": [NO_INDEX_MEDIAN]},
                "exact": exact,
            },
        },
        "sites": {one.site_id: asdict(one) for one in sites},
        "drawn": {
            "patients": drawn.people.n,
            "deaths_seen": int(drawn.died.sum()),
            "lesions_in_courses": len(treated.owner),
            "symptomatic_necroses_seen": int((treated.onset < NEVER).sum()),
            "lost_to_follow_up": int(drawn.lost.sum()),
            "risk_at_24_months": float(treated.risk[treated.fractions == 1].mean()),
            "rows_whose_law_could_not_be_met": int(np.count_nonzero(treated.excess)),
        },
    }
