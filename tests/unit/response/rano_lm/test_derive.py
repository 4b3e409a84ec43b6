"""Time points by RANO-LM: a row a form, with its reasons, its flags and the person's differing call."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from cimara.response.criteria.rano_lm import derive_lm
from cimara.response.model import LmForm, LmItem, Patient
from cimara.response.policy import Policy
from tests.unit.response.rano_lm.forms import form, line

POLICY = Policy.preset("rano_lm_2019")
COMPOSITE = Policy.preset("rano_lm_2017")
WORSE = form(line("hydrocephalus 1>1 worse"))
STABLE = form(line("hydrocephalus 1>1 no change"), exam_change="stable", csf="POSITIVE")
REFERENCE = replace(form(visit_id="BL", reference_visit_id="BL"), date=dt.date(2024, 1, 8), csf="NEGATIVE")


def patient(*forms: LmForm) -> Patient:
    return Patient("DEMO-0001", dt.date(2024, 1, 10), lm_forms=forms)


def test_a_form_gives_a_row_with_its_rule_and_reason() -> None:
    (row,) = derive_lm(patient(WORSE), POLICY)
    assert (row.visit_id, row.compartment, row.criterion) == ("W8", "LM", "rano_lm_2019")
    assert (row.response, row.original, row.rule_id) == ("PD", "PD", "LM-1")
    assert row.reasons == ("LM_ITEM_WORSE",)
    assert row.flags == ("UNVERIFIED_RULE:LM-1",)
    assert row.citation == "Le Rhun 2019"
    assert row.pd_kind == "non-target"


def test_a_new_item_makes_it_progression_by_new_disease() -> None:
    (row,) = derive_lm(patient(form(line("hydrocephalus 0>1 worse"))), POLICY)
    assert row.pd_kind == "new"


def test_only_progression_has_a_kind() -> None:
    (row,) = derive_lm(patient(STABLE), POLICY)
    assert row.pd_kind == ""


def test_the_reference_form_compares_nothing() -> None:
    assert [row.visit_id for row in derive_lm(patient(REFERENCE, WORSE), POLICY)] == ["W8"]


def test_rows_come_by_date_and_evaluator() -> None:
    later = replace(WORSE, visit_id="W16", date=dt.date(2024, 5, 1))
    other = replace(WORSE, evaluator="R1")
    rows = derive_lm(patient(later, other, WORSE), POLICY)
    assert [(row.visit_id, row.evaluator) for row in rows] == [("W8", "INV"), ("W8", "R1"), ("W16", "INV")]


def test_a_differing_human_call_is_flagged_and_does_not_replace_the_computed_one() -> None:
    (row,) = derive_lm(patient(replace(WORSE, overall_human="SD", overall_reason="shunt")), POLICY)
    assert row.response == "PD"
    assert "LM_HUMAN_CALL_DIFFERS" in row.flags
    (agreed,) = derive_lm(patient(replace(WORSE, overall_human="PD")), POLICY)
    assert "LM_HUMAN_CALL_DIFFERS" not in agreed.flags


def test_an_incomplete_form_blocks_unless_the_policy_reports() -> None:
    emptied = form(LmItem("spine", "linear_enhancement", "1", "", ""), line("hydrocephalus 1>1 worse"))
    (blocked,) = derive_lm(patient(emptied), POLICY)
    assert (blocked.response, blocked.rule_id) == ("NE", "LM-0")
    (reported,) = derive_lm(patient(emptied), POLICY.replace(lm_incomplete="report"))
    assert (reported.response, reported.rule_id) == ("PD", "LM-1")
    assert "LM_FORM_INCOMPLETE" in reported.flags


def test_the_composite_takes_the_fluid_from_the_reference_form() -> None:
    allowed = COMPOSITE.replace(allow_unverified_tables=True)
    (row,) = derive_lm(patient(REFERENCE, STABLE), allowed)
    assert (row.response, row.rule_id) == ("SUSPECTED_PD", "LM17-2")
    (without,) = derive_lm(patient(STABLE), allowed)
    assert (without.response, without.rule_id) == ("UNDETERMINED", "LM17-9")


def test_the_composite_is_gated_by_the_policy() -> None:
    (row,) = derive_lm(patient(REFERENCE, STABLE), COMPOSITE)
    assert (row.response, row.rule_id) == ("UNDETERMINED", "LM17-2")


def test_the_composite_takes_the_fluid_of_the_same_evaluator() -> None:
    other = replace(REFERENCE, evaluator="R1", csf="POSITIVE")
    allowed = COMPOSITE.replace(allow_unverified_tables=True)
    (row,) = derive_lm(patient(other, REFERENCE, STABLE), allowed)
    assert row.rule_id == "LM17-2"


def test_a_composite_by_a_scorecard_carries_the_flag_of_its_derivation() -> None:
    (row,) = derive_lm(patient(REFERENCE, WORSE), COMPOSITE)
    assert (row.response, row.rule_id) == ("PD", "LM17-1")
    assert row.flags == ("UNVERIFIED_RULE:LM-1",)
