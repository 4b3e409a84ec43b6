"""Any text can stand in an outcome measure: it is read, and nothing blows up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.trials.atlas.made_studies import BRAIN_METASTASES, uses

WORDS = (
    "CNS brain intracranial iPFS ORR DOR PFS2 DCR12 RECIST 1.1 RANO-BM mRECIST ( ) [ ] , ; : . and or in"
    " of the patients with metastases progression free survival time to death response rate CSF"
    " leptomeningeal local control complete partial stable disease 12 weeks months defined as WBRT"
    " necrosis \\[ （ ）"
)
FIELD_WORDS = st.sampled_from(sorted(WORDS.split()))


@given(st.lists(FIELD_WORDS, max_size=25), st.lists(FIELD_WORDS, max_size=25))
@settings(max_examples=400, deadline=None)
def test_shuffled_words_of_the_field_are_read(name: list[str], description: list[str]) -> None:
    measure = " ".join(name)
    found = uses(measure, " ".join(description), conditions=BRAIN_METASTASES)
    assert found
    assert all(measure[use.start : use.end] == use.name for use in found)


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read(measure: str, description: str, time_frame: str) -> None:
    assert uses(measure, description, time_frame)


@pytest.mark.parametrize(
    "unit", ["progression free ", "in patients with brain metastases ", "(RECIST ", "toxic", "9", "CNS and "]
)
def test_a_megabyte_is_read_like_any_other_text(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert uses(text, text, text)
