"""A story that is told already stays as it is."""

from __future__ import annotations

from datetime import timedelta

from cimara_web.demonstration.chapters import end_of_story
from cimara_web.demonstration.story import tell
from tests.web.demonstration.dump import normalised_hash
from tests.web.demonstration.telling import NOW


def test_a_second_telling_changes_nothing(story: object) -> None:
    before = normalised_hash()
    tell(NOW + timedelta(days=3), lambda words: None, short=True)
    assert normalised_hash() == before


def test_a_story_that_was_begun_keeps_its_dates(story: object) -> None:
    assert end_of_story().date() == NOW.date()
