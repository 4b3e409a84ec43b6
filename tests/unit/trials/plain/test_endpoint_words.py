"""Every endpoint has a name and a meaning in plain words, in both languages."""

from __future__ import annotations

import pytest

from cimara.terms.endpoint import EndpointId
from cimara.trials.plain import is_easy, reading_grade
from cimara.trials.plain.endpoints import endpoint_meaning, endpoint_name


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("endpoint", EndpointId)
def test_the_meaning_is_a_sentence_that_is_easy_to_read(endpoint: EndpointId, lang: str) -> None:
    meaning = endpoint_meaning(endpoint, lang)
    assert meaning[0].isupper()
    assert meaning.endswith(".")
    assert is_easy(reading_grade(meaning, lang), lang)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_two_endpoints_share_a_name_or_a_meaning(lang: str) -> None:
    assert len({endpoint_name(one, lang) for one in EndpointId}) == len(EndpointId)
    assert len({endpoint_meaning(one, lang) for one in EndpointId}) == len(EndpointId)


def test_english_names_are_those_of_the_vocabulary() -> None:
    assert endpoint_name(EndpointId.OS, "en") == EndpointId.OS.label
    assert endpoint_name(EndpointId.OS, "es") == "supervivencia global"
