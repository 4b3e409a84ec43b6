"""Terms of use of data against the purpose of a study, term by term."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.cohort.model import data_model
from cimara.cohort.study.duo import RULES, DataUse, DuoTerm, Purpose, against, duo_term

HEALTH = Purpose(terms=(DuoTerm.HEALTH_MEDICAL,))
DISEASE = Purpose(terms=(DuoTerm.DISEASE_SPECIFIC,), diseases=("brain metastases",))
GENERAL = Purpose(terms=(DuoTerm.GENERAL_RESEARCH,))
ANY_HEALTH = DataUse(terms=(DuoTerm.HEALTH_MEDICAL,))


def with_terms(*terms: DuoTerm, **about: tuple[str, ...]) -> DataUse:
    return DataUse(terms=(DuoTerm.GENERAL_RESEARCH, *terms), **about)


def test_the_table_holds_the_terms_and_ids_of_the_data_model() -> None:
    codes = data_model().entity("StudyEnrolment").field("duo").codes
    assert {one.name: one.meaning for one in codes} == {str(one.term): one.id for one in RULES}


@pytest.mark.parametrize("word", ["DUO:0000042", "duo:0000042", "GRU", " general_research "])
def test_a_term_is_known_by_id_shorthand_and_word(word: str) -> None:
    assert duo_term(word) is DuoTerm.GENERAL_RESEARCH


@pytest.mark.parametrize("term", [DuoTerm.NO_RESTRICTION, DuoTerm.GENERAL_RESEARCH])
@pytest.mark.parametrize("purpose", [HEALTH, DISEASE, GENERAL])
def test_data_without_restriction_and_for_general_research_allow_all(term: DuoTerm, purpose: Purpose) -> None:
    assert not against(DataUse(terms=(term,)), purpose)


def test_data_for_health_research_allow_that_and_narrower() -> None:
    assert not against(ANY_HEALTH, HEALTH)
    assert not against(ANY_HEALTH, DISEASE)
    assert against(ANY_HEALTH, GENERAL)


def test_data_for_a_disease_allow_that_disease_alone() -> None:
    own = DataUse(terms=(DuoTerm.DISEASE_SPECIFIC,), diseases=("brain metastases", "melanoma"))
    assert not against(own, DISEASE)
    assert against(DataUse(terms=own.terms, diseases=("melanoma",)), DISEASE)
    assert against(own, HEALTH)


def test_data_for_a_disease_that_is_not_named_allow_nothing() -> None:
    assert "not named" in against(DataUse(terms=(DuoTerm.DISEASE_SPECIFIC,)), DISEASE)[0]


def test_of_several_permissions_the_narrowest_counts() -> None:
    assert against(DataUse(terms=(DuoTerm.GENERAL_RESEARCH, DuoTerm.HEALTH_MEDICAL)), GENERAL)


def test_data_that_name_no_permission_allow_nothing() -> None:
    assert against(DataUse(), HEALTH)
    assert against(DataUse(terms=(DuoTerm.ETHICS,)), Purpose(terms=(DuoTerm.HEALTH_MEDICAL, DuoTerm.ETHICS)))


@pytest.mark.parametrize("term", [DuoTerm.NON_COMMERCIAL, DuoTerm.NOT_FOR_PROFIT])
def test_commercial_use_is_forbidden_by_both_terms(term: DuoTerm) -> None:
    assert not against(with_terms(term), HEALTH)
    assert against(with_terms(term), Purpose(terms=HEALTH.terms, commercial=True))


def test_a_user_for_profit_may_use_non_commercial_data_but_not_those_for_non_profits() -> None:
    user = Purpose(terms=HEALTH.terms, for_profit=True)
    assert not against(with_terms(DuoTerm.NON_COMMERCIAL), user)
    assert against(with_terms(DuoTerm.NOT_FOR_PROFIT), user)


@pytest.mark.parametrize(
    ("term", "word"),
    [
        (DuoTerm.GEOGRAPHIC, "countries"),
        (DuoTerm.INSTITUTION, "institutions"),
        (DuoTerm.USER_SPECIFIC, "users"),
    ],
)
def test_limits_to_places_and_people_are_checked_against_those_who_ask(term: DuoTerm, word: str) -> None:
    data = with_terms(term, **{word: ("A", "B")})
    assert not against(data, Purpose(terms=HEALTH.terms, **{word: ("A",)}))  # type: ignore[arg-type]
    assert against(data, Purpose(terms=HEALTH.terms, **{word: ("A", "C")}))  # type: ignore[arg-type]
    assert against(data, HEALTH)
    assert against(with_terms(term), Purpose(terms=HEALTH.terms, **{word: ("A",)}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "term",
    [
        DuoTerm.ETHICS,
        DuoTerm.PUBLICATION,
        DuoTerm.COLLABORATION,
        DuoTerm.TIME_LIMIT,
        DuoTerm.RETURN_RESULTS,
    ],
)
def test_what_data_require_the_study_must_attest_to(term: DuoTerm) -> None:
    assert "attest" in against(with_terms(term), HEALTH)[0]
    assert not against(with_terms(term), Purpose(terms=(*HEALTH.terms, term)))


def test_data_whose_time_ends_before_the_study_are_refused() -> None:
    data = DataUse(terms=(DuoTerm.GENERAL_RESEARCH, DuoTerm.TIME_LIMIT), until=dt.date(2027, 1, 1))
    terms = (DuoTerm.HEALTH_MEDICAL, DuoTerm.TIME_LIMIT)
    assert not against(data, Purpose(terms=terms, until=dt.date(2026, 12, 31)))
    assert "2027-01-01" in against(data, Purpose(terms=terms, until=dt.date(2027, 1, 2)))[0]
