"""Why a study isn't shown: every field that leaves it out, with what its record has."""

from __future__ import annotations

from typing import Any

import pytest

from cimara.trials.search import Near, Query
from cimara.trials.search.why_not import Absence, why_not
from cimara.trials.snapshot import Snapshot


def fields(snapshot: Snapshot, number: int, **asked: Any) -> dict[str, str]:
    found = why_not(snapshot, Query(**asked), f"NCT{number:08d}")
    return {one.field: one.found for one in found.obstacles}


def test_a_hit_has_nothing_in_its_way(trials: Snapshot) -> None:
    assert why_not(trials, Query(text="tucatinib", brm="required"), "nct00000001").is_shown


@pytest.mark.parametrize(
    ("number", "asked", "field", "record_has"),
    [
        (12, {}, "status", "COMPLETED"),
        (6, {"brm": "required"}, "brm", "excluded"),
        (2, {"lmd": "allowed"}, "lmd", "excluded"),
        (3, {"phase": "PHASE1"}, "phase", "PHASE3"),
        (3, {"tumour": "melanoma"}, "tumour", "nsclc"),
        (3, {"country": "GR"}, "country", "France"),
        (7, {"age": 50}, "age", "65 years to no bound"),
        (9, {"sex": "MALE"}, "sex", "FEMALE"),
        (9, {"sponsor_class": "NIH"}, "sponsor_class", "INDUSTRY"),
        (15, {"study_type": "INTERVENTIONAL"}, "study_type", "OBSERVATIONAL"),
        (8, {"first_posted": "2020"}, "first_posted", "not given"),
        (1, {"updated_since": "2026-02-02"}, "updated_since", "2026-02-01"),
        (2, {"near": Near("Athens, GR", 100)}, "near", "nearest site 304 km"),
        (1, {"intervention": "olaparib"}, "intervention", "not among the record's"),
        (1, {"condition": "insomnia"}, "condition", "not among the record's"),
        (16, {"text": "dexamethasone "}, "text", "only in summary, criteria or outcomes"),
        (1, {"text": "olaparib"}, "text", "nowhere in the record"),
        (1, {"text": "NCT00000002"}, "text", "another registry number"),
    ],
)
def test_each_field_names_what_the_record_has(
    trials: Snapshot, number: int, asked: dict[str, Any], field: str, record_has: str
) -> None:
    assert fields(trials, number, **asked) == {field: record_has}


def test_all_obstacles_are_named_at_once(trials: Snapshot) -> None:
    assert set(fields(trials, 12, text="olaparib", brm="required", near=Near("Paris, FR", 50))) == {
        "text",
        "status",
        "brm",
    }


def test_policies_that_words_ask_for_stand_in_the_way_too(trials: Snapshot) -> None:
    assert fields(trials, 6, text="melanoma spread to my brain") == {"brm": "excluded"}


def test_a_study_that_is_not_here_is_said_to_be_absent(trials: Snapshot) -> None:
    assert why_not(trials, Query(), "NCT77777777").absence is Absence.NOT_IN_SNAPSHOT


def test_what_is_no_registry_number_is_refused(trials: Snapshot) -> None:
    with pytest.raises(ValueError, match="NCT"):
        why_not(trials, Query(), "12")


def test_every_study_is_either_found_or_explained(trials: Snapshot) -> None:
    queries = [
        Query(),
        Query(text="melanoma"),
        Query(brm="required", status=()),
        Query(near=Near("Athens, GR", 100), text="m"),
        Query(tumour="breast", country="GR", age=70),
        Query(text="spread to my brain", sex="MALE"),
    ]
    for query in queries:
        shown = {hit.nct_id for hit in trials.search(query).hits}
        for number in range(1, 18):
            nct_id = f"NCT{number:08d}"
            assert why_not(trials, query, nct_id).is_shown == (nct_id in shown), (query, nct_id)
