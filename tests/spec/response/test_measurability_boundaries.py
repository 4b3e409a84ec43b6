"""Measurability at its boundaries: each reason against a lesion, and the order of choice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cimara.response import Policy, measurable, select_targets
from cimara.response.criteria.measurability import NotMeasurable, check_targets, organ_of, select
from cimara.response.model import Lesion, Measurement, Patient, Tenths
from cimara.terms.response import Answer, LesionCompartment, LocalTherapy, SizeStatus
from tests.spec.response.visit_tables import PATIENT, START, read_patient

BRAIN, BODY = LesionCompartment.BRAIN, LesionCompartment.EXTRACRANIAL
RECIST, RANO = Policy.preset("recist11"), Policy.preset("rano_bm")


def lesion(key: str = "L1", **facts: Any) -> Lesion:
    return Lesion(PATIENT, key, **({"compartment": BODY, "organ": "liver"} | facts))


def size(key: str = "L1", status: SizeStatus = SizeStatus.MEASURED, **sizes: int) -> Measurement:
    tenths = {name: Tenths(value) for name, value in sizes.items()}
    return Measurement(PATIENT, key, "BL", dt.date(2024, 1, 10), status, **tenths)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "facts", "sizes", "why"),
    [
        (RECIST, {}, {"ld": 100}, []),
        (RECIST, {}, {"ld": 99}, ["DIAMETER_BELOW_MINIMUM"]),
        (RECIST, {}, {"perp": 100}, ["DIAMETER_BELOW_MINIMUM"]),
        (RECIST, {}, {"ld": 100, "slice_mm": 50}, []),
        (RECIST, {}, {"ld": 101, "slice_mm": 51}, ["DIAMETER_BELOW_TWO_SLICES"]),
        (RECIST, {}, {"ld": 102, "slice_mm": 51}, []),
        (RECIST.replace(min_ld=50), {}, {"ld": 80, "slice_mm": 50}, []),
        (RECIST, {}, {"ld": 99, "slice_mm": 51}, ["DIAMETER_BELOW_MINIMUM"]),
        (RECIST, {}, {"ld": 100, "perp": 1, "n_slices": 1}, []),
        (RECIST, {"is_node": True}, {"short_axis": 150}, []),
        (RECIST, {"is_node": True}, {"short_axis": 149}, ["NODE_BELOW_MINIMUM"]),
        (RECIST, {"is_node": True}, {"ld": 300}, ["NODE_BELOW_MINIMUM"]),
        (RECIST, {"is_node": True}, {"short_axis": 150, "ld": 20, "slice_mm": 90}, []),
        (RANO, {"compartment": BRAIN}, {"ld": 100, "perp": 50, "n_slices": 2}, []),
        (RANO, {"compartment": BRAIN}, {"ld": 100, "perp": 49}, ["PERPENDICULAR_BELOW_MINIMUM"]),
        (RANO, {"compartment": BRAIN}, {"ld": 100, "n_slices": 1}, ["TOO_FEW_SLICES"]),
        (
            RANO,
            {"compartment": BRAIN},
            {"ld": 99, "perp": 49, "n_slices": 1},
            ["DIAMETER_BELOW_MINIMUM", "PERPENDICULAR_BELOW_MINIMUM", "TOO_FEW_SLICES"],
        ),
        (RECIST, {"compartment": LesionCompartment.LEPTOMENINGEAL}, {"ld": 200}, ["LEPTOMENINGEAL"]),
        (RECIST, {"compartment": LesionCompartment.DURAL_BONY}, {"ld": 200}, ["DURAL_OR_BONY"]),
        (RECIST, {"organ": "BONE"}, {"ld": 200}, ["DURAL_OR_BONY"]),
        (RECIST, {"borders_measurable": Answer.NO}, {"ld": 200}, ["BORDERS_NOT_REPRODUCIBLE"]),
        (RECIST, {"borders_measurable": Answer.UNKNOWN}, {"ld": 200}, []),
        (RECIST, {"cystic_only": Answer.YES}, {"ld": 200}, []),
        (RANO, {"cystic_only": Answer.YES}, {"ld": 200}, ["CYSTIC_ONLY"]),
        (RANO, {"cystic_only": Answer.UNKNOWN}, {"ld": 200}, []),
    ],
)
def test_every_reason_against_a_lesion(policy, facts, sizes, why):
    """R11-M1, R11-M3, RBM-M1, RBM-M2. To the tenth of a millimetre and the slice, with every reason."""
    assert measurable(lesion(**facts), size(**sizes), policy) == (not why, why)


@pytest.mark.parametrize("status", [None, *(item for item in SizeStatus if item is not SizeStatus.MEASURED)])
def test_a_lesion_that_was_not_measured(status):
    """R11-M1, RBM-M1. Absent, too small, not evaluable, not recorded: it can't be a target."""
    item = None if status is None else size(status=status, ld=200, short_axis=200)
    assert measurable(lesion(), item, RECIST) == (False, ["NOT_MEASURED"])
    assert measurable(lesion(is_node=True), item, RECIST) == (False, ["NOT_MEASURED"])


@pytest.mark.parametrize("therapy", list(LocalTherapy))
@pytest.mark.parametrize("progressed", list(Answer))
def test_a_treated_lesion(therapy, progressed):
    """R11-M3, RBM-M3. RECIST asks about irradiation, RANO-BM about any local therapy."""
    asked = {
        RECIST: (LocalTherapy.SRS, LocalTherapy.WBRT),
        RANO: (LocalTherapy.SRS, LocalTherapy.WBRT, LocalTherapy.SURGERY, LocalTherapy.OTHER),
    }
    treated = lesion(prior_local_therapy=therapy, progressed_since_therapy=progressed)
    for policy, therapies in asked.items():
        is_asked = therapy in therapies
        why = ["TREATED_NOT_PROGRESSED"] if is_asked and progressed is not Answer.YES else []
        assert measurable(treated, size(ld=200), policy)[1] == why
        never = policy.replace(treated_lesion_as_target="no")
        assert measurable(treated, size(ld=200), never)[1] == (["TREATED"] if is_asked else [])
        always = policy.replace(treated_lesion_as_target="yes")
        assert measurable(treated, size(ld=200), always)[1] == []


def test_which_organ_a_lesion_counts_for():
    """R11-M2. All nodes are one organ, the brain is one organ, other organs go by name."""
    assert organ_of(lesion(is_node=True, organ="axilla")) == organ_of(lesion(is_node=True, organ="neck"))
    assert organ_of(lesion(is_node=True)) == "node"
    assert organ_of(lesion(compartment=BRAIN, organ="frontal")) == "brain"
    assert organ_of(lesion(compartment=BRAIN, organ="cerebellum")) == "brain"
    assert organ_of(lesion(organ=" Liver ")) == organ_of(lesion(organ="liver")) == "liver"


def chosen(table: str, policy: Policy, **patient: Any) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    found = select_targets(read_patient(table, **patient), policy)
    assert list(found) == list(found.ids)
    assert len(found) == len(found.ids)
    return found.ids, dict(found.left_out)


@pytest.mark.parametrize(
    ("table", "ids", "left"),
    [
        ("visit | B@liver | A@liver | C@liver\nBL | 20 | 20 | 20", ("A", "B"), {"C": ("TOO_MANY_IN_ORGAN",)}),
        ("visit | A@liver | B@liver | C@liver\nBL | 20 | 30 | 25", ("B", "C"), {"A": ("TOO_MANY_IN_ORGAN",)}),
        ("visit | A@node | B@lung\nBL | 20 | 30", ("B", "A"), {}),
        ("visit | A@liver | B@lung\nBL | 9 | 30", ("B",), {"A": ("DIAMETER_BELOW_MINIMUM",)}),
        (
            "visit | A@a | B@b | C@c | D@d | E@e | F@f\nBL | 20 | 20 | 20 | 20 | 20 | 20",
            ("A", "B", "C", "D", "E"),
            {"F": ("TOO_MANY_TARGETS",)},
        ),
        (
            "visit | A@a | B@a | C@b | D@b | E@c | F@c\nBL | 30 | 29 | 28 | 27 | 26 | 25",
            ("A", "B", "C", "D", "E"),
            {"F": ("TOO_MANY_TARGETS",)},
        ),
    ],
)
def test_the_order_of_choice(table, ids, left):
    """R11-M2. By size, then id; five in all, two of one organ; the reason of each that was left out."""
    assert chosen(table, RECIST) == (ids, left)


def test_ties_and_nodes_in_the_order_of_choice():
    """RBM-M3, R11-M2. Among equal sizes the larger perpendicular is first; a node ranks by its short axis."""
    table = "visit | A | B | C\nBL | 20 | 20 | 21"
    measured = {("B", "BL"): {"perp": 60}, ("A", "BL"): {"perp": 50}}
    assert chosen(table, RANO, measured=measured)[0] == ("C", "B", "A")
    nodes = "visit | A@node | B@lung\nBL | 20 | 25"
    assert chosen(nodes, RECIST, measured={("A", "BL"): {"ld": 400}})[0] == ("B", "A")


def test_one_of_each_organ_where_the_policy_says_so():
    """R11-M2. With `max_per_organ = 1` the largest of each organ is chosen."""
    table = "visit | A@liver | B@liver | C@lung\nBL | 20 | 30 | 25"
    assert chosen(table, RECIST.replace(max_per_organ=1))[0] == ("B", "C")


def test_lesions_of_no_known_organ_are_not_counted_together():
    """R11-M2. Where the organ is not known, two of one organ can't be told."""
    lesions = {key: lesion(key, organ="") for key in "ABC"}
    sizes = {key: size(key, ld=200) for key in "ABC"}
    assert select(lesions, sizes, RECIST).ids == ("A", "B", "C")


def found_in(lesions: list[Lesion], sizes: dict[str, Measurement], policy: Policy):
    patient = Patient(PATIENT, START, lesions=tuple(lesions))
    demoted, findings = check_targets(patient, {item.lesion_id: item for item in lesions}, sizes, policy)
    return demoted, [(item.code, item.lesion_id) for item in findings]


def test_targets_that_break_the_rules():
    """R11-M1. They are reported and kept, or demoted, or refused, by the policy."""
    lesions = [lesion("A"), lesion("B")]
    sizes = {"A": size("A", ld=90), "B": size("B", ld=100)}
    told = [("TARGET_NOT_MEASURABLE", "A")]
    assert found_in(lesions, sizes, RECIST) == (set(), told)
    assert found_in(lesions, sizes, RECIST.replace(measurability="demote")) == ({"A"}, told)
    with pytest.raises(NotMeasurable):
        found_in(lesions, sizes, RECIST.replace(measurability="refuse"))
    assert found_in(lesions[1:], sizes, RECIST.replace(measurability="refuse")) == (set(), [])
    assert found_in(lesions, {}, RECIST)[1] == [
        ("TARGET_NOT_MEASURABLE", "A"),
        ("TARGET_NOT_MEASURABLE", "B"),
    ]


@pytest.mark.parametrize(
    ("organs", "codes"),
    [
        ("abcde", []),
        ("abcdef", ["TOO_MANY_TARGETS"]),
        ("aab", []),
        ("aaab", ["TOO_MANY_IN_ORGAN"]),
        ("aaabbb", ["TOO_MANY_TARGETS", "TOO_MANY_IN_ORGAN", "TOO_MANY_IN_ORGAN"]),
        ("   ", []),
    ],
)
def test_targets_that_are_too_many(organs, codes):
    """R11-M2. More than five, or more than two of one organ, are found; unknown organs are not counted."""
    lesions = [lesion(str(place), organ=organ.strip()) for place, organ in enumerate(organs)]
    sizes = {item.lesion_id: size(item.lesion_id, ld=200) for item in lesions}
    assert [code for code, _ in found_in(lesions, sizes, RECIST)[1]] == codes


def test_demoted_targets_are_not_counted():
    """R11-M2. Of six targets one that is demoted leaves five."""
    lesions = [lesion(str(place), organ=organ) for place, organ in enumerate("abcdef")]
    sizes = {item.lesion_id: size(item.lesion_id, ld=200) for item in lesions} | {"0": size("0", ld=50)}
    demote = RECIST.replace(measurability="demote")
    assert found_in(lesions, sizes, demote)[1] == [("TARGET_NOT_MEASURABLE", "0")]
    report = found_in(lesions, sizes, RECIST)[1]
    assert [code for code, _ in report] == ["TARGET_NOT_MEASURABLE", "TOO_MANY_TARGETS"]
