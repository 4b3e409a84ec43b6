"""The forms of ethics and agreements: each step asks for what it needs, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django import forms

from cimara_web.studies.forms.fields import Day, Line, OneWord, Paper, Words
from cimara_web.studies.models import StudyDocument
from cimara_web.studies.states.agreement import AgreementHappening as A
from cimara_web.studies.states.agreement import AgreementKind
from cimara_web.studies.states.ethics import EthicsHappening as E

KINDS = ((AgreementKind.DUA.value, "Data use (DUA)"), (AgreementKind.MTA.value, "Material transfer (MTA)"))
END = ("valid_until", "no_end")
ETHICS_STEPS: dict[StrEnum, tuple[str, ...]] = {
    E.BEGIN: ("board?",),
    E.MARK_EXEMPT: ("board?", "reference?", "decided_at", "file", "document?"),
    E.SUBMIT: ("board", "submitted_at"),
    E.APPROVE: ("reference", "decided_at", *END, "file?", "document?"),
    E.ASK_CHANGES: ("decided_at", "reason?"),
    E.REJECT: ("decided_at", "reason?"),
    E.RESUBMIT: ("submitted_at",),
    E.SUSPEND: ("reason",),
    E.CLOSE: ("reason?",),
    E.RENEW: ("reference?", *END, "file", "document?"),
}
AGREEMENT_STEPS: dict[StrEnum, tuple[str, ...]] = {
    A.MARK_NOT_NEEDED: ("reason",),
    A.DRAFT: ("kind",),
    A.SEND: ("file", "document?"),
    A.WITHDRAW: ("reason?",),
    A.RETURN_TEXT: ("reason", "file?", "document?"),
    A.SIGN: ("signed_by_site_at", "file?", "document?"),
    A.COUNTERSIGN: ("executed_at", *END, "file?", "document?"),
    A.EXTEND: (*END, "file", "document?"),
    A.TERMINATE: ("reason",),
}
"""What each step asks; a question mark stands after what can stay empty. A step not here asks nothing."""


def step_form(
    asks: Iterable[str],
    papers: Iterable[StudyDocument],
    *args: Any,
    paper: str,
    initial: dict[str, Any] | None = None,
) -> forms.Form:
    """The form of a step.

    Parameters
    ----------
    asks
        Names of its fields, from one of the tables above.
    papers
        Files that the site added before and may choose again.
    paper
        What a file of this step is called.
    """
    form = forms.Form(*args, initial=initial)
    form.use_required_attribute = False
    kept = list(papers)
    for name in asks:
        field, required = name.rstrip("?"), not name.endswith("?")
        if field == "file":
            form.fields[field] = Paper(label=paper, required=required and not kept)
        elif field != "document":
            form.fields[field] = _field(field, required)
        elif kept:
            form.fields[field] = _kept_paper(kept)
    return form


def _kept_paper(papers: list[StudyDocument]) -> OneWord:
    offers = [(str(one.public_id), f"{one.title} ({one.version})") for one in papers]
    return OneWord(offers, label="Or one that is here already", required=False)


def _field(name: str, required: bool) -> forms.Field:
    if name == "no_end":
        return forms.BooleanField(label="It has no end", required=False)
    if name == "kind":
        return OneWord(KINDS, label="Kind of agreement")
    if name == "reason":
        return Words(label="Reason", most=500, required=required)
    if name in LINES:
        label, most, hint = LINES[name]
        return Line(label=label, most=most, required=required, help_text=hint)
    label, hint = DAYS[name]
    return Day(label=label, required=required and name != "valid_until", help_text=hint)


LINES = {
    "board": ("Ethics board", 150, "The board that decides for this site."),
    "reference": ("Reference number", 60, "As the board's letter gives it."),
}
DAYS = {
    "submitted_at": ("Submitted on", ""),
    "decided_at": ("Decided on", "The date of the board's letter."),
    "valid_until": ("Valid until", "The last day on which it holds."),
    "signed_by_site_at": ("Signed by the site on", ""),
    "executed_at": ("Countersigned on", ""),
}
