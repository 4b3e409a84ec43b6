"""iRANO: imaging progression in the first months of immunotherapy waits for a follow-up scan."""

from __future__ import annotations

import pytest

from tests.spec.response.visit_tables import decision

ON_TREATMENT = {"immunotherapy": "yes", "immunotherapy_start": "BL"}
EXAMPLE = """
        visit | L1 | clin   | ster | days
        BL    | 20 | STABLE | NONE |
        D55   | 26 | {}     | NONE | {}
        D146  | {} | STABLE | NONE |"""


def test_the_worked_example(spec_test):
    """IRN-2. Progression on day 55, larger 91 days later: progression, dated back to the first scan."""
    spec_test(
        EXAMPLE.format("STABLE", "", 28),
        **ON_TREATMENT,
        expect={
            "irano": {
                "D55": {"response": "PD", "rule_id": "IRN-2", "original": "PD_UNCONFIRMED", "date": "D55"},
                "D146": {"response": "PD", "original": "PD", "not_flags": ["FOLLOWUP_OUTSIDE_TARGET"]},
            }
        },
        best={"irano": {"pd_date": "D55", "pd_date_original": "D146", "pd_kind": "target"}},
    )


def test_clinical_worsening_is_progression_at_once(spec_test):
    """IRN-1. With KPS 90 to 60 on day 55: progression at once."""
    spec_test(
        """
        visit | L1 | clin   | ster | kps | days
        BL    | 20 | STABLE | NONE | 90  |
        D55   | 26 | WORSE  | NONE | 60  | 8
        D146  | 28 | WORSE  | NONE | 60  | 99""",
        **ON_TREATMENT,
        expect={
            "irano": {"D55": {"response": "PD", "rule_id": "IRN-1", "original": "PD", "pd_kind": "clinical"}}
        },
    )


@pytest.mark.parametrize(("date", "response"), [("D183", "PD_UNCONFIRMED"), ("D184", "PD")])
def test_the_window_is_six_months(spec_test, date, response):
    """IRN-1, IRN-4. Day 183 of immunotherapy is inside the window, day 184 is not."""
    spec_test(
        f"""
        visit  | L1 | clin   | ster
        BL     | 20 | STABLE | NONE
        {date} | 26 | STABLE | NONE""",
        **ON_TREATMENT,
        expect={"irano": {date: response}},
    )


def test_a_call_pending_at_the_end_of_the_window_waits_for_its_scan(spec_test):
    """IRN-2, IRN-4. A pending call goes by its follow-up, though that lies after the window."""
    spec_test(
        """
        visit | L1 | clin   | ster
        BL    | 20 | STABLE | NONE
        D180  | 30 | STABLE | NONE
        D270  | 27 | STABLE | NONE""",
        **ON_TREATMENT,
        expect={"irano": {"D180": ("PD_UNCONFIRMED", "IRN-4"), "D270": ("PD_UNCONFIRMED", "IRN-4")}},
        findings=["IRANO_UNCONFIRMED"],
        best={"irano": {"pd_date": None, "bor": "NE"}},
    )


@pytest.mark.parametrize(("size", "response"), [(16, "SD"), (14, "SD"), (20, "SD")])
def test_a_call_not_borne_out_is_withdrawn(spec_test, size, response):
    """IRN-3. The follow-up is no longer progression: the first scan goes by its size against baseline,
    never PD.
    """
    spec_test(
        EXAMPLE.format("STABLE", "", size),
        **ON_TREATMENT,
        expect={
            "irano": {
                "D55": {
                    "response": response,
                    "rule_id": "IRN-3",
                    "original": "PD_UNCONFIRMED",
                    "flags": ["PD_REFUTED", "UNVERIFIED_RULE:IRN-3"],
                }
            }
        },
        best={"irano": {"pd_date": None}},
    )


def test_a_withdrawn_call_still_below_baseline_is_a_partial_response(spec_test):
    """IRN-3. 40, 20, 26, 21 mm: the 26 is 35 % below baseline."""
    spec_test(
        """
        visit | L1 | NT1 | clin   | ster
        BL    | 40 | P   | STABLE | NONE
        D55   | 20 | P   | STABLE | NONE
        D100  | 26 | P   | STABLE | NONE
        D180  | 21 | P   | STABLE | NONE""",
        **ON_TREATMENT,
        expect={"irano": {"D100": ("PR", "IRN-3"), "D180": "PR"}},
    )


def test_withdrawn_findings_outside_the_sum(spec_test):
    """IRN-3. Withdrawn non-target progression persists; a withdrawn new lesion is under review."""
    spec_test(
        """
        visit | L1  | NT1 | new | clin   | ster
        BL    | 40  | P   |     | STABLE | NONE
        D55   | ABS | PD  | N1! | STABLE | NONE
        D146  | ABS | P   | N1x | STABLE | NONE""",
        **ON_TREATMENT,
        expect={
            "irano": {"D55": {"response": "PR", "rule_id": "IRN-3", "flags": ["NEW_LESION_UNDER_REVIEW"]}}
        },
    )


@pytest.mark.parametrize(
    ("date", "flagged"), [("D115", False), ("D114", True), ("D175", False), ("D176", True)]
)
def test_a_follow_up_far_from_three_months_is_flagged(spec_test, date, flagged):
    """IRN-2. 60 to 120 days after the call are as intended; sooner or later is flagged."""
    key = "flags" if flagged else "not_flags"
    spec_test(
        f"""
        visit  | L1 | clin   | ster
        BL     | 20 | STABLE | NONE
        D55    | 26 | STABLE | NONE
        {date} | 26 | STABLE | NONE""",
        **ON_TREATMENT,
        expect={"irano": {date: {"response": "PD", key: ["FOLLOWUP_OUTSIDE_TARGET"]}}},
    )


def test_a_scan_before_four_weeks_is_no_follow_up(spec_test):
    """IRN-4. 27 days after the call nothing is confirmed, 28 days do."""
    table = """
        visit | L1 | clin   | ster
        BL    | 20 | STABLE | NONE
        D55   | 26 | STABLE | NONE
        {}    | 30 | STABLE | NONE"""
    spec_test(
        table.format("D82"),
        **ON_TREATMENT,
        expect={"irano": {"D55": "PD_UNCONFIRMED", "D82": "PD_UNCONFIRMED"}},
    )
    spec_test(table.format("D83"), **ON_TREATMENT, expect={"irano": {"D55": "PD", "D83": ("PD", "IRN-2")}})


def test_new_lesions_inside_and_after_the_window(spec_test):
    """IRN-1, IRN-4. iRANO replaces RBM-O5: unconfirmed inside the window, progression after it."""
    spec_test(
        """
        visit | L1 | new | clin   | ster
        BL    | 20 |     | STABLE | NONE
        D55   | 20 | N1! | STABLE | NONE""",
        **ON_TREATMENT,
        expect={"irano": {"D55": ("PD_UNCONFIRMED", "IRN-4")}, "rano_bm": {"D55": "SD"}},
    )
    spec_test(
        """
        visit | L1 | new | clin   | ster
        BL    | 20 |     | STABLE | NONE
        D200  | 20 | N1! | STABLE | NONE""",
        **ON_TREATMENT,
        expect={"irano": {"D200": ("PD", "IRN-1")}, "rano_bm": {"D200": "SD"}},
    )


def test_without_imaging_progression_rano_bm_stands(spec_test):
    """IRN-0. Nothing progresses: RANO-BM as it is."""
    spec_test(
        """
        visit | L1 | clin   | ster
        BL    | 20 | STABLE | NONE
        D55   | 12 | STABLE | NONE""",
        **ON_TREATMENT,
        expect={"irano": {"D55": ("PR", "RBM-O11")}},
    )


def test_people_may_confirm_a_call(spec_test):
    """ADJ-6. IRANO_CONFIRMED does what a follow-up scan does."""
    spec_test(
        EXAMPLE.format("STABLE", "", "NE"),
        **ON_TREATMENT,
        adjudications=[decision("IRANO_CONFIRMED", "D55")],
        expect={"irano": {"D55": {"response": "PD", "original": "PD_UNCONFIRMED", "rule_id": "ADJ-6"}}},
        best={"irano": {"pd_date": "D55", "pd_date_original": None}},
    )


@pytest.mark.parametrize("kind", ["IRANO_REFUTED", "PSEUDOPROGRESSION"])
def test_people_may_refute_a_call(spec_test, kind):
    """ADJ-5. Refuted, or called pseudo-progression: as if the follow-up had shown none; under RANO-BM too."""
    spec_test(
        EXAMPLE.format("STABLE", "", "NE"),
        immunotherapy="yes",
        immunotherapy_start="BL",
        adjudications=[decision(kind, "D55")],
        expect={
            "irano": {"D55": {"response": "SD", "original": "PD_UNCONFIRMED", "flags": ["PD_REFUTED"]}},
            "rano_bm": {
                "D55": {"response": "SD", "rule_id": "ADJ-5", "original": "PD", "flags": ["PD_REFUTED"]}
            },
        },
    )


def test_a_decision_on_a_rano_call_says_nothing_to_recist(spec_test):
    """ADJ-5. RECIST knows no pseudo-progression: the call stands, and a finding says so."""
    spec_test(
        EXAMPLE.format("STABLE", "", 20),
        adjudications=[decision("PSEUDOPROGRESSION", "D55")],
        expect={"recist11": {"D55": "PD"}},
        findings=["ADJUDICATION_NOT_APPLICABLE"],
    )
