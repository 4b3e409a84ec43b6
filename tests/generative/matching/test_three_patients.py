"""Three people against the 1,536 shared records: each gets a ranked list whose verdicts quote the words.

The expectations were read from the trials' own criteria, not from the reader's output.
"""

from __future__ import annotations

from datetime import date

import pytest

from cimara.trials.matching import CnsFacts, MatchPage, Profile, Steroids, explain, match_all
from cimara.trials.verdict import ChangeKind, Criterion, CriterionId, CriterionValue, Verdict
from tests.unit.trials.matching.shared_snapshot import shared_snapshot

pytestmark = pytest.mark.shared_data

AS_OF = date(2026, 11, 20)
MEETS, FAILS = CriterionValue.MEETS, CriterionValue.FAILS
UNKNOWN, CHECK = CriterionValue.UNKNOWN, CriterionValue.NEEDS_CHECK


def treated_lung(last_srs: date = date(2026, 8, 1)) -> Profile:
    """Brain metastases of NSCLC, all treated by SRS and stable since; lives in Durham."""
    return Profile(
        as_of=AS_OF,
        tumour="nsclc",
        age=61,
        sex="female",  # type: ignore[arg-type]
        ecog=1,
        country="US",
        place="Durham, US",
        cns=CnsFacts(
            state="treated_stable",  # type: ignore[arg-type]
            symptoms="none",  # type: ignore[arg-type]
            last_srs=last_srs,
            last_wbrt="none",  # type: ignore[arg-type]
            last_surgery="none",  # type: ignore[arg-type]
            lmd="no",  # type: ignore[arg-type]
        ),
        steroids=Steroids(drug="none", last_dose="none"),  # type: ignore[arg-type]
        antiseizure_drugs=(),
    )


def untreated_melanoma() -> Profile:
    """Three untreated brain metastases of melanoma, the largest 12 mm, no symptoms; lives in Boston."""
    return Profile(
        as_of=AS_OF,
        tumour="melanoma",
        age=54,
        sex="male",  # type: ignore[arg-type]
        ecog=0,
        country="US",
        place="Boston, US",
        cns=CnsFacts(
            state="untreated_asymptomatic",  # type: ignore[arg-type]
            symptoms="none",  # type: ignore[arg-type]
            lesion_count=3,
            largest_mm=12,
            largest_untreated_mm=12,
            last_srs="none",  # type: ignore[arg-type]
            last_wbrt="none",  # type: ignore[arg-type]
            last_surgery="none",  # type: ignore[arg-type]
            lmd="no",  # type: ignore[arg-type]
        ),
        steroids=Steroids(drug="none"),  # type: ignore[arg-type]
        antiseizure_drugs=(),
    )


def lmd_breast() -> Profile:
    """Leptomeningeal disease of triple-negative breast cancer, no BrM known; lives in Houston."""
    return Profile(
        as_of=AS_OF,
        tumour="triple_negative_breast",
        age=49,
        sex="female",  # type: ignore[arg-type]
        ecog=1,
        country="US",
        place="Houston, US",
        cns=CnsFacts(state="none_known", lmd="csf_positive", lmd_state="active"),  # type: ignore[arg-type]
        steroids=Steroids(drug="dexamethasone", mg_per_day=4),  # type: ignore[arg-type]
        antiseizure_drugs=(),
    )


def criterion(profile: Profile, nct_id: str, wanted: CriterionId) -> Criterion:
    found = explain(profile, shared_snapshot(), nct_id).criterion(wanted)
    assert found is not None
    return found


def quotes(found: Criterion) -> str:
    return " // ".join(quote.text for quote in found.quotes)


def verdict(profile: Profile, nct_id: str) -> Verdict:
    return explain(profile, shared_snapshot(), nct_id).verdict


PEOPLE = {"lung": treated_lung(), "melanoma": untreated_melanoma(), "breast": lmd_breast()}


@pytest.fixture(scope="module", params=list(PEOPLE))
def listed(request: pytest.FixtureRequest) -> tuple[Profile, MatchPage]:
    profile = PEOPLE[request.param]
    return profile, match_all(profile, shared_snapshot())


def test_each_person_gets_a_list_in_the_order_of_verdicts(listed: tuple[Profile, MatchPage]) -> None:
    _, page = listed
    order = list(Verdict)
    places = [order.index(one.verdict) for one in page.results]
    assert places == sorted(places)
    assert page.counts[Verdict.POSSIBLE] >= 10
    assert len(page.results) + sum(page.gated_out.values()) == 1536


def test_each_verdict_quotes_the_record_or_says_that_it_is_silent(listed: tuple[Profile, MatchPage]) -> None:
    _, page = listed
    criteria = {study.nct_id: study.criteria for study in shared_snapshot().studies()}
    for result in page.results:
        for one in result.criteria:
            if one.id in (CriterionId.BRM, CriterionId.LMD):
                assert bool(one.quotes) != one.reason.endswith("/silent"), (result.nct_id, one)
            text = criteria[result.nct_id]
            assert all(text[quote.start : quote.end] == quote.text for quote in one.quotes)


def test_among_equals_an_open_trial_comes_before_a_closed_one(listed: tuple[Profile, MatchPage]) -> None:
    _, page = listed
    likely = [one.has_open_site for one in page.results if one.verdict is Verdict.LIKELY]
    assert likely == sorted(likely, reverse=True)


# -- treated and stable brain metastases of lung cancer


@pytest.mark.parametrize(
    ("nct_id", "value", "words"),
    [
        ("NCT04165070", MEETS, "Has known active central nervous system (CNS) metastases"),
        ("NCT07130032", MEETS, "CNS metastases are eligible only if the metastases are adequately treated"),
        ("NCT06234423", MEETS, "Stable/treated brain metastases are permitted"),
        ("NCT04995523", MEETS, "Symptomatic central nervous system (CNS) metastasis"),
        ("NCT06248606", CHECK, "at least 1 untreated enhancing intracranial lesion"),
        ("NCT04370587", FAILS, "History of or current central nervous system metastases"),
        ("NCT06422143", FAILS, "Has known central nervous system (CNS) metastases/carcinomatous meningitis"),
    ],
)
def test_treated_and_stable_lung(nct_id: str, value: CriterionValue, words: str) -> None:
    found = criterion(treated_lung(), nct_id, CriterionId.BRM)
    assert found.value is value
    assert words in quotes(found)


def test_a_trial_that_needs_untreated_lesions_is_not_called_likely_for_a_treated_person() -> None:
    assert verdict(treated_lung(), "NCT06248606") is Verdict.POSSIBLE


def test_a_trial_that_excludes_all_cns_metastases_does_not_take_a_treated_person() -> None:
    assert verdict(treated_lung(), "NCT04370587") is Verdict.NO


def test_sixty_days_of_stability_are_reached_from_a_date() -> None:
    recent = treated_lung(last_srs=date(2026, 10, 20))
    found = criterion(recent, "NCT06234423", CriterionId.STABLE_DAYS)
    assert (found.value, found.requirement, found.fact) == (FAILS, "60", "31")
    assert found.change is not None
    assert (found.change.kind, found.change.date) == (ChangeKind.FROM_DATE, "2026-12-19")
    assert verdict(recent, "NCT06234423") is Verdict.NOT_NOW
    assert criterion(treated_lung(), "NCT06234423", CriterionId.STABLE_DAYS).value is MEETS


# -- untreated brain metastases of melanoma, without symptoms


@pytest.mark.parametrize(
    ("nct_id", "value", "words"),
    [
        ("NCT04511013", MEETS, "melanoma that has metastasized to the brain"),
        ("NCT06712927", MEETS, "melanoma that has metastasized to the brain"),
        ("NCT06194929", MEETS, "at least 1 untreated"),
        ("NCT02830724", MEETS, "3 or fewer brain metastases that are less than or equal to 1 cm"),
        ("NCT06227377", FAILS, "Active brain metastases or carcinomatous meningitis"),
        ("NCT07130032", FAILS, "eligible only if the metastases are adequately treated"),
        ("NCT05251389", FAILS, "brain or LM metastasis"),
        ("NCT07076550", CHECK, "Significant central nervous system metastatic disease"),
    ],
)
def test_untreated_melanoma(nct_id: str, value: CriterionValue, words: str) -> None:
    found = criterion(untreated_melanoma(), nct_id, CriterionId.BRM)
    assert found.value is value
    assert words in quotes(found)


def test_trials_for_melanoma_in_the_brain_are_open_to_the_untreated_person() -> None:
    page = match_all(untreated_melanoma(), shared_snapshot())
    for nct_id in ("NCT04511013", "NCT06194929"):
        result = page.result(nct_id)
        assert result is not None
        assert result.verdict in (Verdict.LIKELY, Verdict.POSSIBLE)


def test_active_lesions_may_come_back_to_a_stable_only_trial_after_therapy() -> None:
    found = criterion(untreated_melanoma(), "NCT06227377", CriterionId.BRM)
    assert found.change is not None
    assert found.change.kind is ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS
    assert verdict(untreated_melanoma(), "NCT06227377") is Verdict.NOT_NOW


def test_a_lesion_of_12_mm_is_above_a_limit_of_1_cm() -> None:
    found = criterion(untreated_melanoma(), "NCT02830724", CriterionId.LESION_SIZE)
    assert (found.value, found.requirement, found.fact) == (FAILS, "<=10 mm", "12 mm")


def test_brain_or_lm_metastasis_excluded_leaves_nothing_to_wait_for() -> None:
    assert verdict(untreated_melanoma(), "NCT05251389") is Verdict.NO


# -- leptomeningeal disease of breast cancer


@pytest.mark.parametrize(
    ("nct_id", "value", "words"),
    [
        ("NCT06176261", CHECK, "Radiological evidence of evaluable leptomeningeal disease"),
        ("NCT02896335", CHECK, "Leptomeningeal involvement is allowed for Cohort 2"),
        ("NCT05142592", CHECK, "Subjects previously treated for these conditions"),
        ("NCT05748834", FAILS, "Known or suspected leptomeningeal disease"),
        ("NCT05386108", FAILS, "Participant has leptomeningeal metastases"),
        ("NCT06227377", FAILS, "Active brain metastases or carcinomatous meningitis"),
    ],
)
def test_leptomeningeal_breast(nct_id: str, value: CriterionValue, words: str) -> None:
    found = criterion(lmd_breast(), nct_id, CriterionId.LMD)
    assert found.value is value
    assert words in quotes(found)


def test_a_trial_with_a_cohort_for_lmd_is_possible_without_brain_metastases() -> None:
    found = criterion(lmd_breast(), "NCT06176261", CriterionId.BRM)
    assert found.reason == "MATCH/brm/required/none_known/lmd"
    page = match_all(lmd_breast(), shared_snapshot())
    assert "NCT06176261" in [one.nct_id for one in page.results[:5]]


def test_a_record_that_speaks_of_brain_metastases_alone_is_silent_on_lmd() -> None:
    assert criterion(lmd_breast(), "NCT06253871", CriterionId.LMD).value is UNKNOWN
    assert verdict(lmd_breast(), "NCT06253871") is Verdict.UNKNOWN
