"""Which lesions may be targets: the measurability rules R11-M1 to M3 and RBM-M1 to M3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cimara.response.model import Finding, Lesion, Measurement, Patient
from cimara.response.policy import Policy
from cimara.terms.errors import CimaraError
from cimara.terms.response import Answer, LesionCompartment, LocalTherapy, SizeStatus

RADIATION = frozenset({LocalTherapy.SRS, LocalTherapy.WBRT})
TREATMENT = RADIATION | {LocalTherapy.SURGERY, LocalTherapy.OTHER}
UNVERIFIED_REASONS = frozenset({"DIAMETER_BELOW_TWO_SLICES"})
"""Reasons by a rule of status U: twice the slice where slices are thick (R11-M1, RBM-M1)."""
NEVER_MEASURABLE = {
    LesionCompartment.LEPTOMENINGEAL: "LEPTOMENINGEAL",
    LesionCompartment.DURAL_BONY: "DURAL_OR_BONY",
}


class NotMeasurable(CimaraError):  # noqa: N818  (it is a state of the lesion, as a person would say it)
    """A target lesion breaks the measurability rules, and the policy refuses such targets."""


@dataclass(frozen=True, slots=True)
class TargetSelection:
    """Targets in order of choice, and for every other lesion why it is none."""

    ids: tuple[str, ...]
    left_out: Mapping[str, tuple[str, ...]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)


def measurable(lesion: Lesion, measurement: Measurement | None, policy: Policy) -> tuple[bool, list[str]]:
    """Whether a lesion may be a target by what was measured at baseline, and the reason codes against it.

    What was not recorded (perpendicular, number of slices) does not speak against a lesion. Source: EIS09
    (R11-M1, R11-M3), LIN15 (RBM-M1, RBM-M2).
    """
    why = [*_nature(lesion, policy), *_treated(lesion, policy), *_size(lesion, measurement, policy)]
    return not why, why


def _nature(lesion: Lesion, policy: Policy) -> Iterator[str]:
    if lesion.compartment in NEVER_MEASURABLE:
        yield NEVER_MEASURABLE[lesion.compartment]
    if lesion.organ.lower() == "bone":
        yield "DURAL_OR_BONY"
    if lesion.borders_measurable is Answer.NO:
        yield "BORDERS_NOT_REPRODUCIBLE"
    if policy.is_rano and lesion.cystic_only is Answer.YES:
        yield "CYSTIC_ONLY"


def _treated(lesion: Lesion, policy: Policy) -> Iterator[str]:
    """RECIST asks about irradiation, RANO-BM about any local therapy."""
    asked = TREATMENT if policy.is_rano else RADIATION
    if lesion.prior_local_therapy not in asked or policy.treated_lesion_as_target == "yes":
        return
    if policy.treated_lesion_as_target == "no":
        yield "TREATED"
    elif lesion.progressed_since_therapy is not Answer.YES:
        yield "TREATED_NOT_PROGRESSED"


def _size(lesion: Lesion, item: Measurement | None, policy: Policy) -> Iterator[str]:
    if item is None or item.status is not SizeStatus.MEASURED:
        yield "NOT_MEASURED"
        return
    if lesion.is_node:
        if item.short_axis is None or item.short_axis < policy.node_target_min:
            yield "NODE_BELOW_MINIMUM"
        return
    if item.ld is None or item.ld < policy.min_ld:
        yield "DIAMETER_BELOW_MINIMUM"
    elif item.slice_mm is not None and item.slice_mm > policy.max_slice and item.ld < 2 * item.slice_mm:
        yield "DIAMETER_BELOW_TWO_SLICES"
    if item.perp is not None and item.perp < policy.min_perp:
        yield "PERPENDICULAR_BELOW_MINIMUM"
    if item.n_slices is not None and item.n_slices < policy.min_slices:
        yield "TOO_FEW_SLICES"


def select(
    lesions: Mapping[str, Lesion], at_baseline: Mapping[str, Measurement | None], policy: Policy
) -> TargetSelection:
    """Targets by size, then perpendicular, then lesion id, as many as the policy allows (R11-M2, RBM-M3)."""
    left_out: dict[str, tuple[str, ...]] = {}
    candidates = []
    for key, lesion in lesions.items():
        ok, why = measurable(lesion, at_baseline.get(key), policy)
        if ok:
            candidates.append(key)
        else:
            left_out[key] = tuple(why)
    chosen: list[str] = []
    per_organ: dict[str, int] = {}
    for key in sorted(candidates, key=lambda key: _rank(lesions[key], at_baseline[key])):
        organ = organ_of(lesions[key])
        if len(chosen) >= policy.max_targets:
            left_out[key] = ("TOO_MANY_TARGETS",)
        elif organ and per_organ.get(organ, 0) >= policy.max_per_organ:
            left_out[key] = ("TOO_MANY_IN_ORGAN",)
        else:
            chosen.append(key)
            per_organ[organ] = per_organ.get(organ, 0) + 1
    return TargetSelection(tuple(chosen), left_out)


def left_out_unverified(patient: Patient, chosen: TargetSelection) -> list[Finding]:
    """Lesions that only an unverified rule keeps from being targets."""
    text = "left out of the targets by an unverified rule alone: twice the slice where slices are thick"
    return [
        Finding("LEFT_OUT_BY_UNVERIFIED_RULE", "warning", text, patient.patient_id, "", key)
        for key, why in sorted(chosen.left_out.items())
        if set(why) <= UNVERIFIED_REASONS
    ]


def organ_of(lesion: Lesion) -> str:
    """The organ for counting: all nodes are one, the brain is one."""
    if lesion.is_node:
        return "node"
    return "brain" if lesion.compartment is LesionCompartment.BRAIN else lesion.organ.strip().lower()


def _rank(lesion: Lesion, item: Measurement | None) -> tuple[int, int, str]:
    size = 0 if item is None else (item.short_axis if lesion.is_node else item.ld) or 0
    perp = 0 if item is None else item.perp or 0
    return (-size, -perp, lesion.lesion_id)


def check_targets(
    patient: Patient,
    targets: Mapping[str, Lesion],
    at_baseline: Mapping[str, Measurement | None],
    policy: Policy,
) -> tuple[set[str], list[Finding]]:
    """Targets that the policy demotes, and findings on those that break the rules.

    Raises NotMeasurable under `measurability = "refuse"`.
    """
    demoted, findings = set(), []
    for key, lesion in sorted(targets.items()):
        ok, why = measurable(lesion, at_baseline.get(key), policy)
        if ok:
            continue
        if policy.measurability == "refuse":
            raise NotMeasurable(
                not_measurable_text(why),
                where=f"patient {patient.patient_id}, lesion {key}",
                hint='Make it a non-target lesion, or set measurability = "report" or "demote".',
            )
        if policy.measurability == "demote":
            demoted.add(key)
        text = not_measurable_text(why)
        findings.append(Finding("TARGET_NOT_MEASURABLE", "warning", text, patient.patient_id, "", key))
    findings += _too_many(patient, {key: item for key, item in targets.items() if key not in demoted}, policy)
    return demoted, findings


def not_measurable_text(why: Iterable[str]) -> str:
    """What is told of a target that breaks the rules; a rule that nobody has checked in print says so."""
    codes = (f"{code} (unverified rule)" if code in UNVERIFIED_REASONS else code for code in why)
    return f"target lesion is not measurable: {', '.join(codes)}"


def _too_many(patient: Patient, targets: Mapping[str, Lesion], policy: Policy) -> Iterator[Finding]:
    if len(targets) > policy.max_targets:
        text = f"more than {policy.max_targets} target lesions"
        yield Finding("TOO_MANY_TARGETS", "warning", text, patient.patient_id)
    organs = [organ_of(lesion) for lesion in targets.values()]
    for organ in sorted(set(organs)):
        if organ and organs.count(organ) > policy.max_per_organ:
            text = f"more than {policy.max_per_organ} target lesions in one organ"
            yield Finding("TOO_MANY_IN_ORGAN", "warning", text, patient.patient_id)
