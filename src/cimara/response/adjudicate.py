"""Decisions that were made later on what was seen: the fold of append-only events.

An event is never edited. A later one may supersede it by id; otherwise the later decision on the same
subject holds. Two that contradict each other on one day hold neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from cimara.response.model import Adjudication, Finding, Patient
from cimara.response.records import note
from cimara.terms.response import AdjudicationKind as Kind

_SUBJECT = {
    Kind.NEW_LESION_CONFIRMED: "new lesion",
    Kind.NEW_LESION_REFUTED: "new lesion",
    Kind.RADIATION_NECROSIS: "radiation necrosis",
    Kind.RN_WITHDRAWN: "radiation necrosis",
    Kind.PSEUDOPROGRESSION: "call",
    Kind.IRANO_CONFIRMED: "call",
    Kind.IRANO_REFUTED: "call",
    Kind.CLINICAL_REATTRIBUTED: "clinical",
    Kind.READER_DECISION: "reader",
    Kind.MEASUREMENT_CORRECTED: "measurement",
}
_SAYS_THE_SAME = {Kind.PSEUDOPROGRESSION: Kind.IRANO_REFUTED}
_NEEDS_LESION = frozenset(
    {
        Kind.NEW_LESION_CONFIRMED,
        Kind.NEW_LESION_REFUTED,
        Kind.RADIATION_NECROSIS,
        Kind.RN_WITHDRAWN,
        Kind.MEASUREMENT_CORRECTED,
    }
)
_NEEDS_VISIT = frozenset(
    {
        Kind.PSEUDOPROGRESSION,
        Kind.IRANO_CONFIRMED,
        Kind.IRANO_REFUTED,
        Kind.CLINICAL_REATTRIBUTED,
        Kind.MEASUREMENT_CORRECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Decisions:
    """The events that hold, in order of decision, and what was wrong with the others."""

    events: tuple[Adjudication, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    def about(self, *kinds: Kind, evaluator: str) -> Iterable[Adjudication]:
        """Events of some kinds that bind one evaluator (an event without evaluator binds all)."""
        return (item for item in self.events if item.kind in kinds and item.evaluator in ("", evaluator))


NO_DECISIONS = Decisions()


def fold(patient: Patient, as_of: dt.date | None = None) -> Decisions:
    """The decisions that hold on `as_of` (all of them if None): superseded and contradictory ones are out."""
    if not patient.adjudications:
        return NO_DECISIONS
    findings: list[Finding] = []
    made = [
        item for item in dict.fromkeys(patient.adjudications) if as_of is None or item.decided_on <= as_of
    ]
    made.sort(key=lambda item: (item.decided_on, item.event_id))
    made = [item for item in made if _has_target(patient, item, findings)]
    known = {item.event_id for item in made}
    findings += [
        _finding("ADJUDICATION_SUPERSEDES_UNKNOWN", "supersedes an unknown event", patient, item)
        for item in made
        if item.supersedes and item.supersedes not in known
    ]
    superseded = {item.supersedes for item in made}
    standing = [item for item in made if item.event_id not in superseded]
    return Decisions(tuple(_settled(patient, standing, findings)), tuple(findings))


def _has_target(patient: Patient, item: Adjudication, findings: list[Finding]) -> bool:
    visits = {visit.visit_id for visit in patient.visits}
    lesions = {x.lesion_id for x in patient.lesions} | {x.lesion_id for x in patient.new_lesions}
    lacks = (item.kind in _NEEDS_LESION and not item.lesion_id) or (
        item.kind in _NEEDS_VISIT and not item.visit_id
    )
    unknown = (item.lesion_id and item.lesion_id not in lesions) or (
        item.visit_id and item.visit_id not in visits
    )
    if lacks or unknown:
        findings.append(
            _finding("ADJUDICATION_TARGET_UNKNOWN", "names no visit or lesion of this patient", patient, item)
        )
        return False
    return True


def _settled(
    patient: Patient, standing: list[Adjudication], findings: list[Finding]
) -> Iterable[Adjudication]:
    """Of each subject the last decision, unless two of that day contradict each other."""
    subjects: dict[tuple[str, str, str, str], list[Adjudication]] = {}
    for item in standing:
        subjects.setdefault(_subject(item), []).append(item)
    kept = []
    for items in subjects.values():
        last = [item for item in items if item.decided_on == items[-1].decided_on]
        if len({_says(item) for item in last}) > 1:
            findings.append(
                _finding("ADJUDICATION_CONFLICT", "two decisions of one day contradict", patient, last[0])
            )
            last = [item for item in items if item.decided_on < items[-1].decided_on][-1:]
        kept += last[-1:]
    return sorted(kept, key=lambda item: (item.decided_on, item.event_id))


def _subject(item: Adjudication) -> tuple[str, str, str, str]:
    subject = _SUBJECT[item.kind]
    visit = "" if subject == "new lesion" else item.visit_id
    return (subject, visit, item.lesion_id, item.evaluator)


def _says(item: Adjudication) -> tuple[str, str]:
    return (_SAYS_THE_SAME.get(item.kind, item.kind), item.value)


def _finding(code: str, text: str, patient: Patient, item: Adjudication) -> Finding:
    return note(code, f"event {item.event_id}: {text}", patient, item.visit_id, item.lesion_id)
