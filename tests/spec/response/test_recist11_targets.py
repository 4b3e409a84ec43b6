"""RECIST 1.1: what the sizes of the target lesions say."""

from __future__ import annotations

from tests.spec.response.visit_tables import decision


def test_progression_needs_a_fifth_over_the_nadir(spec_test):
    """R11-T1, R11-O2. Progression is +20 % over the nadir, not over baseline."""
    spec_test(
        """
        visit | L1@liver
        BL    | 100
        W8    | 50
        W16   | 59.9
        W24   | 60""",
        expect={"recist11": {"W16": "PR", "W24": ("PD", "R11-O2")}},
    )


def test_progression_needs_five_millimetres_in_the_sum(spec_test):
    """R11-T1. +20 % of a small sum is no progression below +5 mm; the 5 mm are asked of the sum."""
    spec_test(
        """
        visit | L1@liver | L2@lung
        BL    | 12       | 12
        W8    | 14.4     | 14.5
        W16   | 14.5     | 14.5""",
        expect={
            "recist11": {
                "W8": {"response": "SD", "reasons": ["SUM_RISE_TOO_SMALL"]},
                "W16": {"response": "PD", "reasons": ["SUM_UP", "SUM_UP_ABSOLUTE"]},
            }
        },
    )


def test_five_millimetres_are_enough_to_the_tenth(spec_test):
    """R11-T1. 4.7 to 9.7 mm is exactly +5.0 mm, where binary floats say less."""
    spec_test(
        """
        visit | L1@liver
        BL    | 4.7
        W8    | 9.6
        W16   | 9.7""",
        expect={"recist11": {"W8": "SD", "W16": ("PD", "R11-O2")}},
    )


def test_a_fifth_is_enough_to_the_tenth(spec_test):
    """R11-T1. Nadir 29.0 to 34.8 mm is exactly +20 %, where binary floats say less."""
    spec_test(
        """
        visit | L1@liver
        BL    | 29.0
        W8    | 34.7
        W16   | 34.8""",
        expect={"recist11": {"W8": "SD", "W16": "PD"}},
    )


def test_three_tenths_down_is_enough_to_the_tenth(spec_test):
    """R11-T4. 23.0 to 16.1 mm is exactly -30 %, where binary floats say less."""
    spec_test(
        """
        visit | L1@liver
        BL    | 23.0
        W8    | 16.2
        W16   | 16.1""",
        expect={"recist11": {"W8": ("SD", "R11-O7"), "W16": ("PR", "R11-O6")}},
    )


def test_a_sum_of_tenths_is_exact(spec_test):
    """R11-T5. 2.3 + 2.3 + 2.3 mm is 6.9 mm, where binary floats say 6.8999."""
    spec_test(
        """
        visit | L1@liver | L2@lung | L3@skin
        BL    | 2.3      | 2.3     | 2.3
        W8    | 2.3      | 2.3     | 2.3""",
        expect={"recist11": {"W8": {"sum": 69, "base_sum": 69, "nadir_sum": 69, "response": "SD"}}},
    )


def test_part_of_the_targets_may_be_enough_for_progression(spec_test):
    """R11-T2. Two of three targets at 65 mm are progression over a nadir of 53; at 60 mm nothing can be
    said.
    """
    table = """
        visit | L1@liver | L2@lung | L3@skin
        BL    | 20       | 20      | 13
        W8    | 30       | {}      | ND"""
    expect = {"response": "PD", "n_assessed": 2, "reasons": ["PARTLY_ASSESSED_BUT_ENOUGH"]}
    spec_test(table.format(35), expect={"recist11": {"W8": expect}})
    spec_test(
        table.format(30),
        expect={
            "recist11": {"W8": {"response": "NE", "rule_id": "R11-O8", "reasons": ["TARGET_NOT_ASSESSED:L3"]}}
        },
    )


def test_two_values_of_one_lesion_are_none(spec_test):
    """R11-T2. Two sizes of one lesion at one visit are never averaged and none is picked: the lesion counts
    as not assessed there. One size written twice is one size.
    """
    spec_test(
        """
        visit | L1@liver | L2@lung
        BL    | 30       | 30
        W8    | 10&20    | 10
        W16   | 15&15    | 10""",
        expect={
            "recist11": {
                "W8": {"response": "NE", "n_assessed": 1, "reasons": ["TARGET_NOT_ASSESSED:L1"]},
                "W16": {"response": "PR", "sum": 250},
            }
        },
        findings=["DUPLICATE_MEASUREMENT"],
    )


def test_part_of_the_targets_may_be_refused(spec_test):
    """R11-T2. With `partial_targets = ne` a visit that shows only some targets is never progression."""
    spec_test(
        """
        visit | L1@liver | L2@lung | L3@skin
        BL    | 20       | 20      | 13
        W8    | 30       | 35      | ND""",
        expect={("recist11", "partial_targets=ne"): {"W8": "NE"}},
    )


def test_a_lesion_not_seen_is_not_gone(spec_test):
    """R11-T2. A missing scan is not a size of 0 mm: neither CR, PR nor SD."""
    spec_test(
        """
        visit | L1@liver | L2@lung
        BL    | 40       | 20
        W8    | ABS      |
        W16   | NE       | ABS
        W24   |          |""",
        expect={"recist11": {"W8": ("NE", "R11-O8"), "W16": "NE", "W24": "NE"}},
    )


def test_part_of_a_sum_never_lowers_the_nadir(spec_test):
    """R11-T1. The nadir comes from visits at which every target was assessed."""
    spec_test(
        """
        visit | L1@liver | L2@lung
        BL    | 40       | 20
        W8    | 20       | ND
        W16   | 40       | 20""",
        expect={
            "recist11": {"W16": {"response": "SD", "nadir_sum": 600, "nadir_visit": "BL"}},
            ("recist11", "nadir_from=all_visits"): {"W16": {"response": "PD", "nadir_sum": 200}},
        },
    )


def test_of_two_equal_nadirs_the_earlier_one_counts(spec_test):
    """R11-T1. The earliest visit with the smallest sum is the nadir visit."""
    spec_test(
        """
        visit | L1@liver
        BL    | 40
        W8    | 30
        W16   | 30
        W24   | 33""",
        expect={"recist11": {"W24": {"nadir_visit": "W8", "nadir_sum": 300}}},
    )


def test_normal_nodes_don_t_stand_in_the_way_of_a_complete_response(spec_test):
    """R11-T3. Liver 20 and node 18 mm; later liver gone, node 9 mm: complete, though the sum is 9 mm."""
    spec_test(
        """
        visit | L1@liver | G1@node
        BL    | 20       | 18
        W8    | ABS      | 10
        W16   | ABS      | 9.9
        W24   | ABS      | 11""",
        expect={
            "recist11": {
                "W8": "PR",
                "W16": {"response": "CR", "target": "CR", "sum": 99},
                "W24": {"response": "PD", "reasons": ["REAPPEARED:G1"]},
            }
        },
    )


def test_a_partial_response_lasts_until_progression(spec_test):
    """R11-T4. 90, 60, 66 mm stays a partial response; it ends with progression."""
    spec_test(
        """
        visit | L1@liver
        BL    | 90
        W8    | 60
        W16   | 66
        W24   | 72
        W32   | 71""",
        expect={
            "recist11": {
                "W8": "PR",
                "W16": {"response": "PR", "reasons": ["PR_PERSISTS"]},
                "W24": "PD",
                "W32": {"response": "SD", "not_reasons": ["PR_PERSISTS"]},
            },
            "recist11_literal": {"W16": "SD", "W24": "PD"},
        },
    )


def test_stable_disease_is_none_of_the_others(spec_test):
    """R11-T5. Shrinkage is counted from baseline and growth from the nadir."""
    spec_test(
        """
        visit | L1@liver
        BL    | 100
        W8    | 71
        W16   | 85
        W24   | 85.2""",
        expect={"recist11": {"W8": ("SD", "R11-O7"), "W16": "SD", "W24": "PD"}},
    )


def test_any_lesion_back_after_a_complete_response_is_progression(spec_test):
    """R11-T6. After an overall complete response 3 mm are enough; without one the size rule holds."""
    spec_test(
        """
        visit | L1@liver | NT1
        BL    | 20       | P
        W8    | ABS      | A
        W16   | 3        | A""",
        expect={
            "recist11": {"W8": "CR", "W16": {"response": "PD", "reasons": ["REAPPEARED:L1"]}},
            "recist11_literal": {"W16": "PR"},
        },
    )
    spec_test(
        """
        visit | L1@liver | NT1
        BL    | 20       | P
        W8    | ABS      | P
        W16   | 3        | P""",
        expect={"recist11": {"W8": "PR", "W16": "PR"}},
    )


def test_non_target_disease_back_after_a_complete_response_is_progression(spec_test):
    """R11-T6. Any lesion means a non-target lesion too."""
    spec_test(
        """
        visit | L1@liver | NT1
        BL    | 20       | P
        W8    | ABS      | A
        W16   | ABS      | P""",
        expect={
            "recist11": {"W8": "CR", "W16": ("PD", "R11-O3")},
            ("recist11", "reappearance_after_cr=size_rule"): {"W16": "PR"},
        },
    )


def test_too_small_to_measure_is_five_millimetres(spec_test):
    """R11-T5. A lesion too small to measure counts as 5 mm, so it is not gone."""
    spec_test(
        """
        visit | L1@liver
        BL    | 20
        W8    | TS""",
        expect={"recist11": {"W8": {"response": "PR", "sum": 50}}},
    )


def test_the_parts_of_a_split_lesion_are_added(spec_test):
    """R11-T1. A lesion that split is the sum of its parts, and one part not seen is a lesion not seen."""
    spec_test(
        """
        visit | L1@liver | L1a@liver | L1b@liver
        BL    | 30       |           |
        W8    |          | 18        | 18.1
        W16   |          | 18        | ND""",
        lesions={"L1a": {"parent_ids": ("L1",), "role": None}, "L1b": {"parent_ids": ("L1",), "role": None}},
        expect={
            "recist11": {
                "W8": {"response": "PD", "sum": 361, "n_targets": 1, "flags": ["SPLIT_LESION"]},
                "W16": "NE",
            }
        },
    )


def test_of_merged_lesions_one_carries_the_size(spec_test):
    """R11-T1. Of lesions that merged one has the diameter of the union, the others count as assessed with
    0 mm.
    """
    spec_test(
        """
        visit | L1@liver | L2@liver
        BL    | 20       | 15
        W8    | 36       | M""",
        expect={
            "recist11": {"W8": {"response": "SD", "sum": 360, "n_assessed": 2, "flags": ["MERGED_LESION"]}}
        },
    )


def test_without_baseline_nothing_is_evaluable(spec_test):
    """R11-T2. No scan at or before the start: every time point is not evaluable."""
    spec_test(
        """
        visit | L1 | NT1 | new | clin
        W8    | 20 | P   |     | WORSE
        W16   | 40 | PD  | N1! | WORSE""",
        expect={
            "recist11": {"W8": {"response": "NE", "reasons": ["NO_BASELINE"]}, "W16": "NE"},
            "rano_bm": {"W8": {"response": "NE", "reasons": ["NO_BASELINE"]}, "W16": "NE"},
        },
        findings=["NO_BASELINE"],
        mark_baseline=False,
    )


def test_an_old_baseline_is_used_and_named(spec_test):
    """R11-T2. The last scan before the start is baseline, even if older than 28 days."""
    table = """
        visit | L1@liver
        D-40  | 30
        {}    | 20
        W8    | 24"""
    spec_test(
        table.format("D-29"),
        expect={"recist11": {"W8": {"response": "SD", "base_sum": 200}}},
        findings=["BASELINE_TOO_OLD"],
        mark_baseline=False,
    )
    result = spec_test(table.format("D-28"), expect={"recist11": {"W8": "SD"}}, mark_baseline=False)
    assert not result.findings


def test_a_corrected_size_decides(spec_test):
    """ADJ-9. A corrected size counts for the response, the call of the day stays as `original`."""
    spec_test(
        """
        visit | L1@liver
        BL    | 30
        W8    | 40""",
        adjudications=[decision("MEASUREMENT_CORRECTED", "W8", "L1", value="31.0")],
        expect={"recist11": {"W8": {"response": "SD", "original": "PD", "sum": 310}}},
    )
