"""A report that a portal keeps shows where and by which rule; no value, id, or number made of one."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.cohort.findings import Finding, Severity, finding_frame
from cimara.cohort.report.value_free import value_free, with_rules


def free(**fields: object) -> dict[str, object]:
    """One finding, freed of values."""
    one = Finding(severity=Severity.ERROR, rule="RANGE", table="Patient", field="age_at_anchor", **fields)
    return value_free(finding_frame([one])).row(0, named=True)


@pytest.mark.parametrize(("hint", "shown"), [
    ("Looks like cGy; enter 18.", "Looks like cGy; enter the converted number."),
    ("Looks like mm3; enter 5.82.", "Looks like mm3; enter the converted number."),
    ("diameter in cm? enter 16; or volume in mm3? enter 1.7",
     "diameter in cm? enter the converted number; or volume in mm3? enter the converted number"),
    ("7 is melanoma in REDCap; enter melanoma.", "That number is melanoma in REDCap; enter melanoma."),
    ("Add DA01-P0042-L02 to brain_lesion, or correct lesion_id.",
     "Add the row that it names to brain_lesion, or correct lesion_id."),
    ("Enter 90 for every age of 90 or more, with age_topcoded = yes.",
     "Enter 90 for every age of 90 or more, with age_topcoded = yes."),
    ("KPS goes from 0 to 100 in steps of 10.", "KPS goes from 0 to 100 in steps of 10."),
    ("Did you mean melanoma?", "Did you mean melanoma?"),
])  # fmt: skip
def test_hints_keep_what_would_be_right_and_lose_what_was_there(hint: str, shown: str) -> None:
    assert free(hint=hint)["hint"] == shown


def test_message_record_and_patient_are_gone_and_the_place_stays() -> None:
    one = free(
        message="Patient row 4: age_at_anchor is 131, allowed 18..90", record="DA01-P0042",
        row=4, file="a.csv", patient_id="DA01-P0042", value_kind="integer",
    )  # fmt: skip
    assert (one["message"], one["record"], one["patient_id"]) == ("kind of value integer", "", "no. 1")
    assert (one["file"], one["row"], one["value_kind"]) == ("a.csv", 4, "integer")


def test_patients_are_still_told_apart() -> None:
    ids = ("DA01-P0002", "DA01-P0001", "DA01-P0002")
    findings = finding_frame(Finding(severity=Severity.ERROR, rule="RANGE", patient_id=one) for one in ids)
    assert value_free(findings)["patient_id"].n_unique() == 2


def test_the_table_to_take_away_says_what_each_rule_asks() -> None:
    told = with_rules(value_free(finding_frame([Finding(severity=Severity.ERROR, rule="TYPE")])))
    assert told["rule_says"][0] == "a cell of a number or day holds a number"
    assert not {"message", "record", "patient_id"} & set(told.columns)


def test_no_finding_gives_an_empty_table() -> None:
    assert value_free(finding_frame()).height == 0
    assert with_rules(value_free(finding_frame())).schema["rule_says"] == pl.String
