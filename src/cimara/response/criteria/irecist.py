"""iRECIST: a progression waits for its confirmation (Seymour 2017), as a machine of three states.

N: nothing pending. U: iUPD pending, with sum, non-target levels and new lesions of the block's first iUPD.
C: a progression was confirmed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cimara.response.criteria.call import Call, called, progressed_kinds
from cimara.response.criteria.components import Component, Course, Parts
from cimara.response.criteria.measurability import organ_of
from cimara.response.criteria.recist import recist_call
from cimara.response.followup import Seen
from cimara.response.model import Lesion
from cimara.response.policy import Policy
from cimara.response.tables import load_table
from cimara.terms.response import LesionChange

I_WORDS = {
    "CR": "iCR",
    "PR": "iPR",
    "SD": "iSD",
    "NON-CR/NON-PD": "NON-iCR/NON-iUPD",
}
_EVIDENCE_KIND = {"target": "target", "nontarget": "non-target", "new": "new"}
_STEP = {LesionChange.INCREASED: 1, LesionChange.DECREASED: -1}


@dataclass(slots=True)
class Block:
    """The first iUPD of a block: what progressed then, and how much there was of it."""

    date: dt.date
    kinds: frozenset[str]
    sizes: Mapping[str, int]
    levels: Mapping[str, int]
    new_sizes: Mapping[str, int | None]
    target_like: frozenset[str]
    new_levels: Mapping[str, int]


@dataclass(slots=True)
class IrecistState:
    """Where the machine stands. `levels` count growth in words; `settled` new lesions are of a past block."""

    name: str = "N"
    block: Block | None = None
    levels: dict[str, int] = field(default_factory=dict)
    new_levels: dict[str, int] = field(default_factory=dict)
    settled: dict[str, int | None] = field(default_factory=dict)


def irecist_call(parts: Parts, seen: Seen, course: Course, state: IrecistState) -> Call:
    """The call of one visit, and the state moved on."""
    policy = course.policy
    _count_changes(seen, state)
    parts = replace(parts, new=_unsettled(parts.new, seen, state, policy))
    block, now = state.block, max(seen.scan_dates)
    evidence, reasons = _evidence(parts, seen, state, course) if block is not None else ("none", ())
    days = (now - block.date).days if block is not None else 0
    is_early = days < policy.irecist_min_confirm_days
    spared = recist_call(_without_new(parts, seen))
    row = load_table("irecist").first(
        policy,
        state=state.name,
        pd=_yes(bool(progressed_kinds(parts))),
        evidence=evidence,
        early=_yes(is_early),
        recovered=_yes(_recovered(parts, seen, spared)),
        evaluable=_yes(spared.response != "NE"),
        new_unchanged=_yes(_is_stable_beside_new(parts, seen)),
    )
    if row.outcome == "=recist":
        word = I_WORDS.get(spared.response, spared.response)
        call = called(row, word, _without_new(parts, seen)).adding(flags=spared.flags)
    else:
        kind = next(iter(progressed_kinds(parts)), "")
        call = called(row, row.outcome, parts, kind=_EVIDENCE_KIND.get(evidence, kind))
    call = _explained(call, state, evidence, reasons, days, is_early=is_early, policy=policy)
    _move(row.extra["next_state"], call, seen, state, course)
    return call


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _count_changes(seen: Seen, state: IrecistState) -> None:
    """Growth in words adds up: +1 when a lesion increased since the visit before, -1 when it decreased."""
    for key, change in seen.changes.items():
        state.levels[key] = state.levels.get(key, 0) + _STEP.get(change, 0)
    for key, new in seen.new.items():
        if new.change is not None:
            state.new_levels[key] = state.new_levels.get(key, 0) + _STEP.get(new.change, 0)
    for key in [key for key in state.settled if key not in seen.new]:
        del state.settled[key]


def _unsettled(new: Component, seen: Seen, state: IrecistState, policy: Policy) -> Component:
    """New lesions without those of a block that was reset, unless they grow again."""
    if new.word != "yes" or not state.settled:
        return new
    for key, before in list(state.settled.items()):
        grown = seen.new[key].change is LesionChange.INCREASED
        size = seen.new[key].measured
        if grown or (before is not None and size is not None and size - before >= policy.irecist_growth):
            del state.settled[key]
    active = [key for key, item in seen.new.items() if item.is_certain and key not in state.settled]
    if active:
        return replace(new, reasons=tuple(f"NEW_LESION:{key}" for key in active))
    return replace(new, word="blocks")


def _without_new(parts: Parts, seen: Seen) -> Parts:
    """The parts as if no new lesion counted, though one that is still there holds back iCR."""
    if parts.new.word != "yes":
        return parts
    return replace(parts, new=replace(parts.new, word="blocks"))


def _recovered(parts: Parts, seen: Seen, spared: Call) -> bool:
    """IR-7. No longer progression over the nadir; with stable targets no new lesion may be left."""
    if spared.response in ("PD", "NE"):
        return False
    return parts.target.word in ("CR", "PR") or not any(new.is_certain for new in seen.new.values())


def _is_stable_beside_new(parts: Parts, seen: Seen) -> bool:
    """IR-9. Targets stable, other disease not progressing, a new lesion still there."""
    has_new = any(new.is_certain for new in seen.new.values())
    return parts.target.word == "SD" and parts.nontarget.word != "PD" and has_new


def _evidence(parts: Parts, seen: Seen, state: IrecistState, course: Course) -> tuple[str, tuple[str, ...]]:
    """What confirms the pending progression, if anything does: the first of IR-3, 4, 5, 6."""
    block = state.block
    assert block is not None
    if growth := _target_grew(seen, block, course.policy):
        return "target", (f"CONFIRMED_BY_TARGET:{growth}",)
    grown = [key for key in seen.changes if state.levels[key] > block.levels.get(key, 0)]
    if "non-target" in block.kinds and grown:
        return "nontarget", tuple(f"CONFIRMED_BY_NONTARGET:{key}" for key in grown)
    if "new" in block.kinds and _new_grew(seen, state, block, course.policy):
        return "new", ("CONFIRMED_BY_NEW",)
    if set(progressed_kinds(parts)) - block.kinds:
        return "other", ("CONFIRMED_BY_OTHER",)
    return "none", ()


def _target_grew(seen: Seen, block: Block, policy: Policy) -> int:
    """IR-3. Growth of the sum since the first iUPD if it is enough, else 0; an unseen lesion adds nothing."""
    if "target" not in block.kinds:
        return 0
    now = sum(seen.sizes.get(key) or 0 for key in block.sizes)
    growth = now - sum(block.sizes.values())
    return growth if growth >= policy.irecist_growth else 0


def _new_grew(seen: Seen, state: IrecistState, block: Block, policy: Policy) -> bool:
    """IR-5. One more new lesion, +5 mm in the sum of the target-like ones, or any growth of the others."""
    certain = {key: new for key, new in seen.new.items() if new.is_certain}
    if set(certain) - set(block.new_sizes):
        return True
    now = sum(certain[key].measured or 0 for key in block.target_like if key in certain)
    before = sum(block.new_sizes[key] or 0 for key in block.target_like)
    if block.target_like and now - before >= policy.irecist_growth:
        return True
    others = [key for key in certain if key not in block.target_like]
    return any(_other_grew(key, certain[key].measured, state, block) for key in others)


def _other_grew(key: str, size: int | None, state: IrecistState, block: Block) -> bool:
    before = block.new_sizes.get(key)
    is_larger = size is not None and before is not None and size > before
    return is_larger or state.new_levels.get(key, 0) > block.new_levels.get(key, 0)


def _explained(
    call: Call,
    state: IrecistState,
    evidence: str,
    reasons: tuple[str, ...],
    days: int,
    *,
    is_early: bool,
    policy: Policy,
) -> Call:
    """The call with what the machine adds: confirmed by what, too early, late, reset, pending."""
    if call.response == "iCPD" and state.name == "U":
        flags = ("CONFIRM_LATE",) if days > policy.irecist_late_days else ()
        return call.adding(reasons=reasons, flags=flags)
    if call.response == "iUPD" and evidence != "none" and is_early:
        return call.adding(reasons=("TOO_EARLY_TO_CONFIRM",))
    if call.response in ("iUPD", "NE") and state.name == "U":
        return call.adding(reasons=("PROGRESSION_PENDING",))
    if state.name == "U" and call.rule_id in ("IR-7", "IR-9"):
        return call.adding(reasons=("BAR_RESET",))
    return call


def _move(next_state: str, call: Call, seen: Seen, state: IrecistState, course: Course) -> None:
    if state.name != "U" and next_state == "U":
        state.block = _block(call, seen, state, course)
    if state.name == "U" and next_state == "N":
        state.settled = {key: new.measured for key, new in seen.new.items() if new.is_certain}
    if next_state != "U":
        state.block = None
    state.name = next_state


def _block(call: Call, seen: Seen, state: IrecistState, course: Course) -> Block:
    certain = {key: new.measured for key, new in seen.new.items() if new.is_certain}
    lesions = course.followup.lesions
    return Block(
        date=max(seen.scan_dates),
        kinds=frozenset(call.kinds),
        sizes={key: size for key, size in seen.sizes.items() if size is not None},
        levels=dict(state.levels),
        new_sizes=certain,
        target_like=_target_like(certain, lesions, course.policy),
        new_levels=dict(state.new_levels),
    )


def _target_like(
    sizes: Mapping[str, int | None], lesions: Mapping[str, Lesion], policy: Policy
) -> frozenset[str]:
    """New lesions that are large enough to measure: at most 5, 2 of one organ, the largest first."""
    chosen: list[str] = []
    organs: list[str] = []
    for key, size in sorted(sizes.items(), key=lambda item: (-(item[1] or 0), item[0])):
        lesion = lesions.get(key)
        least = policy.node_target_min if lesion is not None and lesion.is_node else policy.min_ld
        organ = "" if lesion is None else organ_of(lesion)
        is_full = bool(organ) and organs.count(organ) >= policy.irecist_max_new_per_organ
        if size is not None and size >= least and len(chosen) < policy.irecist_max_new and not is_full:
            chosen.append(key)
            organs.append(organ)
    return frozenset(chosen)
