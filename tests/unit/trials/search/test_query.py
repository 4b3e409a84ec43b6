"""What may be asked: allowed values are named when one is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from cimara.terms.cns import BrmPolicy
from cimara.terms.errors import CimaraError
from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.search import AgeRange, Near, Page, Query, QueryError


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"brm": "sometimes"}, "active_allowed"),
        ({"lmd": ["maybe"]}, "excluded"),
        ({"status": "OPEN"}, "RECRUITING"),
        ({"phase": "PHASE9"}, "EARLY_PHASE1"),
        ({"study_type": "x"}, "OBSERVATIONAL"),
        ({"sponsor_class": "x"}, "INDUSTRY"),
        ({"sex": "x"}, "FEMALE"),
        ({"sort": "x"}, "updated"),
        ({"tumour": "qqq"}, "nsclc"),
        ({"tumour": "nsclc and melanoma"}, "melanoma"),
        ({"country": "Atlantis"}, "ISO 3166-1"),
        ({"age": -1}, "0 to 130"),
        ({"age": 131}, "0 to 130"),
        ({"age": "old"}, "AgeRange"),
        ({"first_posted": "yesterday"}, "2026-01-31"),
        ({"updated_since": "2026-13"}, "2026-01-31"),
        ({"updated_since": 2026}, "2026-01-31"),
        ({"text": None}, "text"),
        ({"brm": 5}, "words"),
        ({"brm": [5]}, "words"),
        ({"near": "Athens"}, "Near"),
        ({"page": 3}, "Page"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_right(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(QueryError, match=named):
        Query(**wrong)


@pytest.mark.parametrize("km", [0, -5, float("nan"), float("inf"), 30_000])
def test_a_radius_is_above_zero_and_on_earth(km: float) -> None:
    with pytest.raises(QueryError, match=r"near\.km"):
        Near("Athens", km)


def test_a_place_is_a_name_or_a_place() -> None:
    with pytest.raises(QueryError, match="Place"):
        Near(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 101, -1])
def test_a_page_holds_one_to_a_hundred(size: int) -> None:
    with pytest.raises(QueryError, match=r"1 to 100"):
        Page(size)


def test_the_youngest_age_comes_first() -> None:
    with pytest.raises(QueryError, match="youngest"):
        AgeRange(70, 60)


def test_words_are_taken_in_any_case_and_as_one_or_many() -> None:
    assert Query(brm="Active-Allowed").brm == {BrmPolicy.ACTIVE_ALLOWED}
    assert Query(status=["recruiting", "not yet recruiting"]).status == {
        OverallStatus.RECRUITING,
        OverallStatus.NOT_YET_RECRUITING,
    }
    assert Query(phase=[Phase.PHASE1, "phase1"]).phase == {Phase.PHASE1}
    assert Query(tumour="non-small cell lung cancer").tumour == {"nsclc"}
    assert Query(country={"Greece", "gr", "GRC"}).country == {"GR"}


def test_an_age_is_the_range_of_that_age() -> None:
    assert Query(age=70).age == AgeRange(70, 70)


def test_recruiting_is_the_default() -> None:
    assert Query().status == {OverallStatus.RECRUITING}


def test_a_query_without_some_fields_asks_the_rest() -> None:
    query = Query(text="x", brm="required", age=4)
    assert query.without("brm", "status") == Query(text="x", age=4, status=())


def test_a_query_error_is_an_error_of_ours() -> None:
    assert issubclass(QueryError, CimaraError)


def test_half_a_character_is_left_out() -> None:
    assert Query(text="a\ud800b").text == "ab"
    assert Near("Ath\ud800ens").place == "Athens"
