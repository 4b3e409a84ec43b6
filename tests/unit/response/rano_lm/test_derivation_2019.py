"""The decision table of the scorecard of 2019, and what it is fed."""

from __future__ import annotations

from cimara.response.criteria.rano_lm.derivation_2019 import TABLE, call_2019
from cimara.response.model import LmItem
from cimara.response.tables import load_table
from cimara.terms.response import Response
from tests.unit.response.rano_lm.forms import form, line


def test_every_row_of_the_guideline_is_unverified_until_its_footnotes_are_transcribed() -> None:
    status = {row.rule_id: row.status for row in load_table(TABLE).rows}
    assert {rule for rule, word in status.items() if word == "U"} == {"LM-1", "LM-2", "LM-3", "LM-4", "LM-5"}


def test_every_guideline_call_is_flagged_unverified() -> None:
    assert call_2019(form(line("hydrocephalus 1>1 worse"))).flags == ("UNVERIFIED_RULE:LM-1",)


def test_a_call_names_its_source() -> None:
    assert call_2019(form(line("hydrocephalus 1>1 worse"))).citation == "Le Rhun 2019"


def test_new_and_worse_are_told_apart() -> None:
    call = call_2019(form(line("hydrocephalus 1>1 worse"), line("spine linear 0>1 worse")))
    assert call.reasons == ("LM_ITEM_NEW", "LM_ITEM_WORSE")
    assert call_2019(form(line("spine linear 0>1 worse"))).reasons == ("LM_ITEM_NEW", "LM_NONE_AT_REFERENCE")


def test_on_import_an_empty_item_counts_as_not_evaluable_and_is_flagged() -> None:
    emptied = form(LmItem("brain", "hydrocephalus", "1", "", ""), line("spine linear 1>1 no change"))
    call = call_2019(emptied, report_incomplete=True)
    assert (call.response, call.rule_id) == (Response.NE, "LM-2")
    assert call.flags == ("UNVERIFIED_RULE:LM-2", "LM_FORM_INCOMPLETE")


def test_on_import_what_is_worse_is_still_seen_in_an_incomplete_form() -> None:
    emptied = form(LmItem("brain", "hydrocephalus", "1", "", ""), line("spine linear 1>1 worse"))
    assert call_2019(emptied, report_incomplete=True).response is Response.PD


def test_on_import_a_contradictory_item_is_not_believed() -> None:
    call = call_2019(form(line("hydrocephalus 1>0 worse")), report_incomplete=True)
    assert (call.response, call.rule_id) == (Response.NE, "LM-2")
    assert call.flags == ("UNVERIFIED_RULE:LM-2", "LM_FORM_CONTRADICTORY")


def test_on_import_items_left_out_of_the_form_leave_a_response_possible_but_never_complete() -> None:
    only = form(items=(line("hydrocephalus 1>0 improved"),))
    call = call_2019(only, report_incomplete=True)
    assert (call.response, call.rule_id) == (Response.PR, "LM-4")
    assert "LM_CR_EXCLUDED_BY_UNSEEN_ITEM" in call.reasons


def test_an_empty_header_does_not_keep_the_response_back() -> None:
    assert call_2019(form(line("hydrocephalus 1>1 worse"), last_lumbar_puncture="")).flags == (
        "UNVERIFIED_RULE:LM-1",
    )
