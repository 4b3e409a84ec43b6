"""Any filling-in of a RANO-LM form: it is final and derived, or every fault of it is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.response.criteria.rano_lm.derivation_2019 import call_2019
from cimara.response.criteria.rano_lm.final import FormNotFinal, all_problems, contradictions, finalise
from cimara.response.model import LmForm, LmItem
from cimara.terms.response import Response
from tests.unit.response.rano_lm.forms import COUNTED, LINES, form, line

SIZES = st.lists(st.tuples(*[st.integers(-5, 90)] * 2), max_size=4).map(tuple)
PRESENCES = st.sampled_from(("0", "1", "NE", "", "2"))
CHANGES = st.sampled_from(("improved", "no change", "worse", "NE", "", "CR", "PR", "SD", "PD", "better"))
ANY_ITEM = st.builds(
    LmItem,
    region=st.sampled_from(("brain", "spine", "")),
    item=st.sampled_from(sorted({name for _, name in LINES.values()})),
    reference=PRESENCES,
    followup=PRESENCES,
    change=CHANGES,
    sizes=SIZES,
    fewer_than_three=st.booleans(),
)
ANY_FORM = st.builds(
    lambda items, human, reason, puncture: form(
        items=items, overall_human=human, overall_reason=reason, last_lumbar_puncture=puncture
    ),
    st.lists(ANY_ITEM, max_size=9).map(tuple),
    st.sampled_from(("", "CR", "PR", "SD", "PD", "NE", "better")),
    st.sampled_from(("", "artefact")),
    st.sampled_from(("", "none")),
)
AGREEING = (
    "0>0 no change",
    "0>1 worse",
    "1>0 improved",
    "1>1 improved",
    "1>1 no change",
    "1>1 worse",
    "1>NE NE",
    "NE>1 NE",
    "NE>0 NE",
    "NE>NE NE",
    "0>NE NE",
)
SOUND_FORM = st.lists(st.sampled_from(AGREEING), min_size=5, max_size=5).map(
    lambda words: form(*[line(f"{name} {word}") for name, word in zip(COUNTED, words, strict=True)])
)


@given(ANY_FORM)
@settings(max_examples=300, deadline=None)
def test_any_form_is_final_or_all_its_faults_are_named(filled: LmForm) -> None:
    problems = all_problems(filled)
    if not problems:
        assert finalise(filled).computed.rule_id != "LM-0"
        return
    with pytest.raises(FormNotFinal) as refused:
        finalise(filled)
    assert refused.value.problems == problems
    assert set(filled.missing()) | set(contradictions(filled)) == {str(problem) for problem in problems}
    assert all(str(problem) in str(refused.value) for problem in problems)


@given(ANY_FORM)
@settings(max_examples=200, deadline=None)
def test_any_form_gives_a_row_of_the_table(filled: LmForm) -> None:
    for report in (False, True):
        call = call_2019(filled, report_incomplete=report)
        assert call.response in Response
        assert call.reasons


@given(SOUND_FORM)
@settings(max_examples=200, deadline=None)
def test_a_form_that_agrees_with_itself_is_final(filled: LmForm) -> None:
    assert finalise(filled).computed == call_2019(filled)


@given(SOUND_FORM, st.sampled_from(COUNTED))
@settings(max_examples=200, deadline=None)
def test_an_item_lost_from_sight_never_turns_into_a_better_response(filled: LmForm, name: str) -> None:
    better_first = [Response.CR, Response.PR, Response.SD, Response.PD]
    before = call_2019(filled).response
    region, item = LINES[name]
    lost = tuple(
        line(f"{name} {entry.reference}>NE NE") if (entry.region, entry.item) == (region, item) else entry
        for entry in filled.items
    )
    after = call_2019(replace(filled, items=lost)).response
    if before in (Response.CR, Response.PR, Response.SD) and after in better_first:
        assert better_first.index(after) >= better_first.index(before)


@given(SOUND_FORM, st.permutations(range(7)))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_items_does_not_matter(filled: LmForm, order: list[int]) -> None:
    shuffled = replace(filled, items=tuple(filled.items[index] for index in order))
    assert call_2019(shuffled) == call_2019(filled)


@given(SOUND_FORM, st.sampled_from(("1>0 CR", "1>1 PR", "1>1 SD", "0>1 PD", "NE>NE NE")))
@settings(max_examples=100, deadline=None)
def test_metastases_kept_apart_never_change_the_response(filled: LmForm, word: str) -> None:
    apart = {LINES[name]: line(f"{name} {word}") for name in ("parenchymal", "intramedullary")}
    changed = tuple(apart.get((entry.region, entry.item), entry) for entry in filled.items)
    assert call_2019(replace(filled, items=changed)) == call_2019(filled)
