"""One person against one trial: every criterion that applies, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from cimara.terms.registry import OverallStatus
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.matching import (
    brm,
    gate,
    imaging,
    intervals,
    lesions,
    lmd,
    mentions,
    registry_facts,
    treatment,
)
from cimara.trials.matching import steroids as steroid_rules
from cimara.trials.matching.case import Case, Person, cautious
from cimara.trials.matching.profile import Profile
from cimara.trials.matching.rules import rule_of
from cimara.trials.matching.sites import nearest_open_km, open_sites, point_of
from cimara.trials.study import Study
from cimara.trials.verdict import ChangeKind, Criterion, CriterionId, CriterionValue, MatchResult, Verdict

Evaluator = Callable[[Case], Criterion | None]

_STATE_FACTS = frozenset(
    {
        "cns.state",
        "cns.brm_present",
        "cns.lesion_count",
        "cns.largest_mm",
        "cns.largest_untreated_mm",
        "cns.places",
        "cns.last_srs",
        "cns.last_surgery",
        "cns.symptoms",
        "cns.stable_since",
    }
)
"""Facts that tell, or narrow, the state of the brain metastases."""
_RT_FACTS = frozenset({"cns.last_srs", "cns.last_wbrt", "cns.had_wbrt", "cns.last_brain_rt"})
_LOCAL_FACTS = _RT_FACTS | {"cns.last_surgery"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One criterion: how it is compared, the evidence it rests on, the facts of the person it looks at."""

    id: CriterionId
    evaluate: Evaluator
    evidence: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()


_AFTER_RT = _STATE_FACTS | _RT_FACTS
_AFTER_LOCAL = _STATE_FACTS | _LOCAL_FACTS
_STEROID_FACTS = frozenset({"steroids.drug", "steroids.mg_per_day", "steroids.trend", "steroids.last_dose"})
_SCAN_FACTS = frozenset({"cns.last_brain_scan", "cns.scan_modality"})
_LMD_FACTS = frozenset({"cns.lmd", "cns.lmd_state"})
_ID = CriterionId

COMPARED: tuple[Compared, ...] = (
    Compared(_ID.STATUS, registry_facts.status),
    Compared(_ID.AGE, registry_facts.age, (), frozenset({"age"})),
    Compared(_ID.SEX, registry_facts.sex, (), frozenset({"sex"})),
    Compared(_ID.TUMOUR, gate.tumour, (), frozenset({"tumour"})),
    Compared(_ID.BRM, brm.brm, brm.FIELDS, _STATE_FACTS | {"cns.lmd"}),
    Compared(_ID.LMD, lmd.lmd, lmd.FIELDS, _LMD_FACTS),
    Compared(_ID.STABLE_DAYS, intervals.stable_days, ("stable_days",), _AFTER_LOCAL),
    Compared(_ID.DAYS_SINCE_SRS, intervals.days_since_srs, ("min_days_since_srs",), _AFTER_RT),
    Compared(_ID.DAYS_SINCE_WBRT, intervals.days_since_wbrt, ("min_days_since_wbrt",), _AFTER_RT),
    Compared(_ID.DAYS_SINCE_SURGERY, intervals.days_since_surgery, ("min_days_since_surgery",), _STATE_FACTS),
    Compared(_ID.DAYS_SINCE_ANY_RT, intervals.days_since_any_rt, ("min_days_since_any_rt",), _AFTER_RT),
    Compared(_ID.PRIOR_LOCAL_THERAPY, treatment.prior_local_therapy, ("prior_local_therapy",), _AFTER_LOCAL),
    Compared(_ID.PRIOR_WBRT, treatment.prior_wbrt, ("prior_wbrt",), _AFTER_RT),
    Compared(_ID.STEROIDS, steroid_rules.steroids, steroid_rules.FIELDS, _STATE_FACTS | _STEROID_FACTS),
    Compared(_ID.LESION_SIZE, lesions.lesion_size, lesions.SIZE_FIELDS, _AFTER_LOCAL),
    Compared(_ID.LESION_COUNT, lesions.lesion_count, ("max_lesion_count",), _STATE_FACTS),
    Compared(_ID.LESION_PLACE, lesions.lesion_place, ("excluded_places",), _STATE_FACTS),
    Compared(_ID.ANTISEIZURE, treatment.antiseizure, ("antiseizure",), frozenset({"antiseizure_drugs"})),
    Compared(_ID.SEIZURES, treatment.seizures, ("seizures_controlled",), frozenset({"cns.seizures"})),
    Compared(
        _ID.HAEMORRHAGE, treatment.haemorrhage, ("haemorrhage_excluded",), frozenset({"cns.haemorrhage"})
    ),
    Compared(_ID.IMAGING, imaging.imaging, imaging.FIELDS, _STATE_FACTS | _SCAN_FACTS),
    Compared(_ID.CNS_ONLY, imaging.cns_only, ("cns_only_disease",), frozenset({"extracranial_measurable"})),
    Compared(_ID.PERFORMANCE, mentions.performance, (), frozenset({"ecog", "kps"})),
    Compared(_ID.BIOMARKER, mentions.biomarker, (), frozenset({"biomarkers"})),
)
"""Every criterion, in the order in which it is shown."""

STALE_AFTER = timedelta(days=730)
"""A recruiting record that wasn't updated for two years may be out of date (trials.md §5.1)."""


def match(profile: Profile, study: Study, *, own_country_first: bool = False) -> MatchResult:
    """One trial against one profile: verdict, criteria with quotes, nearest open site.

    A pure function.

    Parameters
    ----------
    own_country_first
        Distances are to open sites in the profile's country when there are any.
    """
    return judge(Person.of(profile), study, own_country_first=own_country_first)


def judge(person: Person, study: Study, *, own_country_first: bool = False) -> MatchResult:
    """`match` for a person whose own conclusions are drawn already."""
    case = Case(person, study, eligibility_of(study))
    criteria = tuple(criteria_of(case))
    off_list = gate.gate(case).reason
    sites = open_sites(study)
    home = person.profile.country if own_country_first else None
    km = nearest_open_km(sites, point_of(person.profile), home)
    return MatchResult(
        nct_id=study.nct_id,
        verdict=verdict_of(criteria),
        criteria=criteria,
        relevant=off_list is None,
        gate_reason=off_list,
        nearest_open_km=km,
        has_open_site=bool(sites),
        flags=tuple(flags_of(case, criteria, km)),
    )


def criteria_of(case: Case) -> list[Criterion]:
    """Every criterion that the trial has a rule for, with low confidence turned into a check."""
    found = []
    for compared in COMPARED:
        criterion = compared.evaluate(case)
        if criterion is not None:
            found.append(cautious(case, criterion, compared.evidence) if compared.evidence else criterion)
    return found


def verdict_of(criteria: tuple[Criterion, ...]) -> Verdict:
    """The first that holds: a lasting fail, a fail, silence on the CNS disease, an open question, none."""
    fails = [one for one in criteria if one.value is CriterionValue.FAILS]
    if any(one.change is not None and one.change.kind is ChangeKind.NONE for one in fails):
        return Verdict.NO
    if fails:
        return Verdict.NOT_NOW
    if any(rule_of(one.reason).silent for one in criteria if one.value is CriterionValue.UNKNOWN):
        return Verdict.UNKNOWN
    settled = all(one.value is CriterionValue.MEETS for one in criteria)
    return Verdict.LIKELY if settled else Verdict.POSSIBLE


def eligibility_of(study: Study) -> CnsEligibility:
    """What the reader found in the trial's criteria; read now when the snapshot didn't keep it."""
    if study.eligibility is not None:
        return study.eligibility
    return _read(study.criteria, study.titles, study.conditions)


@lru_cache(maxsize=4096)
def _read(criteria: str, title: str, conditions: tuple[str, ...]) -> CnsEligibility:
    from cimara.trials.eligibility import read_eligibility

    return read_eligibility(criteria, title=title, conditions=conditions)


def flags_of(case: Case, criteria: tuple[Criterion, ...], km: float | None) -> list[str]:
    """Words for what a page should say beside the verdict."""
    study, profile, fields = case.study, case.profile, case.fields
    failed = {one.id for one in criteria if one.value is CriterionValue.FAILS}
    limit = profile.max_distance_km
    wanted = {
        "starter": study.starter is not None,
        "age_outside": CriterionId.AGE in failed,
        "sex_differs": CriterionId.SEX in failed,
        "no_conditions": not study.conditions,
        "status_unknown": study.overall_status is OverallStatus.UNKNOWN,
        "may_be_outdated": may_be_outdated(study, profile.as_of),
        "no_sites_listed": not study.sites,
        "distance_not_known": km is None and bool(study.sites) and point_of(profile) is not None,
        "beyond_max_distance": limit is not None and km is not None and km > limit,
        "phase_not_wanted": profile.phases is not None and not set(profile.phases) & set(study.phases),
        "mass_effect_excluded": fields.mass_effect_excluded,
        "cord_compression_excluded": fields.cord_compression_excluded,
    }
    return [name for name, holds in wanted.items() if holds]


def may_be_outdated(study: Study, as_of: date) -> bool:
    """True for a recruiting record without an update in the two years before `as_of`, or without a date."""
    if study.overall_status is not OverallStatus.RECRUITING:
        return False
    updated = study.last_updated
    return updated is None or updated < (as_of - STALE_AFTER).isoformat()[: len(updated)]
