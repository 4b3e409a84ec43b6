"""A RANO-LM form names all that is empty and all that can't be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from cimara.response.criteria.rano_lm.final import FormNotFinal, contradictions, finalise
from cimara.response.criteria.rano_lm.form import item_problems
from cimara.response.model import LmForm, LmItem, Tenths
from cimara.terms.response import FormFault, Response
from tests.unit.response.rano_lm.forms import LINES, SIZE, form, item, line

BLANK = LmForm("DEMO-0001", "W8", "BL", dt.date(2024, 3, 6))


def sized(followup: str, sizes: tuple[tuple[int, int], ...], *, fewer: bool, name: str = "nodules") -> LmForm:
    pairs = tuple((Tenths(x), Tenths(y)) for x, y in sizes)
    change = {"1": "no change", "0": "improved", "NE": "NE"}[followup]
    return form(LmItem("brain", name, "1", followup, change, pairs, fewer))


def test_a_complete_form_misses_nothing() -> None:
    assert form().missing() == ()
    assert contradictions(form()) == ()


def test_a_blank_form_names_every_item_and_the_header() -> None:
    missing = BLANK.missing()
    assert missing[:3] == (
        "header: date of the reference scan",
        "header: date of the last lumbar puncture, or none",
        "header: treatment since the reference scan, or none",
    )
    for label in (
        "brain, nodules (subarachnoid or ventricular)",
        "brain, leptomeningeal linear enhancement",
        "brain, hydrocephalus",
        "spine, nodules (subarachnoid)",
        "spine, leptomeningeal linear enhancement",
        "brain, parenchymal metastases (not counted)",
        "spine, intramedullary metastases (not counted)",
    ):
        assert f"{label}: present, absent or not evaluable at the reference scan" in missing
        assert f"{label}: present, absent or not evaluable at follow-up" in missing
        assert any(text.startswith(f"{label}: change since the reference scan") for text in missing)
    assert len(missing) == 3 + 3 * 7


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("field", ["reference", "followup", "change"])
def test_one_empty_field_blocks_and_is_named(name: str, field: str) -> None:
    word = "SD" if name in ("parenchymal", "intramedullary") else "no change"
    complete = item(name, "1", "1", word)
    emptied = replace(complete, **{field: "", "sizes": (), "fewer_than_three": False})
    if field != "followup":
        emptied = replace(emptied, sizes=complete.sizes, fewer_than_three=complete.fewer_than_three)
    assert finalise(form(complete)).computed.response in (Response.SD, Response.NED)
    with pytest.raises(FormNotFinal) as refused:
        finalise(form(emptied))
    assert [problem.fault for problem in refused.value.problems] == [FormFault.EMPTY]
    assert (refused.value.problems[0].region, refused.value.problems[0].item) == LINES[name]
    assert str(refused.value.problems[0]) in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "brain linear 0>1 improved",
        "brain linear 0>1 no change",
        "brain linear 1>0 no change",
        "brain linear 1>0 worse",
        "brain linear 0>0 worse",
        "brain linear 0>0 improved",
        "brain linear 0>0 NE",
        "brain linear 1>1 NE",
        "brain linear 1>NE worse",
        "brain linear NE>1 improved",
        "hydrocephalus 0>1 improved",
        "parenchymal 0>1 PR",
        "parenchymal 1>0 SD",
        "parenchymal 0>0 SD",
        "intramedullary 1>1 CR",
        "intramedullary 1>NE PD",
    ],
)
def test_change_must_agree_with_presence(text: str) -> None:
    (problem,) = item_problems(form(line(text)))
    assert problem.fault is FormFault.CONTRADICTION
    assert "does not agree with presence" in problem.text


@pytest.mark.parametrize(
    "text",
    [
        "brain linear 0>1 worse",
        "brain linear 1>0 improved",
        "brain linear 1>1 improved",
        "brain linear 1>1 no change",
        "brain linear 1>1 worse",
        "brain linear 0>0 no change",
        "brain linear 1>NE NE",
        "brain linear NE>1 NE",
        "parenchymal 0>1 PD",
        "parenchymal 1>0 CR",
        "parenchymal 1>1 SD",
        "parenchymal NE>1 NE",
        "intramedullary 0>0 ",
    ],
)
def test_a_change_that_agrees_is_accepted(text: str) -> None:
    assert item_problems(form(line(text))) == ()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (LmItem("brain", "hydrocephalus", "2", "0", "no change"), "expected 1, 0 or NE"),
        (LmItem("brain", "hydrocephalus", "0", "yes", "no change"), "expected 1, 0 or NE"),
        (LmItem("brain", "hydrocephalus", "1", "1", "stable"), "expected improved, no change, worse, NE"),
        (LmItem("brain", "parenchymal", "1", "1", "no change"), "expected CR, PR, SD, PD, NE"),
    ],
)
def test_an_unreadable_value_is_named_without_repeating_it(entry: LmItem, words: str) -> None:
    (problem,) = item_problems(form(entry))
    assert problem.fault is FormFault.UNREADABLE
    assert words in problem.text
    assert "stable" not in problem.text
    assert "yes" not in problem.text


def test_three_sizes_need_no_further_word() -> None:
    assert item_problems(sized("1", (SIZE, SIZE, SIZE), fewer=False)) == ()


def test_fewer_than_three_sizes_need_it_said() -> None:
    (problem,) = item_problems(sized("1", (SIZE, SIZE), fewer=False))
    assert problem.fault is FormFault.EMPTY
    assert "fewer than three" in problem.text
    assert item_problems(sized("1", (SIZE, SIZE), fewer=True)) == ()


def test_nodules_too_small_to_measure_are_fewer_than_three() -> None:
    assert item_problems(sized("1", (), fewer=True)) == ()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (sized("1", (SIZE, SIZE, SIZE), fewer=True), "exclude each other"),
        (sized("1", (SIZE, SIZE, SIZE, SIZE), fewer=False), "more than the 3 largest"),
        (sized("0", (SIZE,), fewer=True), "present at follow-up"),
        (sized("NE", (SIZE,), fewer=True), "present at follow-up"),
        (sized("1", (SIZE,), fewer=True, name="linear_enhancement"), "only nodules have sizes"),
        (sized("1", (), fewer=True, name="hydrocephalus"), "only nodules have sizes"),
        (sized("1", ((50, 80),), fewer=True), "larger than 5 x 5 mm"),
        (sized("1", ((80, 50),), fewer=True), "larger than 5 x 5 mm"),
    ],
)
def test_sizes_must_agree_with_the_rest(wrong: LmForm, words: str) -> None:
    (problem,) = item_problems(wrong)
    assert problem.fault is FormFault.CONTRADICTION
    assert words in problem.text


def test_a_nodule_of_5_1_mm_is_measurable() -> None:
    assert item_problems(sized("1", ((51, 51),), fewer=True)) == ()


def test_an_item_filled_in_twice_is_a_contradiction() -> None:
    twice = replace(form(), items=(*form().items, item("hydrocephalus")))
    (problem,) = item_problems(twice)
    assert problem.fault is FormFault.CONTRADICTION
    assert "more than once" in problem.text


def test_an_item_that_the_scorecard_does_not_have_is_refused() -> None:
    further = replace(form(), items=(*form().items, LmItem("spine", "hydrocephalus", "0", "0", "no change")))
    (problem,) = item_problems(further)
    assert problem.fault is FormFault.UNREADABLE


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"reference_scan_date": None}, "header: date of the reference scan"),
        ({"last_lumbar_puncture": ""}, "header: date of the last lumbar puncture, or none"),
        ({"treatment_since_reference": ""}, "header: treatment since the reference scan, or none"),
        ({"reference_visit_id": ""}, "header: reference visit"),
    ],
)
def test_the_header_must_be_filled_in(fields: dict[str, object], text: str) -> None:
    assert form(**fields).missing() == (text,)


@pytest.mark.parametrize("date", [dt.date(2024, 3, 6), dt.date(2024, 4, 1)])
def test_the_reference_scan_comes_first(date: dt.date) -> None:
    (text,) = contradictions(form(reference_scan_date=date))
    assert "earlier than the follow-up scan" in text


def test_a_visit_is_not_its_own_reference() -> None:
    (text,) = contradictions(form(reference_visit_id="W8"))
    assert "its own reference" in text


def test_a_differing_human_call_needs_a_written_reason() -> None:
    entry = line("hydrocephalus 1>1 worse")
    assert form(entry, overall_human="SD").missing() == (
        "overall: written reason for a call that differs from the computed one",
    )
    assert form(entry, overall_human="SD", overall_reason=" ").missing()


def test_both_calls_are_kept() -> None:
    entry = line("hydrocephalus 1>1 worse")
    final = finalise(form(entry, overall_human="SD", overall_reason="shunt revised"))
    assert final.computed.response is Response.PD
    assert (final.human, final.human_reason) == ("SD", "shunt revised")
    assert final.human_differs


def test_an_agreeing_human_call_needs_no_reason() -> None:
    final = finalise(form(line("hydrocephalus 1>1 worse"), overall_human="PD"))
    assert not final.human_differs


def test_an_unknown_overall_word_is_refused() -> None:
    (text,) = contradictions(form(overall_human="iPD", overall_reason="none"))
    assert text == "overall: expected CR, PR, SD, PD, NE"


def test_a_form_with_many_faults_names_them_all_at_once() -> None:
    wrong = form(line("hydrocephalus 0>1 improved"), LmItem("spine", "nodules", "1", "1", ""))
    with pytest.raises(FormNotFinal) as refused:
        finalise(replace(wrong, last_lumbar_puncture=""))
    faults = [(problem.item, problem.fault) for problem in refused.value.problems]
    assert faults == [
        ("header", FormFault.EMPTY),
        ("hydrocephalus", FormFault.CONTRADICTION),
        ("nodules", FormFault.EMPTY),
        ("nodules", FormFault.EMPTY),
    ]
