"""iRECIST: a progression on immunotherapy waits for confirmation."""

from __future__ import annotations


def test_without_progression_the_words_carry_an_i(spec_test):
    """IR-1. Nothing pending: the RECIST word with an i."""
    spec_test(
        """
        visit | L1@liver | NT1
        BL    | 50       | P
        W8    | 45       | P
        W16   | 30       | P
        W24   | ABS      | A""",
        expect={"irecist": {"W8": ("iSD", "IR-1"), "W16": ("iPR", "IR-1"), "W24": ("iCR", "IR-1")}},
    )
    spec_test(
        """
        visit | NT1
        BL    | P
        W8    | P""",
        expect={"irecist": {"W8": ("NON-iCR/NON-iUPD", "IR-1")}},
    )


def test_small_steps_add_up(spec_test):
    """IR-2, IR-3, IR-9. 50, 62, 65, 67 mm: unconfirmed, unconfirmed, confirmed, dated at the 62."""
    spec_test(
        """
        visit | L1@liver
        BL    | 50
        W8    | 62
        W16   | 65
        W24   | 67""",
        expect={
            "irecist": {
                "W8": ("iUPD", "IR-2"),
                "W16": ("iUPD", "IR-9"),
                "W24": {
                    "response": "iCPD",
                    "rule_id": "IR-3",
                    "pd_kind": "target",
                    "flags": ["CONFIRM_LATE"],
                },
            }
        },
        best={"irecist": {"bor": "iCPD", "pd_date": "W8", "pd_date_original": "W24"}},
    )


def test_non_target_growth_of_any_amount_confirms(spec_test):
    """IR-4. Non-target disease that was unconfirmed and grew further, by any amount."""
    spec_test(
        """
        visit | L1@liver | NT1
        BL    | 50       | P
        W8    | 50       | PD+
        W12   | 50       | PD=
        W16   | 50       | PD+""",
        expect={
            "irecist": {
                "W8": ("iUPD", "IR-2"),
                "W12": ("iUPD", "IR-9"),
                "W16": {"response": "iCPD", "rule_id": "IR-4", "pd_kind": "non-target"},
            }
        },
    )


def test_new_lesions_confirm_by_growth_or_by_number(spec_test):
    """IR-5. The measured new lesions grow by 5 mm, another one grows at all, or one more appears."""
    table = """
        visit | L1@liver | new
        BL    | 50       |
        W8    | 50       | {}
        W12   | 50       | {}"""
    for before, now, response in (
        ("N1!12", "N1!17", "iCPD"),
        ("N1!12", "N1!16.9", "iUPD"),
        ("N1!12 N2!12", "N1!15 N2!14", "iCPD"),
        ("N1!6", "N1!7", "iCPD"),
        ("N1!", "N1!+", "iCPD"),
        ("N1!", "N1!=", "iUPD"),
        ("N1!", "N1! N2!", "iCPD"),
    ):
        rule = "IR-5" if response == "iCPD" else "IR-9"
        spec_test(
            table.format(before, now), expect={"irecist": {"W8": ("iUPD", "IR-2"), "W12": (response, rule)}}
        )


def test_progression_of_another_part_confirms(spec_test):
    """IR-6. Targets progressed first; now a new lesion, or other disease."""
    spec_test(
        """
        visit | L1@liver | NT1 | new
        BL    | 50       | P   |
        W8    | 62       | P   |
        W12   | 62       | P   | N1!""",
        expect={
            "irecist": {"W12": {"response": "iCPD", "rule_id": "IR-6", "reasons": ["CONFIRMED_BY_OTHER"]}}
        },
        best={"irecist": {"pd_date": "W8"}},
    )


def test_the_bar_is_reset(spec_test):
    """IR-7. No longer progression over the nadir: the word stands, and a later progression is unconfirmed
    again.
    """
    spec_test(
        """
        visit | L1@liver
        BL    | 50
        W8    | 62
        W12   | 52
        W20   | 62""",
        expect={"irecist": {"W8": "iUPD", "W12": ("iSD", "IR-7"), "W20": ("iUPD", "IR-2")}},
        best={"irecist": {"bor": "iSD", "pd_date": None}},
    )
    spec_test(
        """
        visit | L1@liver | new
        BL    | 50       |
        W8    | 50       | N1!12
        W12   | 30       | N1!12
        W20   | 30       | N1!12
        W28   | ABS      | N1!12
        W36   | ABS      | N1x
        W44   | ABS      | N2!""",
        expect={
            "irecist": {
                "W12": ("iPR", "IR-7"),
                "W20": ("iPR", "IR-1"),
                "W28": ("iPR", "IR-1"),
                "W36": ("iCR", "IR-1"),
                "W44": ("iUPD", "IR-2"),
            }
        },
    )


def test_a_settled_new_lesion_that_grows_counts_again(spec_test):
    """IR-2. A new lesion that stayed after a reset counts again once it grows by 5 mm."""
    spec_test(
        """
        visit | L1@liver | new
        BL    | 50       |
        W8    | 50       | N1!12
        W12   | 30       | N1!12
        W20   | 30       | N1!17""",
        expect={"irecist": {"W12": ("iPR", "IR-7"), "W20": ("iUPD", "IR-2")}},
    )


def test_a_visit_that_shows_nothing_keeps_the_call_pending(spec_test):
    """IR-8. Not evaluable; the pending call waits on."""
    spec_test(
        """
        visit | L1@liver
        BL    | 50
        W8    | 62
        W12   | NE
        W16   | 67""",
        expect={
            "irecist": {"W12": ("NE", "IR-8"), "W16": {"response": "iCPD", "not_flags": ["CONFIRM_LATE"]}}
        },
        best={"irecist": {"pd_date": "W8"}},
    )


def test_confirmation_not_before_four_weeks(spec_test):
    """IR-9. 27 days after the first progression nothing confirms; 28 days do."""
    table = """
        visit | L1@liver
        BL    | 50
        D56   | 62
        {}    | 67"""
    spec_test(
        table.format("D83"),
        expect={
            "irecist": {"D83": {"response": "iUPD", "rule_id": "IR-9", "reasons": ["TOO_EARLY_TO_CONFIRM"]}}
        },
    )
    spec_test(table.format("D84"), expect={"irecist": {"D84": ("iCPD", "IR-3")}})


def test_confirmation_later_than_eight_weeks_is_flagged(spec_test):
    """IR-3. 56 days are in time, 57 are late."""
    table = """
        visit | L1@liver
        BL    | 50
        D56   | 62
        {}    | 67"""
    spec_test(
        table.format("D112"),
        expect={"irecist": {"D112": {"response": "iCPD", "not_flags": ["CONFIRM_LATE"]}}},
    )
    spec_test(
        table.format("D113"), expect={"irecist": {"D113": {"response": "iCPD", "flags": ["CONFIRM_LATE"]}}}
    )


def test_an_unchanged_new_lesion_beside_stable_targets(spec_test):
    """IR-9. Still unconfirmed; or stable, with `irecist_new_unchanged_with_isd = isd`."""
    spec_test(
        """
        visit | L1@liver | new
        BL    | 50       |
        W8    | 50       | N1!12
        W12   | 50       | N1!12""",
        expect={
            "irecist": {"W12": {"response": "iUPD", "rule_id": "IR-9", "flags": ["UNVERIFIED_RULE:IR-9"]}},
            ("irecist", "irecist_new_unchanged_with_isd=isd"): {"W12": ("iSD", "IR-9")},
        },
    )


def test_after_a_confirmed_progression(spec_test):
    """IR-10. Progression seen after a confirmed one is confirmed; without any, the RECIST word."""
    spec_test(
        """
        visit | L1@liver
        BL    | 50
        W8    | 62
        W12   | 67
        W20   | 70
        W28   | 30""",
        expect={"irecist": {"W20": ("iCPD", "IR-10"), "W28": ("iPR", "IR-10")}},
        best={"irecist": {"bor": "iCPD", "pd_date": "W8"}},
    )


def test_a_response_after_an_unconfirmed_progression_counts(spec_test):
    """BOR-2. Best response goes on after an unconfirmed progression (Seymour 2017, Table 3)."""
    spec_test(
        """
        visit | L1@liver
        BL    | 50
        W8    | 62
        W12   | 30
        W20   | 30""",
        expect={"irecist": {"W8": "iUPD", "W12": ("iPR", "IR-7")}},
        best={"irecist": {"bor": "iPR", "bor_date": "W12", "confirmed_bor": "iPR"}},
    )


def test_a_progression_never_confirmed_is_the_best_there_is(spec_test):
    """BOR-7. An unconfirmed progression and nothing evaluable after it: the best response is iUPD."""
    spec_test(
        """
        visit | L1@liver
        BL    | 50
        W8    | 62
        W12   | NE""",
        expect={"irecist": {"W8": "iUPD"}},
        best={"irecist": {"bor": "iUPD", "bor_date": "W8", "pd_date": None}},
    )
