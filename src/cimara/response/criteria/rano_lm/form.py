"""What is wrong with a RANO-LM form: every field that is empty, unreadable or contradicts another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cimara.response.criteria.rano_lm.scorecard import (
    NODULE_LIMIT,
    NODULES_ASKED,
    ScorecardItem,
    scorecard,
)
from cimara.response.model import LmForm, LmItem
from cimara.terms.response import FormFault, LmChange, Presence, Response

HUMAN_WORDS = (Response.CR, Response.PR, Response.SD, Response.PD, Response.NE)
"""Words that the printed form allows for the overall call, and for metastases kept apart from it."""

HEADER = "header"
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One field that can't be accepted: `where` names the item, `text` says what is wrong, in words."""

    fault: FormFault
    region: str
    item: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def problems(form: LmForm) -> tuple[FormProblem, ...]:
    """All that keeps the form from being complete, in its printed order."""
    return (*header_problems(form), *item_problems(form), *_overall_problems(form))


def header_problems(form: LmForm) -> tuple[FormProblem, ...]:
    """What is wrong with scan dates, last lumbar puncture and treatment since the reference."""
    return tuple(_header_problems(form))


def item_problems(form: LmForm) -> tuple[FormProblem, ...]:
    """What is wrong with the scorecard's items; the derivation needs these and not the header."""
    found = [problem for line in scorecard() for problem in _line_problems(line, form)]
    known = {(line.region, line.item) for line in scorecard()}
    for entry in form.items:
        if (entry.region, entry.item) not in known:
            text = "is not an item of the scorecard"
            found.append(FormProblem(FormFault.UNREADABLE, entry.region, entry.item, "a further item", text))
    return tuple(found)


def _header_problems(form: LmForm) -> Iterator[FormProblem]:
    def problem(fault: FormFault, text: str) -> FormProblem:
        return FormProblem(fault, "", HEADER, HEADER, text)

    if form.reference_scan_date is None:
        yield problem(FormFault.EMPTY, "date of the reference scan")
    elif form.reference_scan_date >= form.date:
        yield problem(FormFault.CONTRADICTION, "the reference scan must be earlier than the follow-up scan")
    if not form.reference_visit_id:
        yield problem(FormFault.EMPTY, "reference visit")
    elif form.reference_visit_id == form.visit_id:
        yield problem(FormFault.CONTRADICTION, "a visit can't be its own reference")
    if not form.last_lumbar_puncture:
        yield problem(FormFault.EMPTY, "date of the last lumbar puncture, or none")
    if not form.treatment_since_reference:
        yield problem(FormFault.EMPTY, "treatment since the reference scan, or none")


def _overall_problems(form: LmForm) -> Iterator[FormProblem]:
    if form.overall_human and form.overall_human not in HUMAN_WORDS:
        text = f"expected {', '.join(HUMAN_WORDS)}"
        yield FormProblem(FormFault.UNREADABLE, "", OVERALL, OVERALL, text)


def _line_problems(line: ScorecardItem, form: LmForm) -> Iterator[FormProblem]:
    entries = [entry for entry in form.items if (entry.region, entry.item) == (line.region, line.item)]

    def problem(fault: FormFault, text: str) -> FormProblem:
        return FormProblem(fault, line.region, line.item, line.label, text)

    if len(entries) > 1:
        yield problem(FormFault.CONTRADICTION, "is filled in more than once")
        return
    entry = entries[0] if entries else LmItem(line.region, line.item)
    faults = [*_presence_faults(entry), *_change_faults(line, entry), *_size_faults(line, entry)]
    yield from (problem(fault, text) for fault, text in faults)


Fault = tuple[FormFault, str]


def _presence_faults(entry: LmItem) -> Iterator[Fault]:
    for name, value in (("at the reference scan", entry.reference), ("at follow-up", entry.followup)):
        if not value:
            yield FormFault.EMPTY, f"present, absent or not evaluable {name}"
        elif value not in tuple(Presence):
            yield FormFault.UNREADABLE, f"presence {name}: expected 1, 0 or NE"


def _change_faults(line: ScorecardItem, entry: LmItem) -> Iterator[Fault]:
    words = tuple(LmChange) if line.counted else HUMAN_WORDS
    allowed = allowed_changes(entry.reference, entry.followup, counted=line.counted)
    if not entry.change:
        if line.counted or not _absent_twice(entry):
            yield FormFault.EMPTY, f"change since the reference scan: {', '.join(words)}"
    elif entry.change not in words:
        yield FormFault.UNREADABLE, f"change since the reference scan: expected {', '.join(words)}"
    elif entry.change not in allowed:
        expected = " or ".join(allowed) if allowed else "no word"
        yield FormFault.CONTRADICTION, f"change does not agree with presence, which leaves {expected}"


def _absent_twice(entry: LmItem) -> bool:
    return (entry.reference, entry.followup) == (Presence.ABSENT, Presence.ABSENT)


def allowed_changes(reference: str, followup: str, *, counted: bool = True) -> tuple[str, ...]:
    """The words for change that agree with presence then and now.

    An item that appeared is worse and one that vanished improved; what was not evaluable at either scan has
    no change. Where presence is empty or unreadable every word is left, for that is a fault of its own.
    """
    words = tuple(LmChange) if counted else HUMAN_WORDS
    seen = (reference, followup)
    if any(value not in tuple(Presence) for value in seen):
        return words
    if Presence.NE in seen:
        return (LmChange.NE,) if counted else (Response.NE,)
    if seen == (Presence.ABSENT, Presence.PRESENT):
        return (LmChange.WORSE,) if counted else (Response.PD,)
    if seen == (Presence.PRESENT, Presence.ABSENT):
        return (LmChange.IMPROVED,) if counted else (Response.CR,)
    if seen == (Presence.ABSENT, Presence.ABSENT):
        return (LmChange.NO_CHANGE,) if counted else ()
    if counted:
        return (LmChange.IMPROVED, LmChange.NO_CHANGE, LmChange.WORSE)
    return (Response.PR, Response.SD, Response.PD)


def _size_faults(line: ScorecardItem, entry: LmItem) -> Iterator[Fault]:
    sizes = entry.sizes
    if not line.sized:
        if sizes or entry.fewer_than_three:
            yield FormFault.CONTRADICTION, "only nodules have sizes"
        return
    if entry.followup in (Presence.ABSENT, Presence.NE):
        if sizes:
            yield FormFault.CONTRADICTION, "sizes need nodules that are present at follow-up"
        return
    if len(sizes) > NODULES_ASKED:
        yield FormFault.CONTRADICTION, f"more than the {NODULES_ASKED} largest nodules"
    if len(sizes) >= NODULES_ASKED and entry.fewer_than_three:
        yield FormFault.CONTRADICTION, "three sizes and fewer than three nodules exclude each other"
    if entry.followup == Presence.PRESENT and len(sizes) < NODULES_ASKED and not entry.fewer_than_three:
        yield FormFault.EMPTY, "sizes of the three largest measurable nodules, or fewer than three"
    if any(min(pair) <= NODULE_LIMIT for pair in sizes):
        yield FormFault.CONTRADICTION, "a measurable nodule is larger than 5 x 5 mm in both diameters"
