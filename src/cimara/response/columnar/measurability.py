"""Which targets break the measurability rules, and why: R11-M1 to M3 and RBM-M1 to M3 on columns."""

from __future__ import annotations

import numpy as np

from cimara.response.columnar.records import NOTHING, Array, Records, code, is_word
from cimara.response.criteria.measurability import NEVER_MEASURABLE, RADIATION, TREATMENT
from cimara.response.policy import Policy
from cimara.terms.response import Answer, SizeStatus

CODES = (
    *NEVER_MEASURABLE.values(),
    "BORDERS_NOT_REPRODUCIBLE",
    "CYSTIC_ONLY",
    "TREATED",
    "TREATED_NOT_PROGRESSED",
    "NOT_MEASURED",
    "NODE_BELOW_MINIMUM",
    "DIAMETER_BELOW_MINIMUM",
    "DIAMETER_BELOW_TWO_SLICES",
    "PERPENDICULAR_BELOW_MINIMUM",
    "TOO_FEW_SLICES",
    "DURAL_OR_BONY",
)
"""Reasons in the order of the reference; bone as an organ stands last and is moved by `reasons`."""
BONE = len(CODES) - 1


def not_measurable(records: Records, policy: Policy, lesion: Array, item: Array) -> Array:
    """The reasons against each lesion by its measurement at baseline (rows; -1 for none), as bits."""
    if not len(lesion):
        return np.zeros(0, np.int64)
    found = np.zeros(len(lesion), np.int64)
    nature = _nature(records, policy, lesion) | _treated(records, policy, lesion)
    for name, where in {**nature, **_size(records, policy, lesion, item)}.items():
        place = BONE if name == "BONE" else CODES.index(name)
        found |= where.astype(np.int64) << place
    return found


def reasons(bits: int) -> list[str]:
    """The reason codes of some bits, in the order of the reference."""
    codes = [name for place, name in enumerate(CODES[:-1]) if bits >> place & 1]
    if bits >> BONE & 1:
        codes.insert(sum(name in NEVER_MEASURABLE.values() for name in codes), CODES[BONE])
    return codes


def _nature(records: Records, policy: Policy, row: Array) -> dict[str, Array]:
    rows = records.lesions
    is_bone = np.array([organ.lower() == "bone" for organ in records.organs], bool)
    found = {name: is_word(rows["compartment"][row], where) for where, name in NEVER_MEASURABLE.items()}
    found["BONE"] = is_bone[rows["organ"][row]]
    found["BORDERS_NOT_REPRODUCIBLE"] = is_word(rows["borders_measurable"][row], Answer.NO)
    if policy.is_rano:
        found["CYSTIC_ONLY"] = is_word(rows["cystic_only"][row], Answer.YES)
    return found


def _treated(records: Records, policy: Policy, row: Array) -> dict[str, Array]:
    rows = records.lesions
    treated = is_word(rows["prior_local_therapy"][row], *(TREATMENT if policy.is_rano else RADIATION))
    if policy.treated_lesion_as_target == "yes":
        return {}
    if policy.treated_lesion_as_target == "no":
        return {"TREATED": treated}
    grew = rows["progressed_since_therapy"][row] == code(Answer.YES)
    return {"TREATED_NOT_PROGRESSED": treated & ~grew}


def _size(records: Records, policy: Policy, row: Array, item: Array) -> dict[str, Array]:
    rows = records.measurements
    if not len(rows["status"]):
        return {"NOT_MEASURED": np.ones(len(row), bool)}
    unmeasured = (item < 0) | (rows["status"][item] != code(SizeStatus.MEASURED))
    is_node = records.lesions["is_node"][row] == 1
    is_other = ~unmeasured & ~is_node
    ld, perp, n_slices, slice_mm = (
        rows[name][item].astype(np.int64) for name in ("ld", "perp", "n_slices", "slice_mm")
    )
    too_short = ld < policy.min_ld
    return {
        "NOT_MEASURED": unmeasured,
        "NODE_BELOW_MINIMUM": ~unmeasured & is_node & (rows["short_axis"][item] < policy.node_target_min),
        "DIAMETER_BELOW_MINIMUM": is_other & too_short,
        "DIAMETER_BELOW_TWO_SLICES": is_other
        & ~too_short
        & (slice_mm != NOTHING)
        & (slice_mm > policy.max_slice)
        & (ld < 2 * slice_mm),
        "PERPENDICULAR_BELOW_MINIMUM": is_other & (perp != NOTHING) & (perp < policy.min_perp),
        "TOO_FEW_SLICES": is_other & (n_slices != NOTHING) & (n_slices < policy.min_slices),
    }
