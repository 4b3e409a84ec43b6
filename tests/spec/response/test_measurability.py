"""Which lesions are measurable, and which become targets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cimara.response import Policy, Study, measurable, select_targets
from cimara.response.criteria.measurability import TargetSelection
from cimara.response.model import Lesion, Measurement, Tenths
from cimara.response.sizes import millimetres
from cimara.response.study import derive_study
from cimara.terms.response import Answer, LesionCompartment, LocalTherapy, SizeStatus
from tests.spec.recording import keep
from tests.spec.response.manual_words import given_sentences, seen_table
from tests.spec.response.visit_tables import read_patient

KEYS = {
    "ld": "longest diameter",
    "perp": "perpendicular",
    "short_axis": "short axis",
    "slice_mm": "slice",
    "n_slices": "slices",
}
BRAIN, BODY = LesionCompartment.BRAIN, LesionCompartment.EXTRACRANIAL


def verdict(policy: str, lesion: dict[str, Any], size: dict[str, Any]) -> list[str]:
    made = Lesion("P1", "L1", **({"compartment": BODY} | lesion))
    seen = Measurement(
        "P1", "L1", "BL", dt.date(2024, 1, 1), SizeStatus.MEASURED, **{k: Tenths(v) for k, v in size.items()}
    )
    ok, why = measurable(made, seen, Policy.preset(policy))
    assert ok is not bool(why)
    known = ", ".join(fact_words(name, value) for name, value in lesion.items())
    keep(
        policy,
        (
            ("lesion", "measured"),
            [
                (
                    known or "any",
                    ", ".join(f"{KEYS[k]} {size_words(k, v)}" for k, v in size.items()),
                )
            ],
        ),
        (("measurable", "because"), [("yes" if ok else "no", ", ".join(why).replace("_", " ").lower())]),
    )
    return why


def fact_words(name: str, value: object) -> str:
    if name == "is_node":
        return "lymph node"
    told = str(value).lower() if name == "compartment" else str(value)
    return f"{name} {told}".replace("_", " ")


def size_words(key: str, value: int) -> str:
    return str(value) if key == "n_slices" else f"{millimetres(value)} mm"


def keep_selection(policy: str, table: str, chosen: TargetSelection, given: tuple[str, ...] = ()) -> None:
    left = [(key, "no", ", ".join(why).replace("_", " ").lower()) for key, why in chosen.left_out.items()]
    rows = [(key, "yes", "") for key in chosen.ids] + left
    keep(policy, seen_table(table), (("lesion", "target", "because"), rows), given)


@pytest.mark.parametrize(
    ("lesion", "size", "why"),
    [
        ({}, {"ld": 100}, []),
        ({}, {"ld": 99}, ["DIAMETER_BELOW_MINIMUM"]),
        ({}, {"ld": 100, "slice_mm": 50}, []),
        ({}, {"ld": 139, "slice_mm": 70}, ["DIAMETER_BELOW_TWO_SLICES"]),
        ({}, {"ld": 140, "slice_mm": 70}, []),
        ({"is_node": True}, {"short_axis": 150}, []),
        ({"is_node": True}, {"short_axis": 149, "ld": 300}, ["NODE_BELOW_MINIMUM"]),
    ],
)
def test_recist_sizes(lesion, size, why):
    """R11-M1. 10 mm, or twice the slice where it is thicker than 5 mm; nodes 15 mm by short axis."""
    assert verdict("recist11", lesion, size) == why


@pytest.mark.parametrize(
    ("lesion", "why"),
    [
        ({"prior_local_therapy": LocalTherapy.SRS}, ["TREATED_NOT_PROGRESSED"]),
        ({"prior_local_therapy": LocalTherapy.SRS, "progressed_since_therapy": Answer.YES}, []),
        ({"prior_local_therapy": LocalTherapy.SURGERY}, []),
        ({"compartment": LesionCompartment.LEPTOMENINGEAL}, ["LEPTOMENINGEAL"]),
        ({"organ": "Bone"}, ["DURAL_OR_BONY"]),
    ],
)
def test_recist_never_or_only_after_progression(lesion, why):
    """R11-M3. Irradiated lesions only if they progressed since; leptomeninges and bone never."""
    assert verdict("recist11", lesion, {"ld": 200}) == why


@pytest.mark.parametrize(
    ("size", "why"),
    [
        ({"ld": 100, "perp": 50, "n_slices": 2}, []),
        ({"ld": 100, "perp": 49}, ["PERPENDICULAR_BELOW_MINIMUM"]),
        ({"ld": 100, "n_slices": 1}, ["TOO_FEW_SLICES"]),
        ({"ld": 100}, []),
        ({"ld": 119, "slice_mm": 60}, ["DIAMETER_BELOW_TWO_SLICES"]),
    ],
)
def test_rano_bm_sizes(size, why):
    """RBM-M1. 10 mm by 5 mm on two slices; what was not recorded does not speak against a lesion."""
    assert verdict("rano_bm", {"compartment": BRAIN}, size) == why


@pytest.mark.parametrize(
    ("lesion", "why"),
    [
        ({"borders_measurable": Answer.NO}, ["BORDERS_NOT_REPRODUCIBLE"]),
        ({"cystic_only": Answer.YES}, ["CYSTIC_ONLY"]),
        ({"compartment": LesionCompartment.DURAL_BONY}, ["DURAL_OR_BONY"]),
        ({"compartment": LesionCompartment.LEPTOMENINGEAL}, ["LEPTOMENINGEAL"]),
    ],
)
def test_rano_bm_not_measurable(lesion, why):
    """RBM-M2. Borders not reproducible, cystic only, dural, bony, leptomeningeal."""
    assert verdict("rano_bm", {"compartment": BRAIN} | lesion, {"ld": 200}) == why


def test_five_millimetres_on_thin_slices():
    """RBM-M1. mRECIST-CNS takes 5 mm on slices of 1.5 mm; thicker ones ask for twice the slice."""
    assert verdict("mrecist_cns5", {"compartment": BRAIN}, {"ld": 50, "slice_mm": 15}) == []
    assert verdict("mrecist_cns5", {"compartment": BRAIN}, {"ld": 50, "slice_mm": 30}) == [
        "DIAMETER_BELOW_TWO_SLICES"
    ]


def test_at_most_five_and_two_of_one_organ():
    """R11-M2. The largest first, two of one organ; all nodes are one organ."""
    table = """
        visit | A@liver | B@liver | C@liver | D@lung | E@node | F@node | G@node | H@skin | I@bladder
        BL    | 30      | 20      | 25      | 40     | 16     | 18     | 17     | 12     | 11"""
    chosen = select_targets(read_patient(table), Policy.preset("recist11"))
    keep_selection("recist11", table, chosen)
    assert chosen.ids == ("D", "A", "C", "F", "G")
    assert chosen.left_out["B"] == ("TOO_MANY_IN_ORGAN",)
    assert chosen.left_out["H"] == ("TOO_MANY_TARGETS",)


def test_ties_go_to_the_larger_perpendicular_then_to_the_id():
    """RBM-M3. Of lesions of one size the larger perpendicular is first, then the lower id."""
    table = "visit | L1 | L2 | L3\nBL | 20 | 20 | 20"
    measured = {("L3", "BL"): {"perp": 150}, ("L1", "BL"): {"perp": 100}}
    chosen = select_targets(read_patient(table, measured=measured), Policy.preset("rano_bm"))
    keep_selection("rano_bm", table, chosen, given_sentences({"measured": measured}))
    assert list(chosen) == ["L3", "L1", "L2"]
    assert len(chosen) == 3


@pytest.mark.parametrize(
    ("option", "expected"), [("if_progressed", ("L2",)), ("yes", ("L1", "L2")), ("no", ("L2",))]
)
def test_a_treated_lesion_as_target(option, expected):
    """RBM-M3. A treated lesion is a target only if it progressed since, unless the policy says otherwise."""
    table = "visit | L1 | L2\nBL | 30 | 20"
    lesions = {"L1": {"prior_local_therapy": LocalTherapy.SURGERY}}
    policy = Policy.preset("rano_bm").replace(treated_lesion_as_target=option)
    chosen = select_targets(read_patient(table, lesions=lesions), policy)
    assert chosen.ids == expected
    name = f"rano_bm, treated_lesion_as_target={option}"
    keep_selection(name, table, chosen, given_sentences({"lesions": lesions}))


def test_targets_chosen_by_the_rules(spec_test):
    """R11-M1. With `target_source = select` the rules choose; a lesion too small is judged in words."""
    table = """
        visit | L1@liver | L2@lung
        BL    | 30       | 8
        W8    | 30       | 40"""
    spec_test(
        table,
        expect={
            "recist11": {"W8": {"response": "PD", "n_targets": 2}},
            ("recist11", "target_source=select"): {
                "W8": {"response": "SD", "n_targets": 1, "nontarget": "NON-CR/NON-PD"}
            },
            ("recist11", "measurability=demote"): {"W8": {"response": "SD", "n_targets": 1}},
            ("recist11", "target_source=check"): {"W8": {"response": "PD", "n_targets": 2}},
        },
        findings=["TARGETS_DIFFER", "TARGET_NOT_MEASURABLE"],
    )


THICK = {
    "table": "visit | L1@liver | L2@liver\nBL | 30 | 12\nW8 | 30 | 12",
    "measured": {("L2", "BL"): {"slice_mm": 70}},
}


@pytest.mark.parametrize("measurability", ["report", "demote"])
@pytest.mark.parametrize("engine", ["reference", "columnar"])
def test_the_rule_on_thick_slices_is_told_as_unverified(measurability, engine):
    """R11-M1. Twice the slice is unverified: where it speaks against a target, the finding says so."""
    policy = Policy.preset("recist11").replace(measurability=measurability)
    study = Study.from_objects([read_patient(THICK["table"], measured=THICK["measured"])])
    (finding,) = derive_study(study, policy, engine=engine).findings.to_dicts()
    assert finding["lesion_id"] == "L2"
    assert finding["text"].endswith("not measurable: DIAMETER_BELOW_TWO_SLICES (unverified rule)")


def test_a_lesion_left_out_by_the_rule_on_thick_slices_alone_is_told(spec_test):
    """R11-M1. With `target_source = select` a lesion that only that rule leaves out is a finding."""
    spec_test(
        **THICK,
        expect={("recist11", "target_source=select"): {"W8": {"n_targets": 1}}},
        findings=["LEFT_OUT_BY_UNVERIFIED_RULE"],
    )
    small = {("L2", "BL"): {"slice_mm": 70, "ld": 90}}
    result = spec_test(
        THICK["table"],
        measured=small,
        expect={("recist11", "target_source=select"): {"W8": {"n_targets": 1}}},
    )
    assert result.findings == ()
