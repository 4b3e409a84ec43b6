"""Tables of the patient as a whole: enrolment, tumour, markers, performance, laboratory, death."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import BoolArray, IntArray
from cimara.cohort.synth.draws import Texts, choices, counter, stream, whole_between
from cimara.cohort.synth.frames import model_frame
from cimara.cohort.synth.people import DATA_CUT, anchor_dates

ONCOTREE = {
    "nsclc_adeno": ("LUAD", "C34.1", "8140/3"),
    "nsclc_nonadeno": ("LUSC", "C34.1", "8070/3"),
    "sclc": ("SCLC", "C34.9", "8041/3"),
    "breast": ("IDC", "C50.4", "8500/3"),
    "melanoma": ("MEL", "C44.5", "8720/3"),
    "renal": ("CCRCC", "C64", "8310/3"),
    "gi_lower": ("COADREAD", "C18.7", "8140/3"),
    "other": ("BLCA", "C67.9", "8120/3"),
}
"""OncoTree code, ICD-O-3 topography and morphology of a usual tumour of each group."""
MARKERS = {
    "nsclc_adeno": ("EGFR", "ALK"),
    "breast": ("HER2", "ER", "PR"),
    "melanoma": ("BRAF_V600",),
    "gi_lower": ("MSI",),
}


def site_table(chart: Chart) -> pl.DataFrame:
    """The sites. `policy_hash` is of the words that name the invented policy."""
    ids = [one.site_id for one in chart.sites]
    policy = [hashlib.sha256(f"synthetic policy of {one}".encode()).hexdigest() for one in ids]
    quarter = f"{DATA_CUT.year}-Q{(DATA_CUT.month + 2) // 3}"
    return model_frame(
        "Site",
        {
            "site_id": np.array(ids, dtype=object),
            "country": np.array([one.country for one in chart.sites], dtype=object),
            "dag_name": np.array([one.name.lower().replace(" ", "_") for one in chart.sites], dtype=object),
            "data_cut": np.full(len(ids), quarter, dtype=object),
            "site_curator": np.full(len(ids), "curator-1", dtype=object),
            "policy_hash": np.array(policy, dtype=object),
        },
    )


def enrolment_table(chart: Chart) -> pl.DataFrame:
    """Every patient is in the one study."""
    n = chart.n
    basis = np.array(["waiver", "consent", "public_interest"], dtype=object)
    return model_frame(
        "StudyEnrolment",
        {
            "patient_id": chart.ids,
            "study_id": np.full(n, chart.study_id, dtype=object),
            "eligible": np.full(n, "yes", dtype=object),
            "inclusion": np.full(n, "i01;i02", dtype=object),
            "exclusion": np.full(n, "", dtype=object),
            "legal_basis": basis[chart.people.site % 3],
            "duo": np.full(n, "health_medical;publication", dtype=object),
            **chart.entered(np.arange(n), "enrolment"),
        },
    )


def patient_table(chart: Chart) -> pl.DataFrame:
    """The patients."""
    n = chart.n
    random = stream(chart.seed, "patients")
    age, capped = chart.age
    status = np.where(chart.died, "dead", np.where(chart.lost, "lost", "alive")).astype(object)
    race = choices(random, {"white": 70, "black": 10, "asian": 12, "unknown": 8}, n)
    ethnicity = choices(random, {"not_hispanic": 80, "hispanic": 10, "unknown": 10}, n)
    withheld = chart.people.site % 3 == 2
    return model_frame(
        "Patient",
        {
            "patient_id": chart.ids,
            "sex": chart.people.sex,
            "age_at_anchor": age,
            "age_topcoded": np.where(capped, "yes", "no").astype(object),
            "anchor_event": np.full(n, "first_brm_dx", dtype=object),
            "anchor_year": anchor_dates(chart.people, chart.origin).dt.year().to_numpy(),
            "race": np.where(withheld, "", race),
            "race__why": np.where(withheld, "NASK", ""),
            "ethnicity": np.where(withheld, "", ethnicity),
            "ethnicity__why": np.where(withheld, "NASK", ""),
            "n_brm_at_anchor": chart.people.n_brm,
            "brm_synchronous": np.where(chart.people.synchronous, "yes", "no").astype(object),
            "last_contact_day": chart.last_contact,
            "vital_status": status,
            "last_cns_imaging_day": chart.last_imaging,
            **chart.entered(np.arange(n), "patient"),
        },
    )


def primary_table(chart: Chart) -> pl.DataFrame:
    """One primary a patient."""
    n = chart.n
    random = stream(chart.seed, "primaries")
    synchronous = chart.people.synchronous
    stage = choices(random, {"I": 12, "II": 18, "III": 34, "IV": 30, "unknown": 6}, n)
    before = np.where(synchronous, whole_between(random, 0, 30, n), whole_between(random, 100, 2500, n))
    controlled = random.random(n) < np.where(synchronous, 0.3, 0.7)
    codes = [
        np.array([ONCOTREE[one][place] for one in chart.people.group], dtype=object) for place in range(3)
    ]
    return model_frame(
        "PrimaryTumour",
        {
            "patient_id": chart.ids,
            "primary_no": np.ones(n, dtype=np.int64),
            "group": chart.people.group,
            "oncotree": codes[0],
            "icdo_topography": codes[1],
            "icdo_morphology": codes[2],
            "dx_day": -before,
            "stage_at_dx": np.where(synchronous, "IV", stage),
            "controlled_at_anchor": np.where(controlled, "yes", "no").astype(object),
            **chart.entered(np.arange(n), "primary"),
        },
    )


def biomarker_table(chart: Chart) -> pl.DataFrame:
    """Assays by tumour; the tumour proportion score of PD-L1 in lung cancer."""
    rows = [
        (place, marker) for place, group in enumerate(chart.people.group) for marker in MARKERS.get(group, ())
    ]
    scored = [place for place, group in enumerate(chart.people.group) if group.startswith("nsclc")]
    owner = np.array([place for place, _ in rows] + scored, dtype=np.int64)
    marker = np.array([name for _, name in rows] + ["PDL1_TPS"] * len(scored), dtype=object)
    order = np.argsort(owner, kind="stable")
    owner, marker = owner[order], marker[order]
    random = stream(chart.seed, "biomarkers")
    score = marker == "PDL1_TPS"
    return model_frame(
        "Biomarker",
        {
            "patient_id": chart.ids[owner],
            "biomarker_no": counter(owner),
            "marker": marker,
            "result": np.where(
                score, "", np.where(_marker_positive(chart, owner, marker), "positive", "negative")
            ),
            "value": np.where(score, np.round(100 * random.beta(0.5, 1.0, len(owner))), np.nan),
            "unit": np.where(score, "percent", ""),
            "assay": np.where(np.isin(marker, ("HER2", "ER", "PR", "PDL1_TPS")), "ihc", "ngs"),
            "tissue": np.full(len(owner), "primary", dtype=object),
            "day": -whole_between(random, 0, 20, len(owner)),
            **chart.entered(owner, "biomarker"),
        },
    )


def _marker_positive(chart: Chart, owner: IntArray, marker: Texts) -> BoolArray:
    """EGFR carries the tumour's driver, ALK none; ER and PR the hormone receptors."""
    driver = np.isin(marker, ("EGFR", "BRAF_V600", "HER2")) & chart.positive[owner]
    return np.asarray(driver | (np.isin(marker, ("ER", "PR")) & chart.hormone[owner]))


def performance_table(chart: Chart, later: list[tuple[IntArray, IntArray]]) -> pl.DataFrame:
    """Karnofsky at the anchor, and at each later (day, value) that every patient has."""
    visits = [(np.zeros(chart.n, dtype=np.int64), chart.kps), *later]
    owner = np.tile(np.arange(chart.n), len(visits))
    value = np.concatenate([one for _, one in visits]).astype(float)
    absent = chart.absent("kps", np.tile(chart.of_site("kps_missing"), len(visits)), len(owner))
    random = stream(chart.seed, "performance")
    return model_frame(
        "PerformanceStatus",
        {
            "patient_id": chart.ids[owner],
            "scale": np.full(len(owner), "KPS", dtype=object),
            "value": np.where(absent, np.nan, value),
            "value__why": np.where(absent, "UNK", ""),
            "day": np.concatenate([day for day, _ in visits]),
            "recorded": choices(random, {"chart": 80, "inferred_from_text": 20}, len(owner)),
            **chart.entered(owner, "performance"),
        },
    ).sort("patient_id", "day", maintain_order=True)


def extracranial_table(chart: Chart, later: list[tuple[IntArray, BoolArray]]) -> pl.DataFrame:
    """Extracranial disease at the anchor; at each later (day, whether it progresses) where there is any."""
    random = stream(chart.seed, "extracranial")
    n = chart.n
    first = np.where(
        chart.extracranial, choices(random, {"controlled": 4, "stable": 4, "progressing": 3}, n), "absent"
    )
    parts, days = [first], [np.zeros(n, dtype=np.int64)]
    for day, progressing in later:
        calm = choices(random, {"absent": 3, "controlled": 4, "stable": 3}, n)
        parts.append(np.where(progressing, "progressing", calm))
        days.append(day)
    status = np.concatenate(parts).astype(object)
    status[chart.absent("extracranial", 0.04, len(status))] = "unknown"
    owner = np.tile(np.arange(n), len(parts))
    places = choices(random, {"lung": 3, "liver": 2, "bone": 3, "lung;bone": 1, "liver;nodes": 1}, len(owner))
    present = ~np.isin(status, ("absent", "unknown"))
    count = np.char.count(places.astype(str), ";") + 1
    return model_frame(
        "ExtracranialStatus",
        {
            "patient_id": chart.ids[owner],
            "day": np.concatenate(days),
            "status": status,
            "sites": np.where(present, places, ""),
            "n_sites": np.where(present, count, np.where(status == "absent", 0, np.nan)),
            **chart.entered(owner, "extracranial"),
        },
    ).sort("patient_id", "day", maintain_order=True)


def laboratory_table(chart: Chart) -> pl.DataFrame:
    """Haemoglobin and LDH near the anchor, of most patients."""
    random = stream(chart.seed, "laboratory")
    n = chart.n
    owner = np.tile(np.arange(n), 2)
    value = np.concatenate([chart.haemoglobin, np.clip(0.9 * np.exp(0.35 * random.normal(size=n)), 0.4, 8)])
    frame = model_frame(
        "LabResult",
        {
            "patient_id": chart.ids[owner],
            "analyte": np.repeat(np.array(["haemoglobin", "ldh"], dtype=object), n),
            "value": value,
            "unit": np.repeat(np.array(["g_dl", "ratio_uln"], dtype=object), n),
            "day": np.tile(-whole_between(random, 0, 10, n), 2),
            **chart.entered(owner, "laboratory"),
        },
    )
    return frame.filter(pl.Series(~chart.absent("laboratory", 0.12, 2 * n))).sort(
        "patient_id", "analyte", maintain_order=True
    )


def death_table(chart: Chart) -> pl.DataFrame:
    """Deaths that were seen."""
    owner = np.flatnonzero(chart.died)
    random = stream(chart.seed, "causes")
    rest = choices(random, {"systemic": 85, "both": 8, "other": 7}, len(owner))
    unknown = chart.absent("cause", chart.of_site("cause_unknown")[owner], len(owner))
    cause = np.where(unknown, "unknown", np.where(chart.neurologic[owner], "neurologic", rest)).astype(object)
    return model_frame(
        "Death",
        {
            "patient_id": chart.ids[owner],
            "day": chart.last_contact[owner],
            "cause": cause,
            "rule_used": np.full(len(owner), "treating_physician", dtype=object),
            "adjudicated_by": np.where(unknown, "none", "site"),
            **chart.entered(owner, "death"),
        },
    )
