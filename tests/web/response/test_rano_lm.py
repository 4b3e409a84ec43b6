"""The RANO-LM form: never final with an empty item, each named with a way to it; then printed."""

from __future__ import annotations

import csv
import io

import pytest

from cimara.response.criteria.rano_lm.derivation_2019 import call_2019
from cimara.response.worksheet.lm_sheet import read_form
from cimara_web.response import lm_words
from tests.unit.response.worksheet.test_lm_sheet import COMPLETE
from tests.web.conftest import Visitor
from tests.web.finder.test_path import text

PAGE = "/response/rano-lm/"
NEEDED = [
    name
    for name, value in COMPLETE.items()
    if value and name not in ("patient", "evaluator", "brain.nodules.fewer")
]


@pytest.mark.parametrize("do", ["final", "csv"])
@pytest.mark.parametrize("name", NEEDED)
def test_a_form_with_an_empty_item_is_never_final(visitor: Visitor, name: str, do: str) -> None:
    response = visitor.post(PAGE, **{**COMPLETE, name: ""}, do=do)
    page = response.content.decode()
    assert response["Content-Type"].startswith("text/html")
    assert f'<a href="#{name}">' in page
    assert "can’t be made final" in page
    assert 'id="final-title"' not in page


def test_an_empty_form_names_each_item(visitor: Visitor) -> None:
    said = text(visitor.post(PAGE, do="check"))
    assert "Not final: 25 things to do" in said
    assert "Spine, Leptomeningeal linear enhancement: At follow-up is missing." in said
    assert "The date of the last lumbar puncture, or “none”, is missing." in said


def test_a_contradiction_is_explained_with_what_fits(visitor: Visitor) -> None:
    said = text(visitor.post(PAGE, **{**COMPLETE, "brain.hydrocephalus.followup": "1"}))
    assert "Change since then does not agree with what was seen then and now. What fits: Worse." in said


def test_a_complete_form_shows_the_computed_call_and_that_it_is_unverified(visitor: Visitor) -> None:
    said = text(visitor.post(PAGE, **COMPLETE, do="check"))
    computed = call_2019(read_form(COMPLETE).form)
    assert f"Complete. Computed call: {computed.response}" in said
    assert "Rule LM-4 is not yet checked against the printed source" in said


def test_a_final_form_is_a_sheet_with_every_item(visitor: Visitor) -> None:
    said = text(visitor.post(PAGE, **COMPLETE, do="final"))
    assert "RANO-LM 2019, final: PR" in said
    assert (
        "Brain: Nodules, subarachnoid or ventricular 1, present 1, present Improved 8 x 6.5 fewer than three"
        in said
    )
    assert "DEMO · read by R1 · reference 5 January 2026 · follow-up 2 March 2026" in said


def test_a_call_of_the_reader_needs_a_reason_and_stands_beside_the_computed_one(visitor: Visitor) -> None:
    without = text(visitor.post(PAGE, **COMPLETE, overall_human="SD", do="final"))
    assert "Write why your call differs from the computed one." in without
    said = text(visitor.post(PAGE, **COMPLETE, overall_human="SD", overall_reason="Artefact", do="final"))
    assert "final: SD" in said
    assert "Computed call PR" in said
    assert "Call of the reader SD Artefact" in said


def test_the_rows_are_those_of_the_tidy_table(visitor: Visitor) -> None:
    response = visitor.post(PAGE, **COMPLETE, do="csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 7
    assert {row["reference_scan_date"] for row in rows} == {"2026-01-05"}
    assert response["Cache-Control"] == "no-store"


def test_everything_typed_stays(visitor: Visitor) -> None:
    page = visitor.post(PAGE, **{**COMPLETE, "date": "soon <b>"}, do="check").content.decode()
    assert 'name="date" value="soon &lt;b&gt;"' in page
    assert 'name="brain.nodules.n1y" value="6.5"' in page
    assert 'name="brain.nodules.fewer" value="yes" checked' in page


@pytest.mark.parametrize(
    "fields", [{"brain.nodules.change": "\x00"}, {"overall_human": "<script>"}, {"x": "y"}]
)
def test_odd_input_is_no_fault_of_ours(visitor: Visitor, fields: dict[str, str]) -> None:
    response = visitor.post(PAGE, **{**COMPLETE, **fields}, do="final")
    assert response.status_code == 200
    assert b"<script>" not in response.content


def test_every_reason_of_the_derivation_has_words() -> None:
    import inspect
    import re

    from cimara.response.criteria.rano_lm import derivation_2019

    codes = set(re.findall(r'"(LM_[A-Z_]+)"', inspect.getsource(derivation_2019)))
    assert codes - {"LM_FORM_CONTRADICTORY"} == set(lm_words.REASONS)
