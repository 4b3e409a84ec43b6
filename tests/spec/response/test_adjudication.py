"""Decisions made later: what they change, and what stays."""

from __future__ import annotations

import pytest

from tests.spec.response.visit_tables import decision

EQUIVOCAL = """
    visit | L1@liver | new
    BL    | 30       |
    W8    | 30       | N1?
    W16   | 30       | N1?"""


def test_a_new_lesion_confirmed_by_decision(spec_test):
    """ADJ-1. The equivocal lesion is unequivocal from its first scan; the call of the day stays beside it."""
    spec_test(
        EQUIVOCAL,
        adjudications=[decision("NEW_LESION_CONFIRMED", lesion="N1", event_id="E1")],
        expect={
            "recist11": {
                "W8": {"response": "PD", "original": "SD", "flags": ["BACKDATED"], "adjudications": ("E1",)},
                "W16": "PD",
            }
        },
        best={"recist11": {"pd_date": "W8", "pd_date_original": None, "pd_kind": "new"}},
    )


def test_a_new_lesion_refuted_by_decision(spec_test):
    """ADJ-2. The lesion is ignored."""
    spec_test(
        """
        visit | L1@liver | new
        BL    | 30       |
        W8    | 30       | N1!""",
        adjudications=[decision("NEW_LESION_REFUTED", lesion="N1")],
        expect={"recist11": {"W8": {"response": "SD", "original": "PD", "new_lesion": "NO"}}},
    )


def test_radiation_necrosis_stays_at_its_nadir(spec_test):
    """ADJ-3. From the named visit growth no longer counts; the lesion stays in the sum at its smallest
    size.
    """
    spec_test(
        """
        visit | L1 | L2 | clin   | ster
        BL    | 20 | 20 | STABLE | NONE
        W8    | 15 | 15 | STABLE | NONE
        W16   | 30 | 15 | STABLE | NONE
        W24   | 30 | 24 | STABLE | NONE""",
        adjudications=[decision("RADIATION_NECROSIS", "W16", "L1", basis="pathology")],
        expect={
            "rano_bm": {
                "W8": {"response": "SD", "not_flags": ["RN"]},
                "W16": {"response": "SD", "original": "PD", "sum": 300, "flags": ["RN"]},
                "W24": {"response": "PD", "sum": 390},
            }
        },
        best={"rano_bm": {"pd_date": "W24", "pd_date_original": "W16"}},
    )


def test_radiation_necrosis_that_shrinks_counts_with_its_size(spec_test):
    """ADJ-3. Its nadir is the smallest size so far: a smaller size than before lowers it, none is
    invented.
    """
    spec_test(
        """
        visit | L1 | clin   | ster
        BL    | 20 | STABLE | NONE
        W8    | 30 | STABLE | NONE
        W16   | 13 | STABLE | NONE
        W24   | ND | STABLE | NONE""",
        adjudications=[decision("RADIATION_NECROSIS", "W8", "L1")],
        expect={
            "rano_bm": {
                "W8": {"response": "SD", "sum": 200},
                "W16": {"response": "PR", "sum": 130},
                "W24": {"response": "NE", "sum": None},
            }
        },
    )


def test_radiation_necrosis_outside_the_sum(spec_test):
    """ADJ-3. A non-target or a new lesion that is radiation necrosis is no progression either."""
    spec_test(
        """
        visit | L1 | NT1 | new | clin   | ster
        BL    | 20 | P   |     | STABLE | NONE
        W8    | 20 | PD  | N1! | STABLE | NONE""",
        adjudications=[
            decision("RADIATION_NECROSIS", "W8", "NT1"),
            decision("RADIATION_NECROSIS", "W8", "N1"),
        ],
        expect={"rano_bm": {"W8": {"response": "SD", "original": "PD", "flags": ["RN"]}}},
    )


def test_radiation_necrosis_outside_the_sum_is_no_return_of_the_disease(spec_test):
    """ADJ-3. A non-target lesion that was gone and shows again as radiation necrosis counts as gone; before
    the named visit it is progression as any other.
    """
    spec_test(
        """
        visit | L1  | NT1 | clin   | ster
        BL    | 20  | P   | STABLE | NONE
        W8    | ABS | A   | STABLE | NONE
        W16   | ABS | P   | STABLE | NONE
        W24   | ABS | PD  | STABLE | NONE""",
        adjudications=[decision("RADIATION_NECROSIS", "W16", "NT1")],
        expect={
            "rano_bm": {
                "W8": {"response": "CR", "not_flags": ["RN"]},
                "W16": {"response": "CR", "original": "PD", "nontarget": "CR", "flags": ["RN"]},
                "W24": {"response": "CR", "original": "PD"},
            },
            "recist11": {"W16": "CR", "W24": "CR"},
        },
        best={"rano_bm": {"pd_date": None, "pd_date_original": "W16"}},
    )
    spec_test(
        """
        visit | L1  | NT1 | clin   | ster
        BL    | 20  | P   | STABLE | NONE
        W8    | ABS | A   | STABLE | NONE
        W16   | ABS | P   | STABLE | NONE
        W24   | ABS | P   | STABLE | NONE""",
        adjudications=[decision("RADIATION_NECROSIS", "W24", "NT1")],
        expect={"rano_bm": {"W16": {"response": "PD", "reasons": ["REAPPEARED:NT1"]}, "W24": "CR"}},
    )


def test_radiation_necrosis_that_was_never_gone_persists(spec_test):
    """ADJ-3. A non-target lesion that was always seen stays non-target disease that persists."""
    spec_test(
        """
        visit | L1  | NT1 | clin   | ster
        BL    | 20  | P   | STABLE | NONE
        W8    | ABS | PD  | STABLE | NONE""",
        adjudications=[decision("RADIATION_NECROSIS", "W8", "NT1")],
        expect={"rano_bm": {"W8": {"response": "PR", "nontarget": "NON-CR/NON-PD"}}},
    )


def test_radiation_necrosis_withdrawn(spec_test):
    """ADJ-4. From the named visit growth counts again."""
    spec_test(
        """
        visit | L1 | clin   | ster
        BL    | 20 | STABLE | NONE
        W8    | 30 | STABLE | NONE
        W16   | 32 | STABLE | NONE""",
        adjudications=[
            decision("RADIATION_NECROSIS", "W8", "L1", on="W10"),
            decision("RN_WITHDRAWN", "W16", "L1", on="W20"),
        ],
        expect={
            "rano_bm": {
                "W8": {"response": "SD", "flags": ["RN"]},
                "W16": {"response": "PD", "not_flags": ["RN"]},
            }
        },
    )


@pytest.mark.parametrize(("as_of", "response"), [("W19", "SD"), ("W20", "PD"), ("W30", "SD")])
def test_a_past_analysis_can_be_repeated(spec_test, as_of, response):
    """ADJ-1, ADJ-2. Only what was decided by `as_of` counts; the later decision on a lesion holds."""
    spec_test(
        EQUIVOCAL,
        as_of=as_of,
        adjudications=[
            decision("NEW_LESION_CONFIRMED", lesion="N1", on="W20"),
            decision("NEW_LESION_REFUTED", lesion="N1", on="W30"),
        ],
        expect={"recist11": {"W8": response}},
    )


def test_an_event_may_supersede_another(spec_test):
    """ADJ-1. A superseded event no longer holds, and is not deleted."""
    spec_test(
        EQUIVOCAL,
        adjudications=[
            decision("NEW_LESION_CONFIRMED", lesion="N1", on="W20", event_id="E1"),
            decision("RADIATION_NECROSIS", "W8", "N1", on="W24", event_id="E2", supersedes="E1"),
        ],
        expect={"recist11": {"W8": {"response": "SD", "adjudications": ("E2",)}}},
    )


def test_two_contradictory_decisions_of_one_day(spec_test):
    """ADJ-1, ADJ-2. Neither applies, and a finding names the conflict."""
    spec_test(
        EQUIVOCAL,
        adjudications=[
            decision("NEW_LESION_CONFIRMED", lesion="N1", on="W20"),
            decision("NEW_LESION_REFUTED", lesion="N1", on="W20"),
        ],
        expect={"recist11": {"W8": {"response": "SD", "flags": ["NEW_EQUIVOCAL"]}}},
        findings=["ADJUDICATION_CONFLICT"],
    )


def test_a_decision_on_something_unknown(spec_test):
    """ADJ-1. A decision on a lesion that nobody recorded is named and does nothing."""
    spec_test(
        EQUIVOCAL,
        adjudications=[decision("NEW_LESION_CONFIRMED", lesion="N9")],
        expect={"recist11": {"W8": "SD"}},
        findings=["ADJUDICATION_TARGET_UNKNOWN"],
    )
