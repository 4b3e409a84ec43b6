"""RANO-LM 2019: the response of a scorecard, one paragraph a rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cimara.response.criteria.rano_lm.final import FormNotFinal, finalise
from tests.unit.response.rano_lm.forms import form, line

Check = Callable[[str, tuple[str, str]], None]


def test_an_incomplete_form_has_no_response(scorecard: Check) -> None:
    """LM-0. A form with an item left empty, or one that contradicts another, yields no response."""
    scorecard("hydrocephalus 1> worse", ("NE", "LM-0"))
    scorecard("hydrocephalus 0>1 improved", ("NE", "LM-0"))


def test_an_incomplete_form_is_never_final() -> None:
    """LM-0. A form with any empty item can't be saved as final; the item is named."""
    with pytest.raises(FormNotFinal, match="hydrocephalus: present, absent or not evaluable at follow-up"):
        finalise(form(line("hydrocephalus 1> worse")))


@pytest.mark.parametrize(
    "name", ["brain nodules", "brain linear", "hydrocephalus", "spine nodules", "spine linear"]
)
def test_one_worse_item_is_progression(name: str, scorecard: Check) -> None:
    """LM-1. One item that is worse is PD, whatever the others did."""
    other = "brain linear" if name != "brain linear" else "spine linear"
    scorecard(f"{name} 1>1 worse\n{other} 1>0 improved", ("PD", "LM-1"))


def test_one_new_item_is_progression(scorecard: Check) -> None:
    """LM-1. An item that was absent at the reference and is present now is PD."""
    scorecard("brain linear 1>1 improved\nspine nodules 0>1 worse", ("PD", "LM-1"))


def test_progression_counts_even_if_another_item_is_not_evaluable(scorecard: Check) -> None:
    """LM-1. PD is not taken back by an item that could not be judged."""
    scorecard("brain linear 1>NE NE\nspine linear 1>1 worse", ("PD", "LM-1"))


def test_a_present_item_lost_from_sight_leaves_no_response(scorecard: Check) -> None:
    """LM-2. An item present at the reference that is not evaluable now, with none worse, is NE."""
    scorecard("brain linear 1>NE NE\nspine linear 1>0 improved", ("NE", "LM-2"))


def test_all_present_items_gone_is_complete_response(scorecard: Check) -> None:
    """LM-3. All items present at the reference are absent now: CR."""
    scorecard("brain nodules 1>0 improved\nspine linear 1>0 improved", ("CR", "LM-3"))


@pytest.mark.parametrize("unseen", ["0>NE NE", "NE>NE NE", "NE>1 NE"])
def test_complete_response_needs_every_item_seen_absent(unseen: str, scorecard: Check) -> None:
    """LM-4. All present items are gone, but another is present or can't be judged: PR, not CR."""
    scorecard(f"brain nodules 1>0 improved\nhydrocephalus {unseen}", ("PR", "LM-4"))


def test_an_item_not_evaluable_at_the_reference_and_absent_now_does_not_stand_against_cr(
    scorecard: Check,
) -> None:
    """LM-3. What could not be judged at the reference and is absent now leaves the CR."""
    scorecard("brain nodules 1>0 improved\nhydrocephalus NE>0 NE", ("CR", "LM-3"))


def test_one_item_improved_and_none_worse_is_partial_response(scorecard: Check) -> None:
    """LM-4. At least one item improved and none worse: PR."""
    scorecard("brain nodules 1>1 improved\nspine linear 1>1 no change", ("PR", "LM-4"))


def test_one_of_two_items_gone_is_partial_response(scorecard: Check) -> None:
    """LM-4. One item is gone and another persists: PR."""
    scorecard("brain nodules 1>0 improved\nspine linear 1>1 no change", ("PR", "LM-4"))


def test_no_change_is_stable_disease(scorecard: Check) -> None:
    """LM-5. Present items unchanged: SD."""
    scorecard("brain nodules 1>1 no change\nspine linear 1>1 no change", ("SD", "LM-5"))


def test_nothing_at_the_reference_and_nothing_now_is_no_complete_response(scorecard: Check) -> None:
    """LM-6. Where no item was present at the reference, there was nothing that could respond: NED."""
    scorecard("hydrocephalus 0>0 no change", ("NED", "LM-6"))


@pytest.mark.parametrize("unseen", ["0>NE NE", "NE>0 NE", "NE>1 NE", "NE>NE NE"])
def test_nothing_seen_at_the_reference_and_not_all_judged_is_not_evaluable(
    unseen: str, scorecard: Check
) -> None:
    """LM-7. No item was seen at the reference and one could not be judged: NE."""
    scorecard(f"spine linear {unseen}", ("NE", "LM-7"))


@pytest.mark.parametrize("apart", ["parenchymal 1>1 PD", "intramedullary 0>1 PD", "parenchymal 1>0 CR"])
def test_parenchymal_and_intramedullary_metastases_do_not_count(apart: str, scorecard: Check) -> None:
    """LM-5. Metastases of the parenchyma are judged apart and leave the leptomeningeal response alone."""
    scorecard(f"spine linear 1>1 no change\n{apart}", ("SD", "LM-5"))


def test_a_differing_human_call_stands_beside_the_computed_one() -> None:
    """LM-1. The computed call stays; a person's other call is kept beside it with its written reason."""
    final = finalise(
        form(line("hydrocephalus 1>1 worse"), overall_human="SD", overall_reason="after shunt revision")
    )
    assert (final.computed.response, final.human, final.human_reason) == ("PD", "SD", "after shunt revision")
