"""Visits with scans of several days: which of them dates the response."""

from __future__ import annotations

import pytest

from tests.spec.response.visit_tables import day

TABLE = """
    visit | L1@liver | NT1 | new
    BL    | 30       | P   |
    W8    | {size}   | {other} | {new}"""
D3 = {("NT1", "W8"): {"date": day("D59")}}
CHOICE = "UNVERIFIED_RULE:DAT-1"


@pytest.mark.parametrize(
    ("size", "other", "response"),
    [("30", "P", "SD"), ("20", "P", "PR"), ("36", "P", "PD"), ("30", "PD", "PD")],
)
def test_the_last_scan_dates_a_response_and_a_sum(spec_test, size, other, response):
    """DAT-1. No guideline says which of several scans dates a response, or progression of what was there
    before: it is the last one, flagged.
    """
    spec_test(
        TABLE.format(size=size, other=other, new=""),
        measured=D3,
        expect={"recist11": {"W8": {"response": response, "flags": [CHOICE]}}},
        best={"recist11": {"flags": (CHOICE,)}},
    )


def test_a_new_lesion_dates_progression_by_guideline(spec_test):
    """DAT-1. A new lesion dates progression at the day on which it was seen, which is verified; with the
    policy's other choices it isn't.
    """
    spec_test(
        TABLE.format(size="30", other="P", new="N1!"),
        measured=D3,
        expect={
            "recist11": {"W8": {"response": "PD", "date": "W8", "not_flags": [CHOICE]}},
            ("recist11", "pd_date_in_visit=last_scan"): {"W8": {"date": "D59", "flags": [CHOICE]}},
        },
    )


def test_scans_of_one_day_leave_no_choice(spec_test):
    """DAT-1. Where all scans are of one day, nothing is flagged."""
    spec_test(
        TABLE.format(size="30", other="P", new=""),
        expect={"recist11": {"W8": {"response": "SD", "not_flags": [CHOICE]}}},
        best={"recist11": {"flags": ()}},
    )
