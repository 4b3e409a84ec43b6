"""The demonstration study as data sets: charts of patients with radionecrosis given bevacizumab."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from cimara.cohort.synth import event_tables, people_tables, treated_lesions
from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import NEVER, FloatArray, IntArray
from cimara.cohort.synth.draws import indices, log_normal, stream, to_places, whole_between
from cimara.cohort.synth.imaging_tables import measurement_table, scan_table
from cimara.cohort.synth.options import SynthOptions
from cimara.cohort.synth.rn_draw import RnPatients, draw_rn_patients
from cimara.cohort.synth.rn_effects import KPS_SHARES, RnTruth
from cimara.cohort.synth.rn_lesions import RnTreatment, rn_treatment
from cimara.cohort.synth.rn_tables import necrosis_table, supportive_table, volume_changes
from cimara.cohort.synth.sites import DemoSite
from cimara.cohort.synth.systemic_tables import systemic_table
from cimara.cohort.synth.visits import Scans, all_scans, last_scan, next_scan

STUDY = "demo-rn-bev"


def rn_tables(
    options: SynthOptions, sites: tuple[DemoSite, ...], truth: RnTruth
) -> tuple[dict[str, pl.DataFrame], RnPatients, Chart]:
    """Tables by entity of all sites together, with what they were drawn from."""
    drawn = draw_rn_patients(options, sites, truth)
    chart = _chart(options, sites, truth, drawn)
    dose_day = drawn.first_dose_anchor
    everyone = np.arange(chart.n)
    seen = everyone[drawn.recurred & options.exact_days]
    extra = [(everyone, drawn.onset_anchor), (seen, (dose_day + drawn.recurrence)[seen])]
    scans = all_scans(chart, extra)
    chart = replace(chart, last_imaging=last_scan(chart.n, scans.owner, scans.day))
    if not options.exact_days:
        drawn = _seen_at_scans(drawn, scans)
    made = rn_treatment(options.seed, drawn)
    visit = dose_day - whole_between(stream(options.seed, "visits"), 0, 7, chart.n)
    specimen, assay = event_tables.specimen_tables(chart)
    tables = {
        "Site": people_tables.site_table(chart),
        "StudyEnrolment": people_tables.enrolment_table(chart),
        "Patient": people_tables.patient_table(chart),
        "PrimaryTumour": people_tables.primary_table(chart),
        "Biomarker": people_tables.biomarker_table(chart),
        "PerformanceStatus": people_tables.performance_table(chart, [(visit, drawn.kps)]),
        "ExtracranialStatus": people_tables.extracranial_table(chart, [(visit, drawn.progressing)]),
        "LabResult": people_tables.laboratory_table(chart),
        "BrainLesion": treated_lesions.lesion_table(chart, made.lesions),
        "ImagingAssessment": scan_table(chart, scans),
        "LesionMeasurement": _measurements(chart, truth, drawn, made, scans),
        "LocalTherapyCourse": treated_lesions.course_table(chart, made.courses),
        "CourseLesion": treated_lesions.dose_table(chart, made.doses),
        "SystemicTherapyLine": systemic_table(chart),
        "AdverseRadiationEffect": necrosis_table(chart, truth, drawn, made),
        "SupportiveCourse": supportive_table(chart, truth, drawn),
        "LmdEvent": event_tables.leptomeningeal_table(chart),
        "ProgressionEvent": event_tables.progression_table(chart, scans, made.index_lesion),
        "Death": people_tables.death_table(chart),
        "NeurocogPro": event_tables.cognition_table(chart),
        "Specimen": specimen,
        "OmicsAssay": assay,
    }
    return tables, drawn, chart


def _chart(options: SynthOptions, sites: tuple[DemoSite, ...], truth: RnTruth, drawn: RnPatients) -> Chart:
    random = stream(options.seed, "chart")
    n = drawn.people.n
    values = np.array(list(KPS_SHARES))
    last = drawn.first_dose_anchor + drawn.last_contact
    return Chart(
        seed=options.seed,
        study_id=STUDY,
        sites=sites,
        people=drawn.people,
        origin=drawn.first_dose_anchor,
        course=drawn.course_anchor,
        last_contact=last,
        last_imaging=last,
        died=drawn.died,
        lost=drawn.lost,
        neurologic=random.random(n) < truth.neurologic_death,
        kps=values[indices(random, np.array(list(KPS_SHARES.values())), n)],
        extracranial=random.random(n) < 0.6,
        positive=random.random(n) < 0.35,
        hormone=random.random(n) < 0.55,
        haemoglobin=to_places(np.clip(random.normal(12.4, 1.6, n), 7, 17), 1),
        missing=options.missing,
    )


def _seen_at_scans(drawn: RnPatients, scans: Scans) -> RnPatients:
    """The recurrence on the day of the first scan that can show it; none where no scan follows."""
    dose_day = drawn.first_dose_anchor
    held = np.flatnonzero(drawn.recurred)
    day = next_scan(scans, held, (dose_day + drawn.recurrence)[held], int(NEVER))
    seen = drawn.recurrence.copy()
    seen[held] = np.where(day >= NEVER, NEVER, day - dose_day[held])
    return replace(drawn, recurrence=seen)


def _measurements(
    chart: Chart, truth: RnTruth, drawn: RnPatients, made: RnTreatment, scans: Scans
) -> pl.DataFrame:
    """All first lesions at planning; the index lesion on every scan since its course."""
    owner, number = made.lesions.owner, made.lesions.number
    planning = np.flatnonzero(scans.planning)
    scan_of = np.full(chart.n, -1)
    scan_of[scans.owner[planning]] = planning
    at_planning = made.lesions.first_seen <= scans.day[scan_of[owner]]
    later = np.flatnonzero(~scans.planning)
    place = np.concatenate([scan_of[owner][at_planning], later])
    lesion = np.concatenate([number[at_planning], made.index_lesion[scans.owner[later]]])
    volume = np.concatenate(
        [
            log_normal(stream(chart.seed, "planning volumes"), 1.0, 0.9, int(at_planning.sum()), 0.05, 25.0),
            _necrotic_volume(chart, truth, drawn, scans.owner[later], scans.day[later]),
        ]
    )
    since = scans.day[place] - drawn.onset_anchor[scans.owner[place]]
    suspicion = np.where(since >= 0, "probable", np.where(since > -60, "possible", "none")).astype(object)
    return measurement_table(chart, scans, place, lesion, volume, suspicion)


def _necrotic_volume(
    chart: Chart, truth: RnTruth, drawn: RnPatients, owner: IntArray, day: IntArray
) -> FloatArray:
    """Volume of the index lesion: small at first, swollen at the onset, its best ten weeks after the dose."""
    best, _, _ = volume_changes(chart.seed, truth, chart.n)
    at_onset = 1.6 * drawn.v12[owner]
    before = 0.4 * drawn.v12[owner]
    onset, dose = drawn.onset_anchor[owner], drawn.first_dose_anchor[owner]
    rise = np.clip((day - (onset - 60)) / 60, 0, 1)
    fall = np.clip((day - dose) / 70, 0, 1)
    again = day >= dose + np.minimum(drawn.recurrence[owner], NEVER)
    size = (before + (at_onset - before) * rise) * (1 + best[owner] / 100 * fall)
    noise = np.exp(0.05 * stream(chart.seed, "noise of sizes").normal(size=len(owner)))
    return np.asarray(np.where(again, at_onset, size) * noise)
