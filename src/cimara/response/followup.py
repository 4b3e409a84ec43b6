"""One evaluator's follow-up of one patient in one compartment: baseline, targets, lesions through time.

`see` applies decisions (corrections, radiation necrosis, new lesions confirmed or refuted) and, with
hindsight, dates an equivocal new lesion back to its first scan once it proved unequivocal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cimara.response.adjudicate import NO_DECISIONS, Decisions
from cimara.response.criteria.measurability import check_targets, left_out_unverified, select
from cimara.response.model import Finding, Lesion, Measurement, Visit
from cimara.response.new_lesions import NewSeen, new_lesions
from cimara.response.policy import Policy
from cimara.response.records import COMPARTMENTS, Records, note
from cimara.response.sizes import tenths
from cimara.terms.response import (
    AdjudicationKind,
    Assessable,
    LesionChange,
    LesionRole,
    LesionState,
    SizeStatus,
)


@dataclass(slots=True)
class Seen:
    """What counts at one visit: sizes of targets (None = not assessed), states of the rest, scan dates."""

    position: int
    visit: Visit
    sizes: dict[str, int | None]
    states: dict[str, LesionState]
    changes: dict[str, LesionChange]
    new: dict[str, NewSeen]
    necrosis: frozenset[str]
    target_dates: list[dt.date] = field(default_factory=list)
    nontarget_dates: list[dt.date] = field(default_factory=list)
    new_dates: list[dt.date] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def scan_dates(self) -> list[dt.date]:
        """Every scan date of the visit that a record names; the visit's own where none does."""
        return [*self.target_dates, *self.nontarget_dates, *self.new_dates] or [self.visit.date]


@dataclass(frozen=True, slots=True)
class Followup:
    """Who is followed: the baseline, the lesions in the sum, those outside it, the visits after baseline."""

    records: Records
    policy: Policy
    baseline: int | None
    targets: tuple[str, ...]
    nontargets: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]

    @property
    def lesions(self) -> Mapping[str, Lesion]:
        """The lesions by id."""
        return self.records.lesions

    def positions(self) -> range:
        """Positions of the visits after baseline; without one, of all visits after the start."""
        visits = self.records.visits
        if self.baseline is not None:
            return range(self.baseline + 1, len(visits))
        start = self.records.patient.start_date
        return range(sum(1 for visit in visits if visit.date <= start), len(visits))


def follow(records: Records, policy: Policy) -> Followup:
    """Baseline and lesions of one evaluator in the compartment of the policy."""
    inside = COMPARTMENTS[policy.compartment]
    lesions = {key: item for key, item in records.lesions.items() if item.compartment in inside}
    findings: list[Finding] = []
    baseline = _baseline(records, policy, lesions, findings)
    parts = _parts(lesions)
    whole = {key: item for key, item in lesions.items() if not any(key in ids for ids in parts.values())}
    targets, nontargets = _roles(records, policy, whole, baseline, findings)
    return Followup(records, policy, baseline, targets, nontargets, parts, tuple(findings))


def _baseline(
    records: Records, policy: Policy, lesions: Mapping[str, Lesion], findings: list[Finding]
) -> int | None:
    """The visit marked as baseline, else the last scan before the start; one too old is used and named."""
    patient, visits = records.patient, records.visits
    marked = [place for place, visit in enumerate(visits) if visit.is_baseline]
    if len(marked) > 1:
        findings.append(
            note("SEVERAL_BASELINES", "several visits are marked as baseline: the last one", patient)
        )
    before = marked or [place for place, visit in enumerate(visits) if visit.date <= patient.start_date]
    scanned = [place for place in before if any((place, key) in records.measurements for key in lesions)]
    candidates = before if marked else scanned or before
    if not candidates:
        findings.append(note("NO_BASELINE", "no scan at or before the start of treatment", patient))
        return None
    place = candidates[-1]
    if (patient.start_date - visits[place].date).days > policy.baseline_window_days:
        text = f"the baseline scan is older than {policy.baseline_window_days} days"
        findings.append(note("BASELINE_TOO_OLD", text, patient, visits[place].visit_id))
    if visits[place].date > patient.start_date:
        text = "the visit marked as baseline lies after the start of treatment"
        findings.append(note("BASELINE_AFTER_START", text, patient, visits[place].visit_id))
    return place


def _parts(lesions: Mapping[str, Lesion]) -> dict[str, tuple[str, ...]]:
    """Parts of split lesions by the lesion that they came from (the first parent that is known)."""
    found: dict[str, list[str]] = {}
    for key in sorted(lesions):
        parent = next((item for item in lesions[key].parent_ids if item in lesions and item != key), None)
        if parent is not None:
            found.setdefault(parent, []).append(key)
    return {parent: tuple(keys) for parent, keys in found.items()}


def _roles(
    records: Records,
    policy: Policy,
    lesions: Mapping[str, Lesion],
    baseline: int | None,
    findings: list[Finding],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Targets and non-targets, as given or as the measurability rules choose."""
    old = {key: item for key, item in lesions.items() if item.role is not LesionRole.NEW}
    at_baseline = {} if baseline is None else {key: records.seen(baseline, key) for key in old}
    given = {key for key, item in old.items() if item.role is LesionRole.TARGET}
    if policy.target_source == "given":
        findings += _without_role(records, old)
        targets = given
    else:
        chosen = select(old, at_baseline, policy)
        targets = set(chosen.ids)
        findings += left_out_unverified(records.patient, chosen)
        if policy.target_source == "check":
            findings += [
                note(
                    "TARGETS_DIFFER",
                    "the rules and the record choose different targets",
                    records.patient,
                    "",
                    key,
                )
                for key in sorted(given ^ targets)
            ]
            targets = given
    demoted, more = check_targets(records.patient, {key: old[key] for key in targets}, at_baseline, policy)
    findings += more
    targets = targets - demoted
    return tuple(sorted(targets)), tuple(sorted(set(old) - targets))


def _without_role(records: Records, lesions: Mapping[str, Lesion]) -> Iterable[Finding]:
    text = "no role given: judged in words, outside the sum"
    return [
        note("ROLE_MISSING", text, records.patient, "", key)
        for key, item in sorted(lesions.items())
        if item.role is None
    ]


def see(
    followup: Followup, decisions: Decisions = NO_DECISIONS, *, hindsight: bool = False
) -> tuple[Seen | None, list[Seen]]:
    """The baseline and each later visit, as they count under `decisions`."""
    records = _corrected(followup, decisions)
    smallest: dict[str, int] = {}
    begun: set[str] = set()
    gone: set[str] = set()
    necrosis = _necrosis(records, decisions)
    known = frozenset((*followup.targets, *followup.nontargets))
    certain = new_lesions(
        followup.records,
        policy=followup.policy,
        known=known,
        positions=followup.positions(),
        decisions=decisions,
        hindsight=hindsight,
    )
    places = followup.positions() if followup.baseline is None else [followup.baseline, *followup.positions()]
    seen = []
    for place in places:
        dead = frozenset(key for key, spans in necrosis.items() if spans.get(place, False))
        found = Seen(place, records.visits[place], {}, {}, {}, {}, dead)
        _see_targets(followup, records, found, smallest, begun)
        _see_nontargets(followup, records, found, gone)
        for key, at in certain.items():
            if place in at and key not in dead:
                found.new[key] = at[place]
        _note_visit(followup, found, decisions)
        seen.append(found)
    return (None, seen) if followup.baseline is None else (seen[0], seen[1:])


def _corrected(followup: Followup, decisions: Decisions) -> Records:
    """The records with corrected sizes; what was there before stays in the input."""
    records = followup.records
    events = list(decisions.about(AdjudicationKind.MEASUREMENT_CORRECTED, evaluator=records.evaluator))
    if not events:
        return records
    measurements = dict(records.measurements)
    for event in events:
        for place, visit in enumerate(records.visits):
            key = (place, event.lesion_id)
            known = key in measurements or key in records.duplicates
            if visit.visit_id == event.visit_id and known and event.lesion_id in records.lesions:
                measurements[key] = _new_size(records, key, event.value)
    return replace(records, measurements=measurements)


def _new_size(records: Records, key: tuple[int, str], value: str) -> Measurement:
    place, lesion_id = key
    visit = records.visits[place]
    old = records.measurements.get(key) or Measurement(
        records.patient.patient_id, lesion_id, visit.visit_id, visit.date, evaluator=records.evaluator
    )
    size = tenths(value)
    status = SizeStatus.MEASURED if size else SizeStatus.ABSENT
    state = None if old.state is None else LesionState.PRESENT if size else LesionState.ABSENT
    if records.lesions[lesion_id].is_node:
        return replace(old, status=status, short_axis=size, state=state)
    return replace(old, status=status, ld=size, state=state)


def _necrosis(records: Records, decisions: Decisions) -> dict[str, dict[int, bool]]:
    """For each lesion with a decision on radiation necrosis, whether it holds at each visit."""
    kinds = (AdjudicationKind.RADIATION_NECROSIS, AdjudicationKind.RN_WITHDRAWN)
    spans: dict[str, dict[int, bool]] = {}
    places = {visit.visit_id: place for place, visit in reversed(list(enumerate(records.visits)))}
    events = list(decisions.about(*kinds, evaluator=records.evaluator))
    for event in sorted(events, key=lambda item: (places.get(item.visit_id, -1), item.decided_on)):
        span = spans.setdefault(event.lesion_id, {})
        for place in range(max(places.get(event.visit_id, -1), 0), len(records.visits)):
            span[place] = event.kind is AdjudicationKind.RADIATION_NECROSIS
    return spans


def _see_targets(
    followup: Followup, records: Records, found: Seen, smallest: dict[str, int], begun: set[str]
) -> None:
    """Sizes of the targets; one that is radiation necrosis stays at its nadir instead of growing."""
    for key in followup.targets:
        size = _whole_size(followup, records, found, key, begun)
        if size is not None:
            if key in found.necrosis and key in smallest:
                size = min(size, smallest[key])
            smallest[key] = min(size, smallest.get(key, size))
        found.sizes[key] = size


def _whole_size(followup: Followup, records: Records, found: Seen, key: str, begun: set[str]) -> int | None:
    """The size of a target, the parts that it split into added up; a part once seen must be seen again."""
    ids = (key, *followup.parts.get(key, ()))
    sizes = []
    for name in ids:
        item = records.seen(found.position, name)
        if item is not None:
            found.target_dates.append(item.date)
            if item.status is SizeStatus.MERGED:
                found.flags.append("MERGED_LESION")
        size = size_of(item, followup.lesions[name], followup.policy)
        if item is not None and name != key:
            begun.add(name)
            found.flags.append("SPLIT_LESION")
        is_needed = name in begun or (name == key and len(ids) == 1)
        if size is None and (item is not None or is_needed):
            return None
        if size is not None:
            sizes.append(size)
    return sum(sizes) if sizes else None


def size_of(item: Measurement | None, lesion: Lesion, policy: Policy) -> int | None:
    """The size that goes into the sum: short axis of a node, volume, or longest diameter; None = not seen."""
    if item is None:
        return None
    if item.status is SizeStatus.MEASURED:
        if policy.measure == "volume":
            return item.volume
        return item.short_axis if lesion.is_node else item.ld
    if item.status is SizeStatus.TOO_SMALL:
        return policy.too_small_volume if policy.measure == "volume" else policy.too_small_value
    if item.status in (SizeStatus.ABSENT, SizeStatus.MERGED):
        return 0
    is_gone = item.status is None and item.state is LesionState.ABSENT
    return 0 if is_gone else None


def state_of(item: Measurement | None, lesion: Lesion, policy: Policy) -> LesionState:
    """What is said of a lesion outside the sum; a node below the normal short axis is gone."""
    if item is None or item.state is LesionState.NE:
        return LesionState.NE
    if item.state is LesionState.UNEQUIVOCAL_PD:
        return LesionState.UNEQUIVOCAL_PD
    axis = item.short_axis if lesion.is_node and item.status is SizeStatus.MEASURED else None
    if axis is not None and axis < policy.node_normal_below and item.state in (None, LesionState.PRESENT):
        return LesionState.ABSENT
    if item.state is not None:
        return item.state
    if item.status in (SizeStatus.ABSENT, SizeStatus.MERGED):
        return LesionState.ABSENT
    seen = item.status in (SizeStatus.MEASURED, SizeStatus.TOO_SMALL)
    return LesionState.PRESENT if seen else LesionState.NE


def _see_nontargets(followup: Followup, records: Records, found: Seen, gone: set[str]) -> None:
    """States of the rest; one that is radiation necrosis stays as it was at its best."""
    for key in followup.nontargets:
        ids = (key, *followup.parts.get(key, ()))
        items = [(name, records.seen(found.position, name)) for name in ids]
        recorded = [(name, item) for name, item in items if item is not None]
        states = [state_of(item, followup.lesions[name], followup.policy) for name, item in recorded]
        state = _worst(states)
        if key in found.necrosis and state in (LesionState.UNEQUIVOCAL_PD, LesionState.PRESENT):
            state = LesionState.ABSENT if key in gone else LesionState.PRESENT
        if state is LesionState.ABSENT:
            gone.add(key)
        found.states[key] = state
        changes = [item.change for _, item in recorded if item.change is not None]
        if changes and key not in found.necrosis:
            found.changes[key] = LesionChange.INCREASED if LesionChange.INCREASED in changes else changes[0]
        found.nontarget_dates += [item.date for _, item in recorded]


def _worst(states: list[LesionState]) -> LesionState:
    order = (LesionState.UNEQUIVOCAL_PD, LesionState.NE, LesionState.PRESENT, LesionState.ABSENT)
    return next((state for state in order if state in states), LesionState.NE)


def _note_visit(followup: Followup, found: Seen, decisions: Decisions) -> None:
    """Flags and scan dates of a visit, and the decisions that bear on it."""
    records, policy = followup.records, followup.policy
    for key in found.new:
        record = records.new_lesions[key].get(found.position)
        if record is not None:
            found.new_dates.append(record.date)
    if found.necrosis & {*followup.targets, *followup.nontargets, *records.new_lesions}:
        found.flags.append("RN")
    if is_not_scanned(followup, found):
        found.flags.append("NOT_SCANNED")
    elif Assessable.PARTIAL in assessability(found.visit, policy.compartment):
        found.flags.append("PARTLY_SCANNED")
    for event in decisions.events:
        if event.evaluator not in ("", records.evaluator):
            continue
        by_lesion = event.lesion_id in found.necrosis or event.lesion_id in records.new_lesions
        if event.visit_id == found.visit.visit_id or (by_lesion and _is_known(followup, event.lesion_id)):
            found.events.append(event.event_id)


def _is_known(followup: Followup, lesion_id: str) -> bool:
    inside = COMPARTMENTS[followup.policy.compartment]
    lesion = followup.lesions.get(lesion_id)
    news = followup.records.new_lesions.get(lesion_id, {}).values()
    return (lesion is not None and lesion.compartment in inside) or any(x.compartment in inside for x in news)


def assessability(visit: Visit, compartment: str) -> tuple[Assessable, ...]:
    """How much of the parts of a compartment could be judged at a visit."""
    parts = {
        "CNS": (visit.brain_assessable, visit.lm_assessable),
        "LM": (visit.lm_assessable,),
        "SYS": (visit.body_assessable,),
    }
    return parts.get(compartment, (visit.brain_assessable, visit.lm_assessable, visit.body_assessable))


def is_not_scanned(followup: Followup, found: Seen) -> bool:
    """Whether the visit's scans were of other parts of the body only, and nothing was recorded here."""
    visit = found.visit
    if found.target_dates or found.nontarget_dates or found.new_dates:
        return False
    if set(assessability(visit, followup.policy.compartment)) == {Assessable.NONE}:
        return True
    cns = visit.brain_scan_date or visit.spine_scan_date
    body = visit.body_scan_date
    if followup.policy.compartment == "SYS":
        return cns is not None and body is None
    return followup.policy.compartment in ("CNS", "LM") and body is not None and cns is None
