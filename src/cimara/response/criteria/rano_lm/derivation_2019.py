"""The overall response of a RANO-LM scorecard of 2019, by the decision table `rano_lm_2019.csv`.

The published footnotes are not transcribed: every call by a row of status U says so in its flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cimara.response.criteria.rano_lm.form import item_problems
from cimara.response.criteria.rano_lm.scorecard import scorecard
from cimara.response.model import LmForm, LmItem
from cimara.response.tables import TableRow, load_table
from cimara.terms.response import FormFault, LmChange, Presence, Response

TABLE = "rano_lm_2019"
UNVERIFIED = "U"


@dataclass(frozen=True, slots=True)
class LmCall:
    """A response and why: the rule, reason codes, flags and where the rule stands written."""

    rule_id: str
    response: Response
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    citation: str


def call_2019(form: LmForm, *, report_incomplete: bool = False) -> LmCall:
    """The response that a scorecard gives.

    A form with an item that is empty, unreadable or contradictory gives no response (LM-0, NE). With
    `report_incomplete` (retrospective import) such an item counts as not evaluable at follow-up instead,
    and the call is flagged. Items kept apart (parenchymal, intramedullary) never count.

    Source: Le Rhun 2019, Table 5 (form); rows and their status in `tables/rano_lm_2019.csv`.
    """
    problems = item_problems(form)
    complete = not problems or report_incomplete
    items = countable_items(form)
    row = load_table(TABLE).first(**seen_in(items, complete=complete))
    return LmCall(
        rule_id=row.rule_id,
        response=Response(row.outcome),
        reasons=_reasons(row, items),
        flags=_flags(row, {problem.fault for problem in problems}),
        citation=row.citation,
    )


def countable_items(form: LmForm) -> tuple[LmItem, ...]:
    """The counted items as far as they can be trusted: an item with a problem is not evaluable now.

    What was said of its reference scan stands, so an item that was present is missed, not forgotten.
    """
    faulty = {(problem.region, problem.item) for problem in item_problems(form)}
    items = []
    for line in (line for line in scorecard() if line.counted):
        entries = [entry for entry in form.items if (entry.region, entry.item) == (line.region, line.item)]
        if (line.region, line.item) in faulty:
            told = {entry.reference for entry in entries}
            reference = told.pop() if len(told) == 1 and told <= set(Presence) else Presence.NE
            items.append(LmItem(line.region, line.item, reference, Presence.NE, LmChange.NE))
        else:
            items.append(entries[0])
    return tuple(items)


def seen_in(items: Sequence[LmItem], *, complete: bool) -> dict[str, str]:
    """What the decision table asks of the items: each condition as yes or no."""
    reference_then_now = [(entry.reference, entry.followup) for entry in items]
    answers = {
        "worse_or_new": any(
            entry.change == LmChange.WORSE
            or (entry.reference, entry.followup) == (Presence.ABSENT, Presence.PRESENT)
            for entry in items
        ),
        "lost_from_sight": (Presence.PRESENT, Presence.NE) in reference_then_now,
        "present_at_reference": any(then == Presence.PRESENT for then, _ in reference_then_now),
        "all_absent_now": all(now == Presence.ABSENT for _, now in reference_then_now),
        "improved": any(entry.change == LmChange.IMPROVED for entry in items),
        "not_evaluable": any(Presence.NE in pair for pair in reference_then_now),
    }
    yes_or_no = {name: "yes" if answer else "no" for name, answer in answers.items()}
    return {"form": "complete" if complete else "incomplete", **yes_or_no}


def _reasons(row: TableRow, items: Sequence[LmItem]) -> tuple[str, ...]:
    if row.rule_id == "LM-0":
        return ("LM_FORM_INCOMPLETE",)
    pairs = [(entry.reference, entry.followup) for entry in items]
    present = [now for then, now in pairs if then == Presence.PRESENT]
    gone = bool(present) and all(now == Presence.ABSENT for now in present)
    found = {
        "LM_ITEM_NEW": (Presence.ABSENT, Presence.PRESENT) in pairs,
        "LM_ITEM_WORSE": any(
            entry.change == LmChange.WORSE and entry.reference == Presence.PRESENT for entry in items
        ),
        "LM_ITEM_NOT_EVALUABLE": any(Presence.NE in pair for pair in pairs),
        "LM_ITEM_IMPROVED": any(entry.change == LmChange.IMPROVED for entry in items),
        "LM_ALL_ABSENT": row.outcome == Response.CR,
        "LM_CR_EXCLUDED_BY_UNSEEN_ITEM": row.outcome == Response.PR and gone,
        "LM_NONE_AT_REFERENCE": not present,
    }
    return tuple(code for code, applies in found.items() if applies)


def _flags(row: TableRow, faults: set[FormFault]) -> tuple[str, ...]:
    flags = [f"UNVERIFIED_RULE:{row.rule_id}"] if row.status == UNVERIFIED else []
    if FormFault.EMPTY in faults:
        flags.append("LM_FORM_INCOMPLETE")
    if faults - {FormFault.EMPTY}:
        flags.append("LM_FORM_CONTRADICTORY")
    return tuple(flags)
