"""The hash that sites sign: it stands for what a study says, and not for how it is written."""

from __future__ import annotations

import pytest

from cimara.cohort.study.canonical import canonical_json
from cimara.cohort.study.hashing import study_hash
from tests.unit.cohort.study.study_text import study

PRINTS = {"death": "ab" * 32}


def hash_of(*changes: tuple[str, str]) -> str:
    return study_hash(study(*changes), PRINTS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# disease, ethics", "# disease and ethics"),
        ('id = "A1"\nkind = "cox"', 'kind = "cox"\nid   =   "A1"'),
        ("centre = 60", "centre = 60.0"),
        ("expires = 2028-12-31", 'expires = "2028-12-31"'),
    ],
)
def test_comments_layout_and_order_of_keys_keep_the_hash(old: str, new: str) -> None:
    assert hash_of((old, new)) == hash_of()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('adjust = ["age", "grade"]', 'adjust = ["age"]'),
        ("centre = 60", "centre = 61"),
        ("age_at_anchor >= 18", "age_at_anchor >= 17"),
        ("sites_min = 2", "sites_min = 3"),
        ("2028-12-31", "2029-12-31"),
    ],
)
def test_every_value_changes_the_hash(old: str, new: str) -> None:
    assert hash_of((old, new)) != hash_of()


def test_another_definition_of_an_endpoint_changes_the_hash() -> None:
    assert study_hash(study(), {"death": "cd" * 32}) != study_hash(study(), PRINTS)


def test_canonical_text_has_sorted_keys_and_plain_letters() -> None:
    assert canonical_json({"b": [1.0, 2.5], "a": {"ü": True}}) == '{"a":{"ü":true},"b":[1,2.5]}'


def test_what_is_no_number_has_no_canonical_text() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": float("nan")})
