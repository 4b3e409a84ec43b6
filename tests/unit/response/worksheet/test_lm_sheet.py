"""The RANO-LM form as fields: each thing that is missing or wrong leads to its field."""

from __future__ import annotations

import csv
import io

import pytest

from cimara.response.criteria.rano_lm.final import finalise
from cimara.response.criteria.rano_lm.scorecard import scorecard
from cimara.response.worksheet.lm_sheet import field_names, form_csv, item_key, read_form

COMPLETE = {
    "patient": "DEMO",
    "evaluator": "R1",
    "reference_scan_date": "2026-01-05",
    "date": "2026-03-02",
    "last_lumbar_puncture": "none",
    "treatment_since_reference": "intrathecal therapy",
    **{
        f"{item_key(line)}.{part}": word
        for line in scorecard()
        for part, word in (
            ("reference", "0"),
            ("followup", "0"),
            ("change", "no change" if line.counted else ""),
        )
    },
    "brain.nodules.reference": "1",
    "brain.nodules.followup": "1",
    "brain.nodules.change": "improved",
    "brain.nodules.n1x": "8",
    "brain.nodules.n1y": "6.5",
    "brain.nodules.fewer": "yes",
}


def problems(**changed: str) -> dict[str, str]:
    """Field and fault of each problem of the complete form with some fields changed."""
    fields = {**COMPLETE, **{name.replace("__", "."): value for name, value in changed.items()}}
    return {one.field: one.problem.fault.value for one in read_form(fields).problems}


def test_a_complete_form_is_final_with_a_flagged_call() -> None:
    reading = read_form(COMPLETE)
    assert reading.problems == ()
    final = finalise(reading.form)
    assert (final.computed.response, final.computed.rule_id) == ("PR", "LM-4")
    assert final.computed.flags == ("UNVERIFIED_RULE:LM-4",)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in COMPLETE
        if COMPLETE[name] and name not in ("patient", "evaluator", "brain.nodules.fewer")
    ],
)
def test_each_empty_field_is_named(name: str) -> None:
    found = read_form({**COMPLETE, name: ""})
    assert name in {one.field for one in found.empty}


def test_an_empty_form_names_all_that_it_asks_for() -> None:
    asked = {one.field for one in read_form({}).empty}
    assert {name for name in asked if name.startswith("brain.nodules")} == {
        f"brain.nodules.{part}" for part in ("reference", "followup", "change")
    }
    assert len(asked) == 4 + 3 * len(scorecard())


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"spine__nodules__followup": "1"}, "spine.nodules.change"),
        ({"reference_scan_date": "2026-04-01"}, "reference_scan_date"),
        ({"date": "March"}, "date"),
        ({"brain__nodules__n1y": "wide"}, "brain.nodules.n1y"),
        ({"brain__nodules__n1y": "5"}, "brain.nodules.n1x"),
        ({"brain__hydrocephalus__followup": "maybe"}, "brain.hydrocephalus.followup"),
        ({"overall_human": "fine"}, "overall_human"),
    ],
)
def test_what_contradicts_or_cannot_be_read_leads_to_its_field(changed: dict[str, str], field: str) -> None:
    assert problems(**changed)[field] in ("CONTRADICTION", "UNREADABLE")


def test_a_differing_call_needs_its_reason() -> None:
    assert problems(overall_human="SD") == {"overall_reason": "EMPTY"}
    assert problems(overall_human="SD", overall_reason="artefact") == {}
    assert problems(overall_human="PR") == {}


def test_sizes_are_asked_for_until_there_are_three_or_fewer_is_ticked() -> None:
    assert problems(brain__nodules__fewer="") == {"brain.nodules.n2x": "EMPTY"}


def test_the_rows_hold_every_item_and_the_call() -> None:
    rows = list(csv.DictReader(io.StringIO(form_csv(read_form({**COMPLETE, "overall_human": "PR"}).form))))
    assert [(row["region"], row["item"]) for row in rows] == [(one.region, one.item) for one in scorecard()]
    assert {row["overall_human"] for row in rows} == {"PR"}
    assert (rows[0]["n1x_mm"], rows[0]["n1y_mm"], rows[0]["fewer_than_three"]) == ("8.0", "6.5", "yes")


def test_no_field_is_doubled() -> None:
    assert len(set(field_names())) == len(field_names())
