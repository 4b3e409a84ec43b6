"""What a compared criterion means, and what would have to change."""

from __future__ import annotations

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.matching.rules import CAUTIONS, RULES
from cimara.trials.plain import Language, change_sentence, criterion_sentence
from cimara.trials.plain.phrasebook import phrases
from cimara.trials.verdict import Change, ChangeKind, Criterion, CriterionId, CriterionValue

LANGUAGES = tuple(Language)


def bare(name: CriterionId, value: CriterionValue) -> Criterion:
    """A criterion of which nothing but its value is known."""
    return Criterion(id=name, value=value, reason=f"MATCH/{name}")


def said(reason: str, value: CriterionValue, lang: str = "en", **changes: str) -> str:
    """The sentence of a criterion with the reason of a row of the matching table."""
    name = CriterionId(reason.split("/")[1])
    return criterion_sentence(Criterion(id=name, value=value, reason=reason, **changes), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", CriterionId)
def test_every_value_of_every_criterion_has_words(name: CriterionId, lang: Language) -> None:
    said_of = {value: criterion_sentence(bare(name, value), lang) for value in CriterionValue}
    assert all(sentence.endswith(".") for sentence in said_of.values())
    assert len(set(said_of.values())) == len(CriterionValue)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_row_of_the_matching_table_has_words(lang: Language) -> None:
    for row in RULES.values():
        criterion = Criterion(id=row.criterion, value=row.value, reason=row.id)
        assert criterion_sentence(criterion, lang).endswith("."), row.id


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("caution", CAUTIONS)
def test_a_caution_is_said_in_a_sentence_of_its_own(caution: str, lang: Language) -> None:
    reason = "MATCH/brm/stable_only/treated_stable"
    plain = said(reason, CriterionValue.NEEDS_CHECK, lang)
    cautious = said(f"{reason}/{caution}", CriterionValue.NEEDS_CHECK, lang)
    assert cautious.startswith(f"{plain} ")
    assert len(cautious) > len(plain) + 20


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("value", CriterionValue)
def test_every_policy_has_words_for_every_value(value: CriterionValue, lang: Language) -> None:
    for policy in BrmPolicy:
        assert said(f"MATCH/brm/{policy}/treated_stable", value, lang, requirement=policy)
    for policy in LmdPolicy:
        assert said(f"MATCH/lmd/{policy}/present", value, lang, requirement=policy)


def test_treated_and_stable_people_may_fit() -> None:
    assert said("MATCH/brm/stable_only/treated_stable", CriterionValue.MEETS) == (
        "This study takes people whose brain tumours were treated and have not grown."
    )


def test_a_silent_record_is_called_silent() -> None:
    assert said("MATCH/brm/not_mentioned/treated_stable/silent", CriterionValue.UNKNOWN) == (
        "The record does not say whether people with tumours in the brain can join. Ask the team."
    )


def test_the_fact_decides_where_the_reason_names_no_case() -> None:
    assert said("MATCH/status/closed", CriterionValue.FAILS, fact="COMPLETED") == "This study has ended."


def test_the_most_specific_phrase_wins() -> None:
    general = said("MATCH/brm/stable_only/symptomatic", CriterionValue.FAILS)
    special = said("MATCH/brm/stable_only/untreated_asymptomatic", CriterionValue.FAILS)
    most_special = said("MATCH/brm/stable_only/untreated_asymptomatic/early", CriterionValue.FAILS)
    assert len({general, special, most_special}) == 3


def test_days_are_named_when_the_trial_names_them() -> None:
    reason = "MATCH/stable_days/too_short"
    assert said(reason, CriterionValue.FAILS, requirement="28") == (
        "This study asks for 28 days without growth after treatment."
    )
    assert "days" not in said(reason, CriterionValue.FAILS)


@pytest.mark.parametrize(
    ("name", "treatment"),
    [
        ("days_since_srs", "la radiocirugía"),
        ("days_since_wbrt", "la radioterapia de todo el cerebro"),
        ("days_since_surgery", "la cirugía del cerebro"),
        ("days_since_any_rt", "la radioterapia del cerebro"),
    ],
)
def test_the_treatment_of_a_waiting_time_is_named(name: str, treatment: str) -> None:
    sentence = said(f"MATCH/{name}/unknown", CriterionValue.UNKNOWN, "es", requirement="14")
    assert sentence == f"Este estudio pide 14 días desde {treatment}. Aún no sabemos la fecha."


def test_the_upper_and_the_lower_size_are_not_mixed_up() -> None:
    both = ">=5 mm, <=20 mm"
    assert "up to 20 mm" in said("MATCH/lesion_size/too_large", CriterionValue.FAILS, requirement=both)
    assert "at least 5 mm" in said("MATCH/lesion_size/too_small", CriterionValue.FAILS, requirement=both)


def test_a_strict_size_limit_is_read_too() -> None:
    assert "up to 20 mm" in said("MATCH/lesion_size/too_large", CriterionValue.FAILS, requirement="<20 mm")


def test_a_steroid_limit_keeps_its_own_drug() -> None:
    reason = "MATCH/steroids/dose_unknown"
    one = said(reason, CriterionValue.UNKNOWN, "es", requirement="prednisone 10 mg")
    assert "10 mg de prednisona" in one


def test_two_steroid_limits_are_not_squeezed_into_one() -> None:
    reason = "MATCH/steroids/dose_unknown"
    two = said(reason, CriterionValue.UNKNOWN, requirement="prednisone 10 mg, dexamethasone 4 mg")
    assert " mg" not in two


def test_a_date_to_wait_for_is_in_words() -> None:
    change = Change(kind=ChangeKind.FROM_DATE, date="2026-03-08", days=28)
    assert change_sentence(change, "en") == "From what you told us, that would be 8 March 2026."
    assert change_sentence(change, "es") == "Según lo que nos dijo, eso sería el 8 de marzo de 2026."


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_words_even_without_numbers(kind: ChangeKind, lang: Language) -> None:
    assert change_sentence(Change(kind=kind), lang).endswith(".")


@pytest.mark.parametrize("mg", [0.0, 4.0, None])
def test_a_steroid_change_warns_not_to_change_alone(mg: float | None) -> None:
    change = Change(kind=ChangeKind.STEROID_AT_MOST, drug="dexamethasone", mg=mg)
    assert "on your own" in change_sentence(change, "en")
    assert "por su cuenta" in change_sentence(change, "es")


def test_another_drug_to_leave_out_warns_not_to_stop_alone() -> None:
    assert "on your own" in change_sentence(Change(kind=ChangeKind.WITHOUT_DRUG, drug="inducer"), "en")


def test_treatment_is_only_spoken_of_as_the_doctors_plan() -> None:
    change = Change(kind=ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS, days=28)
    assert change_sentence(change, "en").startswith("If your doctor plans")


def test_every_phrase_belongs_to_a_criterion_and_a_value() -> None:
    named = [name.split(".", 3) for name in phrases() if name.startswith("criterion.")]
    assert {family for _, family, _, _ in named} <= {*CriterionId, "days_since"}
    assert {value for _, _, value, _ in named} == set(CriterionValue)
