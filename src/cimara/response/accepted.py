"""Which evaluator's time point is the accepted one, where several read the same scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cimara.response.adjudicate import Decisions
from cimara.response.model import Patient
from cimara.response.policy import Policy
from cimara.response.rows import TimepointRow
from cimara.response.tables import load_table
from cimara.terms.response import AdjudicationKind

ACCEPTED = "ACCEPTED"
"""The evaluator of the accepted series."""


def accepted_rows(
    rows: Sequence[TimepointRow], decisions: Decisions, patient: Patient, policy: Policy
) -> list[TimepointRow]:
    """The accepted series, by READER_DECISION (ADJ-8); none where nobody decided on readers.

    A decision without a visit is about all visits. At a visit without decision the evaluators must agree.
    """
    events = [item for item in decisions.events if item.kind is AdjudicationKind.READER_DECISION]
    if not events:
        return []
    for_all = next((item for item in reversed(events) if not item.visit_id), None)
    by_visit = {item.visit_id: item for item in events if item.visit_id}
    visits: dict[str, list[TimepointRow]] = {}
    for row in sorted(rows, key=lambda row: (row.date, row.visit_id, row.evaluator)):
        visits.setdefault(row.visit_id, []).append(row)
    chosen = []
    for visit_id, seen in visits.items():
        event = by_visit.get(visit_id, for_all)
        own = [row for row in seen if event is not None and row.evaluator == event.value]
        agree = len({row.response for row in seen}) == 1
        rule = load_table("reader").first(decided="yes" if own else "no", agree="yes" if agree else "no")
        row = (own or seen)[0]
        if rule.outcome == "UNDETERMINED":
            row = replace(
                row,
                response=rule.outcome,
                rule_id=rule.rule_id,
                citation=rule.citation,
                reasons=("READERS_DIFFER",),
                original=rule.outcome,
                pd_kind="",
            )
        events_of = (*row.adjudications, event.event_id) if own and event is not None else row.adjudications
        reasons = (*row.reasons, f"READER_ACCEPTED:{row.evaluator}") if own else row.reasons
        adjudications = tuple(dict.fromkeys(events_of))
        chosen.append(replace(row, evaluator=ACCEPTED, adjudications=adjudications, reasons=reasons))
    return chosen
