"""Filters: closed words, ranges, and what is left open beside them."""

from __future__ import annotations

import pytest

from cimara.terms.registry import OverallStatus
from cimara.trials.search import AgeRange, NoticeCode, Query, Undecided
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.search.trials import found

RECRUITING = [1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 17, 8]


def left_open(snapshot: Snapshot, query: Query) -> dict[tuple[str, str], int]:
    def key(item: Undecided) -> tuple[str, str]:
        return item.field, item.value

    return {key(item): item.count.value for item in snapshot.search(query).undecided}


def test_without_words_the_open_and_recent_come_first(trials: Snapshot) -> None:
    assert found(trials) == RECRUITING


def test_recruiting_is_the_default_and_each_other_status_a_box_of_its_own(trials: Snapshot) -> None:
    assert found(trials, text="melanoma") == found(trials, text="melanoma", status=OverallStatus.RECRUITING)
    assert found(trials, status="NOT_YET_RECRUITING") == [10]
    assert found(trials, status="ENROLLING_BY_INVITATION") == [11]
    assert found(trials, status="AVAILABLE") == [13]
    assert found(trials, status=["NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION"]) == [10, 11]
    assert found(trials, status=["ENROLLING_BY_INVITATION", "COMPLETED"]) == [11, 12]


def test_unknown_status_is_never_taken_for_open(trials: Snapshot) -> None:
    assert 14 not in found(trials)
    assert found(trials, status="UNKNOWN") == [14]


def test_no_status_asked_finds_all(trials: Snapshot) -> None:
    assert len(found(trials, status=())) == 17


@pytest.mark.parametrize(
    ("phase", "numbers"),
    [("PHASE1", {2}), ("PHASE3", {3, 4}), ("NA", {5}), ("PHASE4", set())],
)
def test_a_phase_also_finds_studies_of_two_phases(trials: Snapshot, phase: str, numbers: set[int]) -> None:
    assert set(found(trials, phase=phase)) == numbers


def test_phase_two_finds_one_two_and_two_three(trials: Snapshot) -> None:
    assert {1, 2, 4} <= set(found(trials, phase="PHASE2"))


def test_a_condition_is_membership_in_the_vocabulary(trials: Snapshot) -> None:
    assert found(trials, condition="her2+ breast cancer") == [1, 2]
    assert found(trials, tumour="breast") == [1, 2, 17]
    assert found(trials, tumour=["nsclc", "ovarian"]) == [3, 9]


def test_trials_of_a_wider_tumour_are_counted_beside(trials: Snapshot) -> None:
    assert left_open(trials, Query(tumour="her2_breast")) == {("tumour", "wider"): 3}
    assert left_open(trials, Query(tumour="aml")) == {("tumour", "wider"): 0}


def test_a_condition_outside_the_vocabulary_is_looked_for_as_words(trials: Snapshot) -> None:
    page = trials.search(Query(condition="insomnia"))
    assert [hit.nct_id for hit in page.hits] == ["NCT00000016"]
    assert page.notice(NoticeCode.CONDITION_AS_WORDS) is not None


def test_policies_filter_and_the_silent_and_unclear_are_counted(trials: Snapshot) -> None:
    assert found(trials, brm="required") == [1, 5]
    assert found(trials, brm=["required", "stable_only"]) == [1, 2, 5, 17]
    assert left_open(trials, Query(brm="required")) == {("brm", "unclear"): 1, ("brm", "not_mentioned"): 4}
    assert left_open(trials, Query(lmd="allowed")) == {("lmd", "unclear"): 0, ("lmd", "not_mentioned"): 10}


def test_what_was_asked_for_is_not_counted_again(trials: Snapshot) -> None:
    assert left_open(trials, Query(brm=["required", "unclear"])) == {("brm", "not_mentioned"): 4}


def test_a_country_is_found_by_name_or_code(trials: Snapshot) -> None:
    assert set(found(trials, country="Greece")) == {1, 2, 5, 6, 7}
    assert found(trials, country="GR") == found(trials, country="greece")


def test_ages_overlap_and_a_missing_bound_is_open(trials: Snapshot) -> None:
    assert 7 in found(trials, age=65)
    assert 7 not in found(trials, age=64)
    assert 8 in found(trials, age=17)
    assert 8 in found(trials, age=0)
    assert 8 not in found(trials, age=18)
    assert 7 in found(trials, age=AgeRange(40, 70))
    assert {7, 8} <= set(found(trials, age=AgeRange(10, None)))


def test_sex_leaves_out_only_the_other(trials: Snapshot) -> None:
    assert 9 in found(trials, sex="FEMALE")
    assert 9 not in found(trials, sex="male")
    assert found(trials, sex="ALL") == RECRUITING


def test_kind_of_study_and_sponsor(trials: Snapshot) -> None:
    assert found(trials, study_type="observational") == [15]
    assert found(trials, sponsor_class="industry") == [9]


def test_dates_filter_and_records_without_one_are_counted(trials: Snapshot) -> None:
    assert found(trials, updated_since="2026-01-20") == [1, 2]
    assert found(trials, first_posted="2026") == [3]
    assert left_open(trials, Query(first_posted="2026")) == {("first_posted", "missing"): 1}


def test_sorting_by_update_or_posting_puts_the_undated_last(trials: Snapshot) -> None:
    assert found(trials, sort="updated") == RECRUITING
    assert found(trials, sort="updated", status=["NOT_YET_RECRUITING", "RECRUITING"])[0] == 10
    posted = found(trials, sort="posted")
    assert posted[0] == 3
    assert posted[-1] == 8


def test_filters_are_joined_by_and(trials: Snapshot) -> None:
    assert found(
        trials, tumour="breast", brm="stable_only", country="GR", phase="PHASE1", text="surgery"
    ) == [2]
