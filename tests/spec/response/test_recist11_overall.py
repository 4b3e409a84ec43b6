"""RECIST 1.1: the parts of a visit joined to one response."""

from __future__ import annotations

import pytest

from cimara.terms.response import SizeStatus


@pytest.mark.parametrize(
    ("target", "nontarget", "new", "response", "rule"),
    [
        ("ABS", "A", "N1!", "PD", "R11-O1"),
        ("40", "A", "", "PD", "R11-O2"),
        ("ABS", "PD", "", "PD", "R11-O3"),
        ("ABS", "A", "", "CR", "R11-O4"),
        ("ABS", "P", "", "PR", "R11-O5"),
        ("ABS", "NE", "", "PR", "R11-O5"),
        ("15", "A", "", "PR", "R11-O6"),
        ("15", "P", "", "PR", "R11-O6"),
        ("15", "NE", "", "PR", "R11-O6"),
        ("30", "A", "", "SD", "R11-O7"),
        ("30", "NE", "", "SD", "R11-O7"),
        ("NE", "A", "", "NE", "R11-O8"),
        ("NE", "PD", "", "PD", "R11-O3"),
    ],
)
def test_targets_and_other_disease(spec_test, target, nontarget, new, response, rule):
    """R11-O1, R11-O2, R11-O3, R11-O4, R11-O5, R11-O6, R11-O7, R11-O8. The published table, row by row."""
    spec_test(
        f"""
        visit | L1@liver | NT1         | new
        BL    | 30       | P           |
        W8    | {target} | {nontarget} | {new}""",
        expect={"recist11": {"W8": (response, rule)}},
    )


@pytest.mark.parametrize(("states", "response"), [("A", "CR"), ("P", "NON-CR/NON-PD"), ("NE", "NE")])
def test_without_targets_the_non_target_word_stands(spec_test, states, response):
    """R11-N1. No targets at baseline: the overall response is the non-target word."""
    spec_test(
        f"""
        visit | NT1
        BL    | P
        W8    | {states}""",
        expect={"recist11": {"W8": (response, "R11-N1")}},
    )


def test_no_disease_at_baseline(spec_test):
    """R11-N2. Neither targets nor non-targets: no evidence of disease, until a lesion is new."""
    spec_test(
        """
        visit | new
        BL    |
        W8    |
        W16   | N1!""",
        expect={
            "recist11": {
                "W8": {"response": "NED", "rule_id": "R11-N2", "flags": ["UNVERIFIED_RULE:R11-N2"]},
                "W16": "PD",
            }
        },
    )


def test_an_equivocal_lesion_may_hold_back_a_complete_response(spec_test):
    """R11-O9, R11-N3. With `equivocal_new = block_cr` a complete response waits."""
    spec_test(
        """
        visit | L1@liver | new
        BL    | 30       |
        W8    | ABS      | N1?""",
        expect={
            "recist11": {"W8": {"response": "CR", "flags": ["NEW_EQUIVOCAL"]}},
            ("recist11", "equivocal_new=block_cr"): {"W8": ("PR", "R11-O9")},
        },
    )
    spec_test(
        """
        visit | NT1 | new
        BL    | P   |
        W8    | A   | N1?""",
        expect={("recist11", "equivocal_new=block_cr"): {"W8": ("NON-CR/NON-PD", "R11-N3")}},
    )


def test_one_non_target_lesion_not_seen(spec_test):
    """R11-NT. One not assessed: not evaluable; `nt_partial = by_seen` lets a persisting one speak."""
    spec_test(
        """
        visit | NT1 | NT2
        BL    | P   | P
        W8    | P   | NE
        W16   | A   | NE
        W24   | PD  | NE""",
        expect={
            "recist11": {"W8": "NE", "W16": "NE", "W24": "PD"},
            ("recist11", "nt_partial=by_seen"): {"W8": "NON-CR/NON-PD", "W16": "NE"},
        },
    )


def test_a_non_target_node_is_gone_below_ten_millimetres(spec_test):
    """R11-NT. A node outside the sum counts as gone once its short axis is normal."""
    spec_test(
        """
        visit | NT1
        BL    | P
        W8    | P
        W16   | P""",
        lesions={"NT1": {"is_node": True}},
        measured={
            ("NT1", "W8"): {"status": SizeStatus.MEASURED, "short_axis": 100},
            ("NT1", "W16"): {"status": SizeStatus.MEASURED, "short_axis": 99},
        },
        expect={"recist11": {"W8": "NON-CR/NON-PD", "W16": "CR"}},
    )


def test_an_equivocal_lesion_counts_from_its_first_scan(spec_test):
    """R11-NEW. Once unequivocal, the lesion is progression from its first scan; once gone in between, it
    is not.
    """
    spec_test(
        """
        visit | L1@liver | new
        BL    | 30       |
        W8    | 30       | N1?
        W16   | 30       | N1!""",
        expect={
            "recist11": {
                "W8": {
                    "response": "PD",
                    "original": "SD",
                    "flags": ["BACKDATED", "UNVERIFIED_RULE:R11-NEW"],
                },
                "W16": {"response": "PD", "not_flags": ["UNVERIFIED_RULE:R11-NEW"]},
            }
        },
        best={"recist11": {"pd_date": "W8", "flags": ("UNVERIFIED_RULE:R11-NEW",)}},
    )
    spec_test(
        """
        visit | L1@liver | new
        BL    | 30       |
        W8    | 30       | N1?
        W16   | 30       | N1x
        W24   | 30       | N1!""",
        expect={"recist11": {"W8": "SD", "W16": "SD", "W24": "PD"}},
    )


def test_a_compartment_of_its_own(spec_test):
    """R11-O2. RECIST may look at the CNS only, or at the rest of the body only."""
    spec_test(
        """
        visit | L1 | L2@liver
        BL    | 30 | 30
        W8    | 30 | 40""",
        expect={
            ("recist11", "compartment=CNS"): {"W8": {"response": "SD", "sum": 300, "compartment": "CNS"}},
            ("recist11", "compartment=SYS"): {"W8": {"response": "PD", "sum": 400}},
            "recist11": {"W8": {"response": "SD", "sum": 700}},
        },
    )
