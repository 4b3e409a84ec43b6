"""Random people and random trials from a seed, for the properties of matching."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from msgspec import structs

from cimara.terms.cns import BrmPolicy, CnsState, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase, Sex
from cimara.trials.eligibility.model import (
    Allowance,
    Antiseizure,
    BrainImaging,
    Confidence,
    LmdQualifier,
    LocalTherapy,
    SteroidPolicy,
)
from cimara.trials.matching import (
    Biomarker,
    BrainPlace,
    CnsFacts,
    Lmd,
    LmdState,
    PatientSex,
    Profile,
    ProfileError,
    ScanModality,
    Seizures,
    SteroidDrug,
    Steroids,
    Symptoms,
    Trend,
)
from cimara.trials.study import Study
from tests.unit.trials.matching.made_trials import AS_OF, eligibility, site, trial

TUMOURS = (
    "nsclc",
    "sclc",
    "lung",
    "breast",
    "her2_breast",
    "hr_breast",
    "melanoma",
    "renal",
    "unknown_primary",
)
SPOKEN = "* ECOG 0 or 1, EGFR mutation, HER2 positive\n"


def a_day(random: Random) -> date:
    return AS_OF - timedelta(days=random.choice((1, 5, 13, 20, 26, 29, 33, 60, 100, 400)))


def a_day_or_never(random: Random) -> date | str:
    return "none" if random.random() < 0.3 else a_day(random)


def cns_facts(random: Random) -> dict[str, Any]:
    return {
        "state": random.choice(list(CnsState)),
        "brm_present": random.random() < 0.9,
        "lesion_count": random.randrange(8),
        "largest_mm": float(random.choice((0, 3, 9, 11, 19, 21, 25, 40))),
        "largest_untreated_mm": float(random.choice((0, 3, 9, 11, 21, 40))),
        "places": tuple(random.sample(list(BrainPlace), random.randrange(3))),
        "last_srs": a_day_or_never(random),
        "last_wbrt": a_day_or_never(random),
        "last_surgery": a_day_or_never(random),
        "last_brain_rt": a_day_or_never(random),
        "had_wbrt": random.random() < 0.5,
        "stable_since": a_day(random),
        "last_brain_scan": a_day_or_never(random),
        "scan_modality": random.choice(list(ScanModality)),
        "symptoms": random.choice(list(Symptoms)),
        "seizures": random.choice(list(Seizures)),
        "haemorrhage": random.random() < 0.5,
        "lmd": random.choice(list(Lmd)),
        "lmd_state": random.choice(list(LmdState)),
    }


def steroid_facts(random: Random) -> dict[str, Any]:
    return {
        "drug": random.choice(list(SteroidDrug)),
        "mg_per_day": random.choice((0, 1, 2, 4, 8, 10, 16)),
        "trend": random.choice(list(Trend)),
        "last_dose": a_day_or_never(random),
    }


def profile_facts(random: Random) -> dict[str, Any]:
    return {
        "tumour": random.choice(TUMOURS),
        "biomarkers": (Biomarker(gene=random.choice(("EGFR", "HER2", "KRAS"))),),
        "age": random.randrange(15, 90),
        "sex": random.choice(list(PatientSex)),
        "ecog": random.randrange(5),
        "kps": random.randrange(10, 101, 10),
        "country": random.choice(("US", "GR")),
        "lat": 35.99,
        "lon": -78.9,
        "max_distance_km": float(random.choice((10, 1000))),
        "phases": (random.choice(list(Phase)),),
        "antiseizure_drugs": random.choice(((), ("levetiracetam",), ("phenytoin",))),
        "extracranial_measurable": random.random() < 0.5,
        "stage": "IV",
    }


def some(random: Random, facts: dict[str, Any], share: float) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if random.random() < share}


def made(kind: type[Any], random: Random, facts: dict[str, Any]) -> Any:
    """The facts as a value; facts that contradict others are taken away one by one."""
    while True:
        try:
            return kind(**facts)
        except ProfileError:
            facts = {name: facts[name] for name in random.sample(list(facts), len(facts) - 1)}


def random_profile(random: Random, share: float = 0.75) -> Profile:
    cns = made(CnsFacts, random, some(random, cns_facts(random), share))
    steroids = made(Steroids, random, some(random, steroid_facts(random), share))
    own = some(random, profile_facts(random), share)
    if ("lat" in own) != ("lon" in own):
        own = {name: value for name, value in own.items() if name not in ("lat", "lon")}
    return Profile(as_of=AS_OF, cns=cns, steroids=steroids if random.random() < share else None, **own)


def known_facts(profile: Profile) -> list[str]:
    """Dotted names of the facts that are known."""
    names = []
    for one in fields(Profile):
        value = getattr(profile, one.name)
        if one.name in ("as_of", "lon") or value is None:
            continue
        if isinstance(value, (CnsFacts, Steroids)):
            held = [inner.name for inner in fields(value) if getattr(value, inner.name) is not None]
            names += [f"{one.name}.{inner}" for inner in held]
        else:
            names.append(one.name)
    return names


def without(profile: Profile, *names: str) -> Profile:
    """The profile with some facts made unknown."""
    for name in names:
        outer, _, inner = name.partition(".")
        if inner:
            part = replace(getattr(profile, outer), **{inner: None})
            profile = replace(profile, **{outer: part})
        elif outer == "lat":
            profile = replace(profile, lat=None, lon=None)
        else:
            profile = replace(profile, **{outer: None})
    return profile


def random_rules(random: Random) -> dict[str, Any]:
    return {
        "stable_days": random.choice((14, 28, 30, 60)),
        "min_days_since_srs": random.choice((7, 14)),
        "min_days_since_wbrt": random.choice((14, 28)),
        "min_days_since_surgery": random.choice((14, 28)),
        "min_days_since_any_rt": random.choice((7, 14)),
        "steroid_policy": random.choice(list(SteroidPolicy)),
        "max_pred_mg": random.choice((0.0, 10.0)),
        "max_dex_mg": random.choice((0.0, 2.0, 4.0)),
        "steroid_free_days": random.choice((7, 28)),
        "steroids_physiologic": random.random() < 0.5,
        "max_lesion_mm": random.choice((10.0, 20.0, 30.0)),
        "min_lesion_mm": random.choice((5.0, 10.0)),
        "max_lesion_count": random.choice((1, 3, 10)),
        "max_total_volume_ml": 15.0,
        "prior_local_therapy": random.choice(list(LocalTherapy)),
        "prior_wbrt": random.choice(list(Allowance)),
        "brain_imaging": random.choice(list(BrainImaging)),
        "imaging_window_days": random.choice((14, 28)),
        "imaging_modality": random.choice(("MRI", "CT or MRI")),
        "antiseizure": random.choice(list(Antiseizure)),
        "seizures_controlled": True,
        "excluded_places": (random.choice(list(BrainPlace)).value,),
        "haemorrhage_excluded": True,
        "cns_only_disease": random.choice(list(Allowance)),
        "cns_measurable_mm": 10.0,
        "symptomatic_excluded": random.random() < 0.5,
        "lmd_qualifiers": (random.choice(list(LmdQualifier)),),
        "lmd_in_cns_words": random.random() < 0.5,
    }


def random_trial(random: Random, number: int) -> Study:
    reading = eligibility(
        random.choice(list(BrmPolicy)),
        random.choice(list(LmdPolicy)),
        states=tuple(random.sample(list(CnsState), 2)) if random.random() < 0.4 else None,
        confidence=random.choice((Confidence.HIGH, Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)),
        cohort="Cohort A" if random.random() < 0.2 else None,
        **some(random, random_rules(random), random.choice((0.1, 0.3))),
    )
    study = trial(
        reading,
        number,
        overall_status=random.choice((OverallStatus.RECRUITING,) * 6 + tuple(OverallStatus)),
        sex=random.choice((Sex.ALL, Sex.ALL, Sex.FEMALE, Sex.MALE)),
        min_age_days=random.choice((None, 6574)),
        max_age_days=random.choice((None, 27393)),
        tumours=tuple(
            random.sample((*TUMOURS, "any_solid", "brain_metastases", "glioma"), random.randrange(3))
        ),
        phases=tuple(random.sample(list(Phase), random.randrange(3))),
        sites=tuple(site(place, lat=random.uniform(30, 50)) for place in range(random.randrange(3))),
    )
    return structs.replace(study, criteria=study.criteria + SPOKEN) if random.random() < 0.3 else study


def random_trials(seed: int, number: int) -> list[Study]:
    random = Random(seed)
    return [random_trial(random, one + 1) for one in range(number)]


def random_profiles(seed: int, number: int) -> Iterator[tuple[Random, Profile]]:
    for one in range(number):
        random = Random(seed * 1_000_003 + one)
        yield random, random_profile(random)
