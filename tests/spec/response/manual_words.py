"""Visit tables, rows and decisions in the words of the manual."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cimara.response import Policy, explain
from cimara.response.explain import reasons
from cimara.response.manual.rules import rules_named, source_name, worst_status
from cimara.response.model import Adjudication
from cimara.response.rows import TimepointRow
from cimara.response.sizes import millimetres
from tests.spec.response.visit_tables import CLINICAL_COLUMNS, NEW, START, read_table

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

HEADERS = {
    "clin": "clinical state",
    "ster": "steroids",
    "days": "days worse",
    "kps": "KPS",
    "ecog": "ECOG",
    "dex": "dexamethasone mg/d",
    "physio": "replacement only",
    "bev": "bevacizumab",
    "flair": "T2/FLAIR worse",
    "new": "new lesions",
    "scans": "scanned",
}
SIZES = {
    "ABS": "absent",
    "TS": "too small",
    "M": "merged",
    "NE": "not evaluable",
    "ND": "not done",
}
STATES = {"P": "present", "A": "absent", "PD": "progressed", "NE": "not evaluable"}
CHANGES = {"+": ", increased", "-": ", decreased", "=": ", unchanged", "": ""}
MARKS = {"!": "certain", "?": "uncertain", "x": "gone"}
UNITS = {"ld": "mm", "perp": "mm", "short_axis": "mm", "slice_mm": "mm", "volume": "mm3"}


def seen_table(text: str) -> Table:
    """A visit table as a reader of the manual sees it."""
    rows = read_table(text)
    header = tuple(HEADERS.get(name, name.replace("@", " ")) for name in rows[0])
    return header, [tuple(_cell(name, row[name]) for name in row) for row in rows]


def _cell(column: str, text: str) -> str:
    if column == "visit":
        return "baseline" if text == "BL" else text
    if column == "new":
        return "; ".join(_new(item) for item in text.split())
    if column in CLINICAL_COLUMNS or column in ("flair", "scans"):
        return text.replace("(", " (").replace("_", " ").lower()
    if column.startswith("NT") and text:
        word, change = (text[:-1], text[-1]) if text[-1] in CHANGES else (text, "")
        return STATES[word] + CHANGES[change]
    return SIZES.get(text, text).replace("&", " and ")


def _new(text: str) -> str:
    match = NEW.match(text)
    assert match
    told = f"{match['id']} {MARKS[match['mark']]}"
    if match["size"]:
        told += f", {match['size']} mm"
    told += CHANGES[match["change"] or ""]
    return told + (f", in {match['planes']} plane(s)" if match["planes"] else "")


def given_sentences(details: Mapping[str, Any]) -> tuple[str, ...]:
    """What a patient has beside the visit table, a sentence each."""
    told = []
    if "immunotherapy" in details:
        told.append(f"Immunotherapy: {details['immunotherapy']}.")
    for name, words in (("immunotherapy_start", "Immunotherapy from"), ("new_therapy", "New therapy from")):
        if details.get(name):
            told.append(f"{words} {visit_label(details[name])}.")
    for lesion, fields in (details.get("lesions") or {}).items():
        told.append(f"{lesion}: {_fields(fields)}.")
    for (lesion, visit), fields in (details.get("measured") or {}).items():
        told.append(f"{lesion} at {visit_label(visit)}: {_fields(fields)}.")
    told += [_decision(event) for event in details.get("adjudications", ())]
    if details.get("as_of"):
        told.append(f"Only what was decided by {visit_label(details['as_of'])} is used.")
    if not details.get("mark_baseline", True):
        told.append("No visit is marked as the baseline.")
    return tuple(told)


def visit_label(visit: str) -> str:
    """A visit's label for reading."""
    return "baseline" if visit == "BL" else visit


def day_label(date: dt.date | None) -> str:
    """A date as weeks or days from the start."""
    if date is None:
        return "none"
    days = (date - START).days
    return f"W{days // 7}" if days % 7 == 0 else f"D{days}"


def _fields(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_value(name, value)}" for name, value in fields.items())


def _value(name: str, value: Any) -> str:
    if value is None:
        return "not recorded"
    if isinstance(value, dt.date):
        return day_label(value)
    if name in UNITS:
        return f"{value if name == 'volume' else millimetres(value)} {UNITS[name]}"
    return " and ".join(map(str, value)) if isinstance(value, tuple) else str(value).replace("_", " ")


def _decision(event: Adjudication) -> str:
    told = f"Decided on {day_label(event.decided_on)}: {event.kind}"
    for words, value in (("lesion", event.lesion_id), ("from visit", event.visit_id), ("value", event.value)):
        if value:
            told += f", {words} {value}"
    if not event.event_id.startswith("E-"):
        told += f" (event {event.event_id})"
    return f"{told}, in place of {event.supersedes}." if event.supersedes else f"{told}."


def found_table(rows: Sequence[TimepointRow], policy: Policy) -> Table:
    """Rows of a result: the response, the rule, why, and the flags."""
    several = len({row.evaluator for row in rows}) > 1
    flagged = any(row.flags for row in rows)
    header = ("visit", *(("evaluator",) if several else ()), "response", "rule", "because")
    lines = [
        (
            row.visit_id,
            *((row.evaluator,) if several else ()),
            _response(row),
            with_status(row.rule_id, source_name(row.citation), row.flags),
            because(explain(row, policy), row.flags),
            *((", ".join(row.flags),) if flagged else ()),
        )
        for row in rows
    ]
    return (*header, "flags") if flagged else header, lines


def _response(row: TimepointRow) -> str:
    on_the_day = f" (on the day: {row.original})" if row.original and row.original != row.response else ""
    return f"**{row.response}**{on_the_day}"


def with_status(rule_id: str, source: str = "", flags: Sequence[str] | None = None) -> str:
    """A rule id and in brackets its status: that of the rows from `source`, and that the flags leave."""
    if not rules_named(rule_id):
        return rule_id
    flagged = flags is None or f"UNVERIFIED_RULE:{rule_id}" in flags
    return f"{rule_id} ({worst_status(rule_id, source, flagged=flagged)})"


def because(sentence: str, flags: Sequence[str]) -> str:
    """The sentence of `explain` without its first word, the rule with its status."""
    text = sentence.partition(": ")[2]
    rule = re.search(r"Rule ([A-Z0-9-]+), (.*)\.\Z", text)
    if rule:
        text = f"{text[: rule.start()]}Rule {with_status(rule[1], rule[2], flags)}, {rule[2]}."
    return text[:1].upper() + text[1:] if text.startswith(("the ", "a ")) else text


def because_of(codes: Sequence[str], rule_id: str, citation: str) -> str:
    """The sentence of a call that has no row: its reasons, its rule, its source."""
    told = " and ".join(reasons()[code].sentence for code in codes) or "nothing to say of any part"
    return f"{told}. Rule {with_status(rule_id, source_name(citation))}, {source_name(citation)}."


def best_note(wanted: Mapping[str, Any]) -> str:
    """What was asked of the best response, in words."""
    told = [f"{name.replace('_', ' ')} {_asked(value)}" for name, value in wanted.items()]
    return f"Best response: {', '.join(told)}." if told else ""


def _asked(value: Any) -> str:
    held = ", ".join(value) if isinstance(value, tuple) else value
    return str(held or "none")


def policy_words(name: str | tuple[str, ...]) -> str:
    """A policy as preset and changes."""
    if isinstance(name, str):
        return name
    return f"{name[0]}, {', '.join(name[1:])}"
