"""What a policy holds where nothing else is said, and what each preset changes: all of it a second time."""

from __future__ import annotations

from dataclasses import fields

import pytest

from cimara.response import Policy

DEFAULTS = {
    "criterion": "recist11",
    "label": "RECIST 1.1",
    "compartment": "ANY",
    "imaging_only": False,
    "measure": "ld",
    "target_source": "given",
    "measurability": "report",
    "min_ld": 100,
    "min_perp": 0,
    "min_slices": 1,
    "max_slice": 50,
    "node_target_min": 150,
    "node_normal_below": 100,
    "max_targets": 5,
    "max_per_organ": 2,
    "treated_lesion_as_target": "if_progressed",
    "baseline_window_days": 28,
    "too_small_value": 50,
    "too_small_volume": 65,
    "pr_percent": 30,
    "pd_percent": 20,
    "pd_min_increase": 50,
    "pd_increase_of": "sum",
    "lesion_increase_reference": "nadir_visit",
    "volumetric_pr_percent": 65,
    "volumetric_pd_percent": 73,
    "volumetric_abs_increase_mm3": None,
    "allow_unverified_tables": False,
    "nadir_from": "complete_visits",
    "partial_targets": "pd_if_sufficient",
    "pr_persistence": True,
    "reappearance_after_cr": "pd_any",
    "nt_partial": "ne",
    "equivocal_new": "ignore_and_flag",
    "new_lesion_counts": "until_absent",
    "min_projections": 1,
    "immuno_new_lesion": "review",
    "clinical_source": "reported",
    "clinical_persistence_days": 7,
    "clinical_missing": "ne",
    "steroid_missing": "ne",
    "steroid_reference": "baseline",
    "physiological_steroid_is_none": True,
    "steroid_increase_no_decline": "ne",
    "cr_on_steroids": "pr",
    "nt_ne_with_target_response": "keep",
    "antiangiogenic": "flag",
    "pd_date_in_visit": "by_kind",
    "response_date_in_visit": "last_scan",
    "confirm_rule": "lookahead",
    "confirm_days": 28,
    "confirm_max_ne": 1,
    "confirm_max_sd": 0,
    "cr_then_pr": "sd",
    "report_first": "bor",
    "min_sd_days": 42,
    "sd_from": "start",
    "new_therapy_cut": True,
    "irecist_min_confirm_days": 28,
    "irecist_late_days": 56,
    "irecist_growth": 50,
    "irecist_max_new": 5,
    "irecist_max_new_per_organ": 2,
    "irecist_new_unchanged_with_isd": "iupd",
    "irano_window_days": 183,
    "irano_min_followup_days": 28,
    "irano_followup_from": 60,
    "irano_followup_to": 120,
    "pairing_days": 28,
    "lm_incomplete": "block",
}
RANO = {
    "compartment": "CNS",
    "min_perp": 50,
    "min_slices": 2,
    "max_per_organ": 5,
    "min_projections": 2,
    "pd_increase_of": "one_lesion",
    "report_first": "confirmed",
}


def test_what_holds_where_nothing_is_said():
    """R11-T1, R11-T2, R11-T4, R11-M1, R11-M2, RBM-O7, RBM-O8, RBM-O10, RBM-C1, VOL-1, BOR-3, BOR-C1, BOR-C2.
    Thresholds of RECIST 1.1 in tenths of a millimetre and days, and the project's choice for each gap.
    """
    assert {field.name: getattr(Policy(), field.name) for field in fields(Policy)} == DEFAULTS


@pytest.mark.parametrize(
    ("preset", "changes"),
    [
        ("recist11", {}),
        (
            "recist11_literal",
            {"pr_persistence": False, "reappearance_after_cr": "size_rule", "confirm_rule": "none"},
        ),
        ("irecist", {}),
        ("rano_bm", RANO),
        ("rano_bm_imaging", RANO | {"imaging_only": True}),
        ("irano", RANO),
        ("mrecist_cns5", {"compartment": "CNS", "min_ld": 50, "max_slice": 15, "max_per_organ": 5}),
        ("rano_lm_2019", {"compartment": "LM"}),
        ("rano_lm_2017", {"compartment": "LM"}),
    ],
)
def test_what_each_preset_changes(preset, changes):
    """R11-T4, R11-T6, RBM-M1, RBM-M3, RBM-T1, RBM-W1. RANO-BM: CNS, 10 by 5 mm on two slices, five targets,
    +5 mm of one lesion, two planes. mRECIST-CNS: 5 mm on slices of 1.5 mm. The literal RECIST: no memory.
    """
    found = Policy.preset(preset).differences(Policy())
    assert {name: own for name, (own, _) in found.items() if name not in ("criterion", "label")} == changes
