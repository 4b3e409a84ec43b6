"""RANO-BM: targets, other disease, new lesions, clinical state and steroids."""

from __future__ import annotations

import pytest

from tests.spec.response.visit_tables import decision


def test_five_mm_is_per_lesion(spec_test):
    """RBM-T1, RBM-O12. The 5 mm rule applies to one lesion, not to the sum."""
    spec_test(
        """
        visit | L1 | L2 | L3 | L4 | clin   | ster
        BL    | 16 | 16 | 16 | 12 | STABLE | NONE
        W8    | 19 | 19 | 19 | 15 | STABLE | NONE""",
        expect={
            "recist11": {"W8": ("PD", "R11-O2")},
            "mrecist_cns5": {"W8": "PD"},
            "rano_bm": {"W8": {"response": "SD", "rule_id": "RBM-O12", "reasons": ["NO_LESION_UP"]}},
        },
    )


def test_a_fifth_of_the_sum_and_five_of_one_lesion(spec_test):
    """RBM-T1, RBM-O2. 20 + 12 to 26 + 12.4 mm is exactly +20 % and one lesion +6 mm: progression in both."""
    spec_test(
        """
        visit | L1 | L2   | clin   | ster
        BL    | 20 | 12.0 | STABLE | NONE
        W8    | 26 | 12.4 | STABLE | NONE""",
        expect={
            "recist11": {"W8": ("PD", "R11-O2")},
            "rano_bm": {"W8": {"response": "PD", "rule_id": "RBM-O2", "reasons": ["LESION_UP:L1,60"]}},
        },
    )


def test_growth_is_counted_from_the_nadir(spec_test):
    """RBM-T1, RBM-T4. 40, 24, 29 mm: response, then progression although still 27.5 % below baseline."""
    spec_test(
        """
        visit | L1 | clin   | ster
        BL    | 40 | STABLE | NONE
        W8    | 24 | STABLE | NONE
        W16   | 29 | STABLE | NONE""",
        expect={"rano_bm": {"W8": ("PR", "RBM-O11"), "W16": ("PD", "RBM-O2")}},
    )


def test_a_lesion_s_growth_is_counted_from_the_nadir_visit(spec_test):
    """RBM-T1. The lesion's size at the nadir visit counts, not its own smallest size."""
    spec_test(
        """
        visit | L1 | L2 | clin   | ster
        BL    | 20 | 20 | STABLE | NONE
        W8    | 12 | 20 | STABLE | NONE
        W16   | 14 | 14 | STABLE | NONE
        W24   | 18 | 16 | STABLE | NONE""",
        expect={
            "rano_bm": {"W24": {"response": "PR", "nadir_visit": "W16"}},
            ("rano_bm", "lesion_increase_reference=own_nadir"): {"W24": "PD"},
            ("rano_bm", "lesion_increase_reference=baseline"): {"W24": "PR"},
        },
    )


def test_unseen_targets_are_not_evaluable(spec_test):
    """RBM-T2, RBM-O6. A target that was not assessed leaves nothing but progression or not evaluable."""
    spec_test(
        """
        visit | L1 | L2 | clin   | ster
        BL    | 20 | 20 | STABLE | NONE
        W8    | 10 |    | STABLE | NONE
        W16   | 50 |    | STABLE | NONE""",
        expect={"rano_bm": {"W8": ("NE", "RBM-O6"), "W16": ("PD", "RBM-O2")}},
    )


def test_complete_response_needs_everything(spec_test):
    """RBM-T3, RBM-O9. All lesions gone, off steroids, clinically stable or better."""
    spec_test(
        """
        visit | L1  | NT1 | clin     | ster
        BL    | 30  | P   | STABLE   | STABLE
        W8    | ABS | A   | IMPROVED | NONE""",
        expect={"rano_bm": {"W8": ("CR", "RBM-O9")}},
    )


def test_any_lesion_back_after_complete_response_is_progression(spec_test):
    """RBM-T6. As in RECIST, after an overall complete response a small lesion is enough."""
    spec_test(
        """
        visit | L1  | clin   | ster
        BL    | 30  | STABLE | NONE
        W8    | ABS | STABLE | NONE
        W16   | 3   | STABLE | NONE""",
        expect={"rano_bm": {"W16": {"response": "PD", "reasons": ["REAPPEARED:L1"]}}},
    )


def test_stable_targets_are_stable_disease(spec_test):
    """RBM-T5, RBM-O12. Neither grown nor shrunk enough."""
    spec_test(
        """
        visit | L1 | NT1 | clin   | ster
        BL    | 30 | P   | STABLE | NONE
        W8    | 28 | P   | STABLE | DECREASED""",
        expect={"rano_bm": {"W8": ("SD", "RBM-O12")}},
    )


def test_steroids_turn_a_complete_response_into_a_partial_one(spec_test):
    """RBM-O10, RBM-S1. Everything gone on unchanged dexamethasone 2 mg a day: partial response."""
    spec_test(
        """
        visit | L1  | clin   | dex
        BL    | 30  | STABLE | 2
        W8    | ABS | STABLE | 2""",
        expect={
            "rano_bm": {
                "W8": {
                    "response": "PR",
                    "rule_id": "RBM-O10",
                    "reasons": ["CR_EXCLUDED_BY_STEROIDS"],
                    "steroid": "STABLE",
                    "flags": ["UNVERIFIED_RULE:RBM-S1"],
                }
            },
            ("rano_bm", "cr_on_steroids=cr"): {"W8": ("CR", "RBM-O10")},
            ("rano_bm", "cr_on_steroids=ne"): {"W8": ("NE", "RBM-O10")},
        },
    )


def test_more_steroids_without_decline_leave_no_word(spec_test):
    """RBM-O8. Sum +12 %, dexamethasone 2 to 8 mg a day, clinically stable: not evaluable, never
    progression.
    """
    spec_test(
        """
        visit | L1   | clin   | dex
        BL    | 25   | STABLE | 2
        W8    | 28   | STABLE | 8""",
        expect={
            "rano_bm": {"W8": {"response": "NE", "rule_id": "RBM-O8", "reasons": ["STEROID_UP_NO_DECLINE"]}},
            ("rano_bm", "steroid_increase_no_decline=sd"): {"W8": ("SD", "RBM-O8")},
            ("rano_bm", "steroid_increase_no_decline=ignore"): {"W8": ("SD", "RBM-O12")},
        },
    )


def test_stable_at_most_where_steroids_rose_without_targets(spec_test):
    """RBM-O8. Without targets the alternative to not evaluable is that other disease persists."""
    spec_test(
        """
        visit | NT1 | clin   | ster
        BL    | P   | STABLE | NONE
        W8    | P   | STABLE | INCREASED""",
        expect={
            "rano_bm": {"W8": ("NE", "RBM-O8")},
            ("rano_bm", "steroid_increase_no_decline=sd"): {"W8": ("NON-CR/NON-PD", "RBM-O8")},
        },
    )


def test_a_decline_after_more_steroids_may_have_begun_there(spec_test):
    """RBM-O1. Clinical progression after a visit of risen steroids: its date may be that visit's."""
    spec_test(
        """
        visit | L1 | clin   | ster      | days
        BL    | 25 | STABLE | STABLE    |
        W8    | 25 | STABLE | INCREASED |
        W16   | 25 | WORSE  | INCREASED | 10""",
        expect={
            "rano_bm": {
                "W8": ("NE", "RBM-O8"),
                "W16": {
                    "response": "PD",
                    "rule_id": "RBM-O1",
                    "date": "W16",
                    "flags": ["PD_MAY_START_AT_STEROID_INCREASE:2024-03-06"],
                },
            }
        },
        best={"rano_bm": {"pd_date": "W16", "pd_kind": "clinical"}},
    )


def test_clinical_worsening_is_progression(spec_test):
    """RBM-O1. Worse and not by another cause is progression, whatever the scans show."""
    spec_test(
        """
        visit | L1  | clin                  | ster | days
        BL    | 25  | STABLE                | NONE |
        W8    | 10  | WORSE(comorbidity)    | NONE | 14
        W16   | 10  | WORSE(steroid_change) | NONE | 14
        W24   | 10  | WORSE                 | NONE | 3
        W32   | 10  | WORSE(tumour)         | NONE | 7
        W40   | 10  | WORSE                 | NONE |""",
        expect={
            "rano_bm": {
                "W8": {"response": "PR", "clinical": "STABLE", "flags": ["WORSE_OTHER_CAUSE"]},
                "W16": {"response": "PR", "flags": ["WORSE_OTHER_CAUSE"]},
                "W24": {"response": "PR", "flags": ["CLINICAL_TOO_BRIEF"]},
                "W32": {"response": "PD", "rule_id": "RBM-O1", "pd_kind": "clinical"},
                "W40": {"response": "PD", "flags": ["CLINICAL_DURATION_UNKNOWN"]},
            }
        },
    )


def test_non_target_progression(spec_test):
    """RBM-N1, RBM-O3. Unequivocal progression of enhancing disease outside the sum."""
    spec_test(
        """
        visit | L1 | NT1 | NT2 | clin   | ster
        BL    | 30 | P   | P   | STABLE | NONE
        W8    | 15 | PD  | NE  | STABLE | NONE""",
        expect={"rano_bm": {"W8": {"response": "PD", "rule_id": "RBM-O3", "reasons": ["NONTARGET_UP:NT1"]}}},
    )


def test_change_on_flair_is_non_target_progression(spec_test):
    """RBM-N1. Tumour-related T2/FLAIR change is progression where no non-target lesion was listed, too."""
    spec_test(
        """
        visit | L1 | clin   | ster | flair
        BL    | 30 | STABLE | NONE | no
        W8    | 30 | STABLE | NONE | yes""",
        expect={
            "rano_bm": {"W8": {"response": "PD", "rule_id": "RBM-O3", "reasons": ["NONENHANCING_UP"]}},
            "recist11": {"W8": "SD"},
        },
    )


def test_a_new_lesion_is_progression(spec_test):
    """RBM-O4, RBM-W1. Off immunotherapy an unequivocal new lesion is progression, until it is gone."""
    spec_test(
        """
        visit | L1 | new | clin   | ster
        BL    | 30 |     | STABLE | NONE
        W8    | 15 | N1! | STABLE | NONE
        W16   | 15 |     | STABLE | NONE
        W24   | 15 | N1x | STABLE | NONE""",
        expect={
            "rano_bm": {"W8": ("PD", "RBM-O4"), "W16": ("PD", "RBM-O4"), "W24": ("PR", "RBM-O11")},
            ("rano_bm", "new_lesion_counts=always"): {"W24": "PD"},
        },
    )


def test_a_new_lesion_must_be_seen_in_two_planes(spec_test):
    """RBM-W1. Seen in one plane only, a new lesion is equivocal."""
    spec_test(
        """
        visit | L1 | new   | clin   | ster
        BL    | 30 |       | STABLE | NONE
        W8    | 30 | N1!/1 | STABLE | NONE
        W16   | 30 | N1!/2 | STABLE | NONE""",
        expect={
            "rano_bm": {
                "W8": {"response": "PD", "original": "SD", "flags": ["BACKDATED"]},
                "W16": {"response": "PD", "original": "PD"},
            }
        },
    )


def test_an_equivocal_lesion_is_followed(spec_test):
    """RBM-W1, RBM-O14. An equivocal new lesion changes nothing; once unequivocal, progression is dated at
    its first scan.
    """
    spec_test(
        """
        visit | L1 | new | clin   | ster
        BL    | 30 |     | STABLE | NONE
        W8    | 30 | N1? | STABLE | NONE
        W16   | 30 | N1! | STABLE | NONE""",
        expect={"rano_bm": {"W8": {"response": "PD", "original": "SD", "flags": ["BACKDATED"]}, "W16": "PD"}},
        best={"rano_bm": {"pd_date": "W8", "pd_date_original": "W16", "pd_kind": "new"}},
    )
    spec_test(
        """
        visit | L1  | new | clin   | ster
        BL    | 30  |     | STABLE | NONE
        W8    | ABS | N1? | STABLE | NONE""",
        expect={
            "rano_bm": {"W8": {"response": "CR", "flags": ["NEW_EQUIVOCAL"], "new_lesion": "EQUIVOCAL"}},
            ("rano_bm", "equivocal_new=block_cr"): {"W8": ("PR", "RBM-O14")},
        },
    )


def test_on_immunotherapy_a_new_lesion_is_reviewed(spec_test):
    """RBM-O5. On immunotherapy a lone new lesion is not progression; a complete response is held at
    partial.
    """
    spec_test(
        """
        visit | L1  | new | clin   | ster
        BL    | 30  |     | STABLE | NONE
        W8    | 30  | N1! | STABLE | NONE
        W16   | ABS | N1! | STABLE | NONE""",
        immunotherapy="yes",
        immunotherapy_start="BL",
        expect={
            "rano_bm": {
                "W8": {"response": "SD", "rule_id": "RBM-O12", "flags": ["NEW_LESION_UNDER_REVIEW"]},
                "W16": {"response": "PR", "rule_id": "RBM-O5", "reasons": ["CR_CAPPED_BY_NEW_LESION"]},
            },
            ("rano_bm", "immuno_new_lesion=pd"): {"W8": ("PD", "RBM-O4")},
        },
    )


@pytest.mark.parametrize(
    ("clin", "ster", "reason"),
    [("UNKNOWN", "NONE", "CLINICAL_UNKNOWN"), ("STABLE", "UNKNOWN", "STEROID_UNKNOWN")],
)
def test_unknown_state_or_dose_leaves_no_word(spec_test, clin, ster, reason):
    """RBM-O7. Clinical state or steroids unknown: not evaluable, and the reason says which."""
    spec_test(
        f"""
        visit | L1  | clin   | ster
        BL    | 30  | STABLE | NONE
        W8    | ABS | {clin} | {ster}""",
        expect={
            "rano_bm": {"W8": {"response": "NE", "rule_id": "RBM-O7", "reasons": [reason]}},
            ("rano_bm", "clinical_missing=assume_ok", "steroid_missing=assume_ok"): {"W8": ("CR", "RBM-O9")},
        },
    )


def test_partial_response_beside_other_disease(spec_test):
    """RBM-O11. Targets gone with other disease present or unseen, or targets smaller: partial response."""
    spec_test(
        """
        visit | L1  | NT1 | clin   | ster
        BL    | 30  | P   | STABLE | NONE
        W8    | ABS | P   | STABLE | NONE
        W16   | ABS | NE  | STABLE | NONE
        W24   | 15  | NE  | STABLE | NONE""",
        expect={
            "rano_bm": {"W8": ("PR", "RBM-O11"), "W16": ("PR", "RBM-O11")},
            ("rano_bm", "nt_ne_with_target_response=ne"): {
                "W8": ("PR", "RBM-O11"),
                "W16": ("NE", "RBM-O11"),
            },
        },
    )


@pytest.mark.parametrize(
    ("state", "ster", "response"),
    [
        ("A", "NONE", "CR"),
        ("A", "STABLE", "PR"),
        ("P", "STABLE", "NON-CR/NON-PD"),
        ("NE", "NONE", "NE"),
    ],
)
def test_without_targets_the_rest_speaks(spec_test, state, ster, response):
    """RBM-O13. No targets: other disease gone is CR, or PR on steroids; otherwise its own word."""
    spec_test(
        f"""
        visit | NT1     | clin   | ster
        BL    | P       | STABLE | STABLE
        W8    | {state} | STABLE | {ster}""",
        expect={"rano_bm": {"W8": (response, "RBM-O13")}},
    )


def test_without_targets_the_options_hold_too(spec_test):
    """RBM-O13. Steroids and new lesions hold back a complete response of non-target disease as well."""
    spec_test(
        """
        visit | NT1 | new | clin   | ster
        BL    | P   |     | STABLE | STABLE
        W8    | A   |     | STABLE | STABLE
        W16   | A   | N1? | STABLE | NONE""",
        expect={
            ("rano_bm", "cr_on_steroids=cr"): {"W8": ("CR", "RBM-O13")},
            ("rano_bm", "cr_on_steroids=ne"): {"W8": ("NE", "RBM-O13")},
            ("rano_bm", "equivocal_new=block_cr"): {"W16": ("PR", "RBM-O13")},
        },
    )


def test_no_disease_at_all(spec_test):
    """RBM-O13. No CNS lesion at baseline and none now: no evidence of disease."""
    spec_test(
        """
        visit | L1@liver | clin   | ster
        BL    | 30       | STABLE | NONE
        W8    | 30       | STABLE | NONE""",
        expect={"rano_bm": {"W8": ("NED", "RBM-O13")}},
    )


def test_pseudo_response_on_bevacizumab(spec_test):
    """RBM-A1. A response within 42 days of bevacizumab is flagged, and not evaluable if the policy says
    so.
    """
    spec_test(
        """
        visit | L1 | clin   | ster | bev
        BL    | 30 | STABLE | NONE |
        W8    | 10 | STABLE | NONE | yes""",
        expect={
            "rano_bm": {"W8": {"response": "PR", "flags": ["ANTIANGIOGENIC"]}},
            ("rano_bm", "antiangiogenic=ne"): {"W8": ("NE", "RBM-A1")},
        },
    )
    spec_test(
        """
        visit | NT1 | clin   | ster | bev
        BL    | P   | STABLE | NONE |
        W8    | A   | STABLE | NONE | yes""",
        expect={("rano_bm", "antiangiogenic=ne"): {"W8": ("NE", "RBM-A1")}},
    )


@pytest.mark.parametrize(
    ("scale", "before", "now", "response"),
    [
        ("kps", 100, 70, "PD"),
        ("kps", 90, 70, "PD"),
        ("kps", 90, 80, "SD"),
        ("kps", 80, 60, "PD"),
        ("kps", 80, 70, "SD"),
        ("kps", 60, 50, "PD"),
        ("kps", 50, 50, "SD"),
        ("ecog", 1, 2, "PD"),
        ("ecog", 0, 1, "SD"),
        ("ecog", 2, 3, "PD"),
        ("ecog", 2, 2, "SD"),
        ("ecog", 3, 4, "SD"),
    ],
)
def test_clinical_state_by_the_scales(spec_test, scale, before, now, response):
    """RBM-C1. KPS 100 or 90 to 70, 20 down from 80 or less, to 50; ECOG 0 or 1 to 2, 2 to 3; for seven
    days.
    """
    spec_test(
        f"""
        visit | L1 | {scale}  | days | ster
        BL    | 30 | {before} |      | NONE
        W8    | 30 | {now}    | 7    | NONE""",
        expect={
            ("rano_bm", "clinical_source=derived"): {
                "W8": {"response": response, "flags": ["UNVERIFIED_RULE:RBM-C1"]}
            }
        },
    )


def test_a_decline_by_the_scales_must_last(spec_test):
    """RBM-C1. From scales, six days or an unknown time are no worsening, and flagged."""
    spec_test(
        """
        visit | L1 | kps | days | ster
        BL    | 30 | 90  |      | NONE
        W8    | 30 | 60  | 6    | NONE
        W16   | 30 | 60  |      | NONE""",
        expect={
            ("rano_bm", "clinical_source=derived"): {
                "W8": {"response": "SD", "flags": ["CLINICAL_TOO_BRIEF"]},
                "W16": {"response": "SD", "flags": ["CLINICAL_DURATION_UNKNOWN"]},
            }
        },
    )


def test_two_sources_of_the_clinical_state(spec_test):
    """RBM-C1. With `clinical_source = either` the worse one counts, and a disagreement is a finding."""
    spec_test(
        """
        visit | L1 | clin   | kps | days | ster
        BL    | 30 | STABLE | 90  |      | NONE
        W8    | 30 | STABLE | 60  | 8    | NONE""",
        expect={"rano_bm": {"W8": "SD"}, ("rano_bm", "clinical_source=either"): {"W8": "PD"}},
        findings=["CLINICAL_SOURCES_DISAGREE"],
    )


@pytest.mark.parametrize(
    ("before", "now", "physio", "trend"),
    [
        ("4", "0", "", "NONE"),
        ("4", "4", "yes", "NONE"),
        ("4", "2", "", "DECREASED"),
        ("4", "4", "no", "STABLE"),
        ("4", "4.1", "", "INCREASED"),
        ("", "4", "", "UNKNOWN"),
    ],
)
def test_steroid_trend_by_dose(spec_test, before, now, physio, trend):
    """RBM-S1. The dose against baseline; none when it is 0 or replacement only."""
    spec_test(
        f"""
        visit | L1 | clin   | dex      | physio
        BL    | 30 | STABLE | {before} |
        W8    | 30 | STABLE | {now}    | {physio}""",
        expect={"rano_bm": {"W8": {"steroid": trend}}},
    )


def test_the_reference_of_the_steroid_trend(spec_test):
    """RBM-S1. The dose at baseline is the reference, or that of the visit before."""
    spec_test(
        """
        visit | L1 | clin   | dex
        BL    | 30 | STABLE | 8
        W8    | 30 | STABLE | 2
        W16   | 30 | STABLE | 4""",
        expect={
            "rano_bm": {"W16": {"steroid": "DECREASED", "response": "SD"}},
            ("rano_bm", "steroid_reference=previous_visit"): {
                "W16": {"steroid": "INCREASED", "response": "NE"}
            },
            ("rano_bm", "physiological_steroid_is_none=false"): {"W8": {"steroid": "DECREASED"}},
        },
    )


def test_imaging_alone(spec_test):
    """RBM-O9. For cohorts without clinical data the clinical and steroid conditions count as met, and are
    flagged.
    """
    spec_test(
        """
        visit | L1  | clin  | ster
        BL    | 30  |       |
        W8    | ABS | WORSE | INCREASED""",
        expect={
            "rano_bm_imaging": {"W8": {"response": "CR", "rule_id": "RBM-O9", "flags": ["IMAGING_ONLY"]}}
        },
    )


def test_a_lower_size_limit_is_flagged(spec_test):
    """RBM-M1. Targets from 5 mm may be allowed; every row says so."""
    spec_test(
        """
        visit | L1 | clin   | ster
        BL    | 6  | STABLE | NONE
        W8    | 6  | STABLE | NONE""",
        expect={
            ("rano_bm", "min_ld=50"): {"W8": {"response": "SD", "flags": ["LOWER_SIZE_LIMIT"]}},
            "mrecist_cns5": {"W8": {"response": "SD", "not_flags": ["LOWER_SIZE_LIMIT"]}},
        },
    )


def test_a_decline_given_another_cause(spec_test):
    """ADJ-7. A decline that was put down to another cause later is no progression any more."""
    spec_test(
        """
        visit | L1 | clin          | ster | days
        BL    | 30 | STABLE        | NONE |
        W8    | 30 | WORSE(tumour) | NONE | 10""",
        adjudications=[decision("CLINICAL_REATTRIBUTED", "W8", value="comorbidity")],
        expect={"rano_bm": {"W8": {"response": "SD", "original": "PD", "flags": ["WORSE_OTHER_CAUSE"]}}},
        best={"rano_bm": {"pd_date": None, "pd_date_original": "W8"}},
    )
