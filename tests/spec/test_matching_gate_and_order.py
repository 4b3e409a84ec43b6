"""Which trials are on the list, and in which order (trials.md §7.2, gate and order)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.eligibility.model import CohortStates
from cimara.trials.matching import Profile, match, nearest_open_sites, rank
from cimara.trials.study import Study
from cimara.trials.verdict import CriterionId, CriterionValue
from tests.unit.trials.matching.made_trials import AS_OF, eligibility, person, site, trial

DURHAM = {"lat": 35.99, "lon": -78.9}
BOSTON = {"city": "Boston", "lat": 42.36, "lon": -71.06}
LEEDS = {"city": "Leeds", "country": "United Kingdom", "iso2": "GB", "lat": 53.8, "lon": -1.55}
COUNTRY_ONLY = {"city": None, "lat": None, "lon": None}


def gate_of(
    tumour: str | None, trial_tumours: tuple[str, ...], **changes: Any
) -> tuple[bool, str, CriterionValue]:
    result = match(Profile(as_of=AS_OF, tumour=tumour), trial(tumours=trial_tumours, **changes))
    found = result.criterion(CriterionId.TUMOUR)
    assert found is not None
    return result.relevant, found.reason.removeprefix("MATCH/tumour/"), found.value


@pytest.mark.parametrize(
    ("tumour", "trial_tumours", "relevant", "row"),
    [
        ("nsclc", ("nsclc",), True, "within"),
        ("nsclc", ("lung",), True, "within"),
        ("nsclc", ("breast", "lung"), True, "within"),
        ("nsclc", ("any_solid",), True, "any_primary"),
        ("nsclc", ("any_solid", "breast"), True, "any_primary"),
        ("nsclc", ("any_cancer",), True, "any_primary"),
        ("nsclc", ("brain_metastases",), True, "any_primary"),
        ("nsclc", ("leptomeningeal_disease",), True, "any_primary"),
        ("nsclc", ("brain_metastases", "glioblastoma"), True, "any_primary"),
        ("nsclc", ("brain_metastases", "breast"), False, "other"),
        ("nsclc", ("brain_metastases", "nsclc"), True, "within"),
        ("lung", ("nsclc",), True, "narrower"),
        ("nsclc", ("sclc",), False, "other"),
        ("nsclc", ("melanoma",), False, "other"),
        ("nsclc", ("brain_tumour",), True, "overlapping"),
        ("hr_breast", ("her2_breast",), True, "overlapping"),
        ("triple_negative_breast", ("her2_breast",), False, "other"),
        (None, ("melanoma",), True, "unknown"),
        (None, ("any_solid",), True, "any_primary"),
        ("dlbcl", ("any_solid",), False, "other"),
    ],
)
def test_the_tumour_gate(
    tumour: str | None, trial_tumours: tuple[str, ...], relevant: bool, row: str
) -> None:
    assert gate_of(tumour, trial_tumours)[:2] == (relevant, row)


def test_a_trial_without_conditions_stays_and_is_flagged() -> None:
    study = trial(tumours=(), conditions=())
    result = match(person("treated_stable"), study)
    assert result.relevant
    assert "no_conditions" in result.flags
    found = result.criterion(CriterionId.TUMOUR)
    assert found is not None
    assert found.value is CriterionValue.UNKNOWN


def test_a_trial_whose_conditions_name_no_known_tumour_stays() -> None:
    study = trial(tumours=(), conditions=("Fatigue",), brief_title="Yoga")
    assert match(person("treated_stable"), study).relevant


def test_blood_cancers_and_primary_cns_tumours_are_outside_and_can_be_explained() -> None:
    study = trial(eligibility("not_applicable"), tumours=("glioma",))
    for profile in (person("treated_stable"), Profile(as_of=AS_OF)):
        result = match(profile, study)
        assert (result.relevant, result.gate_reason) == (False, "not_applicable")
        assert rank(profile, [study]).gated_out == {"not_applicable": 1}


def test_the_gated_out_are_counted_with_the_reason_and_can_be_opened() -> None:
    studies = [trial(number=1), trial(number=2, tumours=("melanoma",)), trial(number=3, tumours=("breast",))]
    page = rank(person("treated_stable"), studies)
    assert [one.nct_id for one in page.results] == ["NCT00000001"]
    assert page.gated_out == {"other_tumour": 2}
    assert page.gated_out_ids == {"other_tumour": ("NCT00000002", "NCT00000003")}


def ranked(*studies: Study, profile: Profile | None = None, own_country_first: bool = False) -> list[int]:
    person_here = replace(person("treated_stable", lmd="no"), **DURHAM) if profile is None else profile
    page = rank(person_here, studies, own_country_first=own_country_first)
    assert page == rank(person_here, reversed(studies), own_country_first=own_country_first)
    return [int(one.nct_id[3:]) for one in page.results]


def test_verdict_comes_first() -> None:
    no, silent, met = eligibility("excluded"), eligibility("not_mentioned"), eligibility("stable_only")
    assert ranked(trial(no, 1), trial(silent, 2), trial(met, 3)) == [3, 2, 1]


def test_an_open_site_further_away_comes_before_a_closed_one_that_is_near() -> None:
    unclear = eligibility("unclear")
    closed_here = (site(status=OverallStatus.COMPLETED),)
    assert ranked(trial(unclear, 1, sites=closed_here), trial(unclear, 2, sites=(site(**LEEDS),))) == [2, 1]


def test_the_trial_closer_to_cns_disease_comes_first() -> None:
    cohort = replace(
        eligibility("active_allowed"), cohorts=(CohortStates(cohort="B", states=(), required=True),)
    )
    unclear = {
        "required": eligibility("required"),
        "stable_only": eligibility("stable_only", seizures_controlled=True),
    }
    active = eligibility("active_allowed", seizures_controlled=True)
    studies = [
        trial(unclear["stable_only"], 1),
        trial(active, 2),
        trial(replace(cohort, fields=active.fields), 3),
        trial(unclear["required"], 4),
    ]
    assert ranked(*studies) == [4, 3, 2, 1]


def test_near_comes_before_far_and_unknown_distance_last() -> None:
    far, near = trial(number=1, sites=(site(**BOSTON),)), trial(number=2)
    nowhere = trial(number=3, sites=(site(**COUNTRY_ONLY),))
    assert ranked(nowhere, far, near) == [2, 1, 3]


def test_a_trial_known_by_country_only_stays_with_distance_not_known() -> None:
    profile = replace(person("treated_stable", lmd="no"), max_distance_km=10, **DURHAM)
    result = match(profile, trial(sites=(site(**COUNTRY_ONLY),)))
    assert result.has_open_site
    assert result.nearest_open_km is None
    assert "distance_not_known" in result.flags


def test_own_country_comes_first_when_asked() -> None:
    lille = {"lat": 50.63, "lon": 3.06, "country": "GB"}
    profile = replace(person("treated_stable", lmd="no"), **lille)
    sites = (site(0, **LEEDS), site(1, city="Brussels", iso2="BE", lat=50.85, lon=4.35))
    study = trial(sites=sites)
    assert match(profile, study).nearest_open_km == pytest.approx(94, abs=10)
    assert match(profile, study, own_country_first=True).nearest_open_km == pytest.approx(475, abs=20)
    near = nearest_open_sites(study, profile, own_country_first=True)
    assert [one.site.city for one in near] == ["Leeds", "Brussels"]


def test_only_open_sites_count_for_the_distance() -> None:
    study = trial(sites=(site(status=OverallStatus.WITHDRAWN), site(1, **BOSTON)))
    found = match(replace(person("treated_stable"), **DURHAM), study)
    assert found.nearest_open_km == pytest.approx(976, abs=15)


def test_a_site_without_a_status_has_that_of_the_trial() -> None:
    assert match(person(), trial(sites=(site(),))).has_open_site
    assert not match(person(), trial(sites=(site(),), overall_status=OverallStatus.UNKNOWN)).has_open_site


def test_later_phases_then_later_updates_then_the_number_break_ties() -> None:
    studies = [
        trial(number=1, phases=(Phase.PHASE1,)),
        trial(number=2, phases=(Phase.PHASE2, Phase.PHASE3)),
        trial(number=3, phases=(Phase.PHASE2,)),
        trial(number=4, phases=(Phase.PHASE1, Phase.PHASE2), last_updated="2026-02-01"),
        trial(number=5, phases=(Phase.PHASE2,)),
        trial(number=6, phases=(Phase.PHASE2,), last_updated=None),
    ]
    assert ranked(*studies) == [2, 4, 3, 5, 6, 1]


def test_wishes_flag_a_trial_and_never_take_it_away() -> None:
    profile = replace(person("treated_stable"), max_distance_km=50, phases=(Phase.PHASE3,), **DURHAM)
    result = match(profile, trial(sites=(site(**BOSTON),)))
    assert result.relevant
    assert {"beyond_max_distance", "phase_not_wanted"} <= set(result.flags)


def test_a_place_that_nobody_knows_leaves_the_distance_unknown() -> None:
    result = match(replace(person("treated_stable"), place="Qwxyzzy"), trial())
    assert result.nearest_open_km is None


def test_a_named_place_gives_the_distance() -> None:
    result = match(replace(person("treated_stable"), place="Boston", country="US"), trial())
    assert result.nearest_open_km == pytest.approx(976, abs=15)
